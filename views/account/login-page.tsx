import { Field, FormErrors, noProblems } from '../components/form-parts.tsx'

export interface LoginPageProps {
  /** Where to go afterwards. */
  readonly next: string
  readonly email?: string | undefined
  /** What went wrong, for the whole form: which field was wrong is not said. */
  readonly problem?: string | undefined
}

export const LoginPage = ({ next, email, problem }: LoginPageProps) => (
  <>
    <h1>Sign in</h1>
    <section class="panel">
      <FormErrors problems={{ ...noProblems, form: problem }} />
      <form method="post" action="/login">
        <input type="hidden" name="next" value={next} />
        <Field
          name="email"
          label="E-mail"
          type="email"
          value={email}
          input={{
            required: true,
            autocomplete: 'username',
            maxlength: 254,
            ...(email || problem ? {} : { autofocus: true }),
          }}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          input={{ required: true, autocomplete: 'current-password' }}
        />
        <div class="form-foot">
          <button type="submit" class="btn pri full">
            Sign in
          </button>
        </div>
      </form>
    </section>
  </>
)
