import { Field } from '../components/form-parts.tsx'
import { Note } from '../components/page-parts.tsx'

export interface ForgotPageProps {
  /** Whether this server can send a link. */
  readonly sendsMail: boolean
  /** An address was given: whether somebody has it is not said. */
  readonly isAsked: boolean
}

export const ForgotPage = ({ sendsMail, isAsked }: ForgotPageProps) => (
  <>
    <h1>Forgotten password</h1>
    <section class="panel">
      {!sendsMail ? (
        <Note>
          This server sends no mail. Ask an admin for a link to choose a new password. Who has the server can make one
          with <code>postflight user reset-link</code>.
        </Note>
      ) : isAsked ? (
        <Note tone="ok" role="status">
          If somebody here has this address, a link is on its way to it. It works for an hour.
        </Note>
      ) : (
        <form method="post" action="/forgot">
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
      )}
      <p>
        <a href="/login">Sign in</a>
      </p>
    </section>
  </>
)
