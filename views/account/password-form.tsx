import { CsrfField, Field, FormErrors, type FormProblems, ShowPassword } from '../components/form-parts.tsx'
import { Note, Panel } from '../components/page-parts.tsx'

export interface PasswordFormProps {
  readonly email: string
  readonly problems: FormProblems
  readonly isChanged: boolean
  readonly csrfToken: string
}

export const PasswordForm = ({ email, problems, isChanged, csrfToken }: PasswordFormProps) => (
  <Panel id="password" title="Password" hint="Changing it ends your other sessions" pad>
    {isChanged ? (
      <Note tone="ok" role="status">
        Your password is changed. Your other sessions have ended.
      </Note>
    ) : null}
    <FormErrors problems={problems} />
    <form method="post" action="/account/password" hx-boost="false">
      <CsrfField token={csrfToken} />
      {/* Tells a password manager whose it is. */}
      <input type="text" name="username" value={email} autocomplete="username" hidden />
      <Field
        name="current"
        label="Password until now"
        type="password"
        problems={problems}
        input={{ required: true, autocomplete: 'current-password' }}
      />
      <Field
        name="password"
        label="New password"
        type="password"
        hint="At least 12 characters. A sentence or a password manager’s choice is best."
        problems={problems}
        input={{ required: true, autocomplete: 'new-password', minlength: 12 }}
      />
      <ShowPassword />
      <button type="submit" class="btn pri">
        Change password
      </button>
    </form>
  </Panel>
)
