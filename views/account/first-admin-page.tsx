import { Field, FormErrors, type FormProblems, ShowPassword } from '../components/form-parts.tsx'
import { Note } from '../components/page-parts.tsx'

export interface FirstAdminPageProps {
  /** From the one-time link; goes back with the form. */
  readonly token: string
  readonly email?: string | undefined
  readonly name?: string | undefined
  readonly problems: FormProblems
}

export const FirstAdminPage = ({ token, email, name, problems }: FirstAdminPageProps) => (
  <>
    <h1>Create the first admin</h1>
    <section class="panel">
      <FormErrors problems={problems} />
      <form method="post" action="/setup-account">
        <input type="hidden" name="token" value={token} />
        <Field
          name="email"
          label="E-mail"
          type="email"
          value={email}
          problems={problems}
          input={{ required: true, autocomplete: 'username', maxlength: 254 }}
        />
        <Field
          name="name"
          label="Name"
          optional
          hint="As colleagues will see it beside what you do."
          value={name}
          problems={problems}
          input={{ autocomplete: 'name', maxlength: 100 }}
        />
        <Field
          name="password"
          label="Password"
          type="password"
          hint="At least 12 characters. A sentence or a password manager’s choice is best."
          problems={problems}
          input={{ required: true, autocomplete: 'new-password', minlength: 12 }}
        />
        <ShowPassword />
        <div class="form-foot">
          <button type="submit" class="btn pri full">
            Create admin and sign in
          </button>
        </div>
      </form>
    </section>
  </>
)

/** Wrong, expired and used links get the same words. */
export const SetupLinkEndedPage = () => (
  <>
    <h1>This link does not work</h1>
    <section class="panel">
      <Note tone="watch">
        It has expired, was used already, or was not copied whole. While there is no user, every start of the server
        prints a new one. On the server itself, <code>postflight user create</code> works too.
      </Note>
      <p>
        <a href="/login">Sign in</a>
      </p>
    </section>
  </>
)
