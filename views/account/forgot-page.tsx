import { Field } from '../components/form-parts.tsx'
import { Note } from '../components/page-parts.tsx'

export interface ForgotPageProps {
  /** A link by mail; one that an admin makes; or passwords are no way to sign in here. */
  readonly wayOut: 'mail' | 'admin' | 'elsewhere'
  /** `asked`: an address was given, and whether somebody has it is not said. Or how long to wait. */
  readonly answer?: 'asked' | { readonly wait: string } | undefined
}

export const ForgotPage = ({ wayOut, answer }: ForgotPageProps) => (
  <>
    <h1>Forgotten password</h1>
    <section class="panel">
      {wayOut === 'elsewhere' ? (
        <Note>Passwords are switched off on this server. Sign in as you always do, or ask an admin.</Note>
      ) : wayOut === 'admin' ? (
        <Note>
          This server sends no mail. Ask an admin for a link to choose a new password. Who has the server can make one
          with <code>postflight user reset-link</code>.
        </Note>
      ) : answer === 'asked' ? (
        <Note tone="ok" role="status">
          If somebody here has this address and signs in with a password, a link is on its way to it. It works once, for
          an hour. If none comes, ask an admin.
        </Note>
      ) : (
        <AddressForm wait={answer?.wait} />
      )}
      <p>
        <a href="/login">Sign in</a>
      </p>
    </section>
  </>
)

const AddressForm = ({ wait }: { wait: string | undefined }) => (
  <form method="post" action="/forgot">
    {wait === undefined ? null : (
      <Note tone="watch" role="alert">
        No mail was sent. It was asked for too often; try again in {wait}.
      </Note>
    )}
    <Field
      name="email"
      label="E-mail"
      type="email"
      input={{ required: true, autocomplete: 'username', maxlength: 254 }}
    />
    <div class="form-foot">
      <button type="submit" class="btn pri full">
        Send a link
      </button>
    </div>
  </form>
)
