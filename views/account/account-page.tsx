import { Facts, PageHead, Panel } from '../components/page-parts.tsx'

export interface AccountPageProps {
  readonly name: string
  readonly email: string
  readonly role: string
}

export const AccountPage = ({ name, email, role }: AccountPageProps) => (
  <>
    <PageHead title="Account" />
    <Panel id="you" title="You" pad>
      <Facts
        facts={[
          ['Name', name],
          ['E-mail', email],
          ['Role', role],
          ['API tokens', role === 'admin' ? <a href="/account/tokens">Create and revoke</a> : 'Ask an admin'],
        ]}
      />
    </Panel>
  </>
)
