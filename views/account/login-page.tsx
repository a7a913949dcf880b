import { Field, FormErrors, noProblems, ShowPassword } from '../components/form-parts.tsx'
import { Icon } from '../components/icon.tsx'
import { SignInFrame, type SignInPlace } from './sign-in-frame.tsx'

export interface LoginPageProps {
  readonly place: SignInPlace
  /** Where to go afterwards. */
  readonly next: string
  readonly email?: string | undefined
  /** Who is signed in already and shows once more that it is them. */
  readonly again?: { readonly email: string } | undefined
  /** What they sent, and must sign in for, is kept for them. */
  readonly kept: boolean
  /** Off, there is no form for them. */
  readonly passwords: boolean
  /** What the provider is called that people may sign in with. */
  readonly oidc?: string | undefined
  /** They signed out here a moment ago, and the provider may know them still. */
  readonly signedOut?: boolean
  /** Whether browsers can use passkeys with this server. */
  readonly passkeys: boolean
  /** What went wrong, for the whole form: which field was wrong is not said. */
  readonly problem?: string | undefined
}

export const LoginPage = ({
  place,
  next,
  email,
  again,
  kept,
  passwords,
  oidc,
  signedOut,
  passkeys,
  problem,
}: LoginPageProps) => (
  <SignInFrame place={place} title={again ? 'Sign in again' : 'Sign in'}>
    {again ? (
      <p class="fs13 mb16">
        What you are about to do asks for a recent sign-in. You are <b>{again.email}</b>; to be somebody else, sign out
        first.
      </p>
    ) : null}
    {kept && place === 'page' ? (
      <p class="fs13 mb16">What you typed is kept: once you are signed in you can send it.</p>
    ) : null}
    {signedOut ? (
      <p class="fs13 mb16">
        You are signed out here.{' '}
        {oidc ? (
          <a href="/login/oidc/sign-out" hx-boost="false">
            Sign out of {oidc} as well
          </a>
        ) : (
          <a href="/login">Sign in again</a>
        )}
      </p>
    ) : null}
    <FormErrors problems={{ ...noProblems, form: problem }} />
    {passwords ? <PasswordForm {...{ place, next, again, problem, email: email ?? again?.email }} /> : null}
    {oidc ? <OidcLink {...{ place, next, again, label: oidc, first: !passwords }} /> : null}
    {passkeys ? <PasskeySignIn {...{ next, again }} /> : null}
  </SignInFrame>
)

const PasswordForm = ({
  place,
  next,
  email,
  again,
  problem,
}: Pick<LoginPageProps, 'place' | 'next' | 'email' | 'again' | 'problem'>) => (
  <form method="post" action="/login">
    <input type="hidden" name="next" value={next} />
    {again ? <input type="hidden" name="again" value="1" /> : null}
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
    <ShowPassword />
    <div class="form-foot">
      <button type="submit" class="btn pri full">
        Sign in
      </button>
    </div>
    {again ? null : (
      <p class="fs13 mt8">
        <a href="/forgot" {...(place === 'dialog' ? { target: '_blank' } : {})}>
          Forgot your password?
        </a>
      </p>
    )}
  </form>
)

interface OidcLinkProps extends Pick<LoginPageProps, 'place' | 'next' | 'again'> {
  readonly label: string
  /** Nothing stands before it. */
  readonly first: boolean
}

/** Not boosted: it leads to another host, which only the browser itself may visit. */
const OidcLink = ({ place, next, again, label, first }: OidcLinkProps) => (
  <p class={first ? '' : 'signin-other'}>
    <a
      class={first ? 'btn pri full' : 'btn full'}
      href={`/login/oidc?${again ? 'again=1&' : ''}next=${encodeURIComponent(next)}`}
      hx-boost="false"
      {...(place === 'dialog' ? { 'data-leaves': '' } : {})}
    >
      <Icon name="person" />
      Sign in with {label}
    </a>
    {place === 'dialog' ? (
      <span class="hint">
        It leaves this page. A form that you sent is kept where it can be, without secrets and files.
      </span>
    ) : null}
  </p>
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
