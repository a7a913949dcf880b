import { type Role, roleName } from '../../src/core/access/role.ts'
import { Field, FormErrors, type FormProblems, ShowPassword } from '../components/form-parts.tsx'
import { Note } from '../components/page-parts.tsx'

interface LinkFormProps {
  /** From the link; goes back with the form. */
  readonly token: string
  readonly email: string
  readonly problems: FormProblems
}

const NewPassword = ({ problems }: { problems: FormProblems }) => (
  <>
    <Field
      name="password"
      label="Password"
      type="password"
      hint="At least 12 characters. A sentence or a password manager’s choice is best."
      problems={problems}
      input={{ required: true, autocomplete: 'new-password', minlength: 12 }}
    />
    <ShowPassword />
  </>
)

interface JoinPageProps extends LinkFormProps {
  readonly name: string | undefined
  readonly role: Role
  readonly services: readonly string[] | undefined
}

export const JoinPage = ({ token, email, name, role, services, problems }: JoinPageProps) => (
  <>
    <h1>Join Postflight</h1>
    <section class="panel">
      <p class="mb16">
        You are invited as {roleName(role)}
        {services ? `, to change things of ${services.join(', ')}` : ''}.
      </p>
      <FormErrors problems={problems} />
      <form method="post" action="/join">
        <input type="hidden" name="token" value={token} />
        <Field
          name="email"
          label="E-mail"
          type="email"
          value={email}
          problems={problems}
          input={{ readonly: true, autocomplete: 'username' }}
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
        <NewPassword problems={problems} />
        <div class="form-foot">
          <button type="submit" class="btn pri full">
            Create account
          </button>
        </div>
      </form>
    </section>
  </>
)

export const NewPasswordPage = ({ token, email, problems }: LinkFormProps) => (
  <>
    <h1>Choose a new password</h1>
    <section class="panel">
      <p class="mb16">Every session of this account ends. Then sign in with the new password.</p>
      <FormErrors problems={problems} />
      <form method="post" action="/reset-password">
        <input type="hidden" name="token" value={token} />
        <Field
          name="email"
          label="E-mail"
          type="email"
          value={email}
          input={{ readonly: true, autocomplete: 'username' }}
        />
        <NewPassword problems={problems} />
        <div class="form-foot">
          <button type="submit" class="btn pri full">
            Set password
          </button>
        </div>
      </form>
    </section>
  </>
)

/** Wrong, expired and used links get the same words. */
export const LinkEndedPage = () => (
  <>
    <h1>This link does not work</h1>
    <section class="panel">
      <Note tone="watch">It has expired, was used already, or was not copied whole. Ask an admin for another one.</Note>
      <p>
        <a href="/login">Sign in</a>
      </p>
    </section>
  </>
)

export const LinkUsedPage = ({ title, sentence }: { title: string; sentence: string }) => (
  <>
    <h1>{title}</h1>
    <section class="panel">
      <Note tone="ok">{sentence}</Note>
      <p>
        <a class="btn pri full" href="/login">
          Sign in
        </a>
      </p>
    </section>
  </>
)
