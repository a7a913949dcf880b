import { Field, FormErrors, noProblems } from '../components/form-parts.tsx'
import { SignInFrame, type SignInPlace } from './sign-in-frame.tsx'

export interface CodePageProps {
  readonly place: SignInPlace
  readonly next: string
  readonly problem?: string | undefined
}

/** The second step of signing in: something that only the owner of the password has. */
export const CodePage = ({ place, next, problem }: CodePageProps) => (
  <SignInFrame place={place} title="Enter your code">
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
    <p class="fs13 mt8">
      <a
        href={next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`}
        {...(place === 'dialog' ? { 'data-start-over': '' } : {})}
      >
        Start over
      </a>
    </p>
  </SignInFrame>
)
