import { Facts, PageHead, Panel } from '../components/page-parts.tsx'
import { TimeZoneForm, type TimeZoneFormProps } from './time-zone-form.tsx'

export interface AccountPageProps {
  readonly name: string
  readonly email: string
  readonly role: string
  readonly timeZone: TimeZoneFormProps
}

export const AccountPage = ({ name, email, role, timeZone }: AccountPageProps) => (
  <>
    <PageHead title="Account" />
    <div class="stack">
      <Panel id="you" title="You" pad>
        <Facts
          facts={[
            ['Name', name],
            ['E-mail', email],
            ['Role', role],
            ['Sign-in', <a href="/account/security">Authenticator app, passkeys, recovery codes</a>],
            ['API tokens', role === 'admin' ? <a href="/account/tokens">Create and revoke</a> : 'Ask an admin'],
          ]}
        />
      </Panel>
      <TimeZoneForm {...timeZone} />
    </div>
  </>
)
