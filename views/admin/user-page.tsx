import { roleName } from '../../src/core/access/role.ts'
import { IdentitiesPanel, type IdentitiesPanelProps } from '../account/identities-panel.tsx'
import { SessionsPanel, type SessionsPanelProps } from '../account/sessions-panel.tsx'
import { CsrfField, FormErrors, type FormProblems } from '../components/form-parts.tsx'
import { Facts, Note, PageHead, Panel } from '../components/page-parts.tsx'
import { Age, Time } from '../components/time.tsx'
import { AccessFields } from './access-fields.tsx'
import { limitText, type UserListed } from './users-page.tsx'

export interface UserPageProps {
  readonly user: UserListed & { readonly createdAt: number }
  readonly isYou: boolean
  readonly typed: { readonly role: string; readonly services: string }
  readonly services: readonly string[]
  readonly sessions: SessionsPanelProps
  readonly identities: IdentitiesPanelProps
  readonly problems: FormProblems
  readonly csrfToken: string
  readonly now: number
}

export const UserPage = (props: UserPageProps) => {
  const { user, isYou, typed, services, sessions, identities, problems, csrfToken, now } = props
  const path = `/admin/users/${user.id}`
  return (
    <>
      <PageHead title={user.name} sub={<span>{user.email}</span>} />
      <div class="stack">
        {user.disabledAt === null ? null : (
          <Note tone="watch">
            Disabled <Age at={user.disabledAt} now={now} />. They cannot sign in.
          </Note>
        )}
        <FormErrors problems={problems} />
        <Panel id="who" title="Who" pad>
          <Facts
            facts={[
              ['Role', roleName(user.role)],
              ['May change', user.role === 'viewer' ? 'nothing' : limitText(user.services)],
              ['Since', <Time at={user.createdAt} now={now} />],
              ['Last seen', user.lastSeenAt === null ? 'never' : <Age at={user.lastSeenAt} now={now} />],
            ]}
          />
        </Panel>
        <Panel id="access" title="What they may do" hint="They sign in again afterwards" pad>
          <form method="post" action={`${path}/access`} hx-boost="false">
            <CsrfField token={csrfToken} />
            <AccessFields role={typed.role} limit={typed.services} services={services} problems={problems} />
            <button type="submit" class="btn pri">
              Save
            </button>
          </form>
        </Panel>
        <SessionsPanel {...sessions} />
        <IdentitiesPanel {...identities} />
        <Panel id="sign-in" title="Signing in" pad>
          {user.disabledAt === null ? (
            <div class="row row-w">
              <form method="post" action={`${path}/reset-link`} hx-boost="false">
                <CsrfField token={csrfToken} />
                <button type="submit" class="btn">
                  Make a link for a new password
                </button>
              </form>
              <a class="btn" href={`${path}/disable`}>
                Disable {isYou ? 'yourself' : user.name}…
              </a>
            </div>
          ) : (
            <form method="post" action={`${path}/enable`} hx-boost="false">
              <CsrfField token={csrfToken} />
              <button type="submit" class="btn pri">
                Enable {user.name}
              </button>
            </form>
          )}
        </Panel>
      </div>
    </>
  )
}
