import { Field, FormErrors, noProblems } from '../components/form-parts.tsx'

export interface CodePageProps {
  readonly next: string
  readonly problem?: string | undefined
}

/** The second step of signing in: something that only the owner of the password has. */
export const CodePage = ({ next, problem }: CodePageProps) => (
  <>
    <h1>Enter your code</h1>
    <section class="panel">
      <FormErrors problems={{ ...noProblems, form: problem && `Not signed in. ${problem}` }} />
      <form method="post" action="/login/code">
        <input type="hidden" name="next" value={next} />
        <Field
          name="code"
          label="Code"
          hint="Six digits from your authenticator app. Without it, one of your recovery codes."
          input={{
            required: true,
            autocomplete: 'one-time-code',
            autocapitalize: 'none',
            spellcheck: 'false',
            maxlength: 60,
            ...(problem ? {} : { autofocus: true }),
          }}
        />
        <div class="form-foot">
          <button type="submit" class="btn pri full">
            Sign in
          </button>
        </div>
      </form>
      <p class="fs13">
        <a href={next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`}>Start over</a>
      </p>
    </section>
  </>
)
