import { type Role, roleName } from '../../src/core/access/role.ts'
import { Facts, PageHead, Panel } from '../components/page-parts.tsx'
import { PasswordForm, type PasswordFormProps } from './password-form.tsx'
import { SessionsPanel, type SessionsPanelProps } from './sessions-panel.tsx'
import { TimeZoneForm, type TimeZoneFormProps } from './time-zone-form.tsx'

export interface AccountPageProps {
  readonly name: string
  readonly email: string
  readonly role: Role
  /** May change things of these services only; undefined: of all. */
  readonly services: readonly string[] | undefined
  readonly sessions: SessionsPanelProps
  readonly password: PasswordFormProps
  readonly timeZone: TimeZoneFormProps
}

export const AccountPage = ({ name, email, role, services, sessions, password, timeZone }: AccountPageProps) => (
  <>
    <PageHead title="Account" />
    <div class="stack">
      <Panel id="you" title="You" pad>
        <Facts
          facts={[
            ['Name', name],
            ['E-mail', email],
            ['Role', roleName(role)],
            ['May change', services ? `only ${services.join(', ')}; may read all` : null],
            ['Sign-in', <a href="/account/security">Authenticator app, passkeys, recovery codes</a>],
            ['API tokens', role === 'admin' ? <a href="/account/tokens">Create and revoke</a> : 'Ask an admin'],
          ]}
        />
      </Panel>
      <SessionsPanel {...sessions} />
      <PasswordForm {...password} />
      <TimeZoneForm {...timeZone} />
    </div>
  </>
)
