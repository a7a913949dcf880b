import { Field, FormErrors, noProblems } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'

export interface LoginPageProps {
  /** Where to go afterwards. */
  readonly next: string
  readonly email?: string | undefined
  /** Who is signed in already and shows once more that it is them. */
  readonly again?: { readonly email: string } | undefined
  /** Whether browsers can use passkeys with this server. */
  readonly passkeys: boolean
  /** What went wrong, for the whole form: which field was wrong is not said. */
  readonly problem?: string | undefined
}

export const LoginPage = ({ next, email, again, passkeys, problem }: LoginPageProps) => (
  <>
    <h1>{again ? 'Sign in again' : 'Sign in'}</h1>
    <section class="panel">
      {again ? (
        <p class="fs13 mb16">
          What you are about to do asks for a recent sign-in. You are <b>{again.email}</b>; to be somebody else, sign
          out first.
        </p>
      ) : null}
      <FormErrors problems={{ ...noProblems, form: problem }} />
      <form method="post" action="/login">
        <input type="hidden" name="next" value={next} />
        {again ? <input type="hidden" name="again" value="1" /> : null}
        <Field
          name="email"
          label="E-mail"
          type="email"
          value={email ?? again?.email}
          input={{
            required: true,
            autocomplete: 'username',
            maxlength: 254,
            ...(email || again || problem ? {} : { autofocus: true }),
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
      {passkeys ? <PasskeySignIn {...{ next, again }} /> : null}
    </section>
  </>
)

/** A script shows it where the browser can. */
const PasskeySignIn = ({ next, again }: Pick<LoginPageProps, 'next' | 'again'>) => (
  <form class="signin-other" data-passkey="sign-in" hx-boost="false" hidden>
    <input type="hidden" name="next" value={next} />
    {again ? <input type="hidden" name="again" value="1" /> : null}
    <button type="submit" class="btn full">
      <Icon name="key" />
      Sign in with a passkey
    </button>
    <p class="err" role="alert" data-passkey-said hidden />
  </form>
)
