import { type Role, roleName } from '../../src/core/access/role.ts'
import { Icon } from '../components/icon.tsx'
import { PageHead, Panel, TableBox } from '../components/page-parts.tsx'
import { Age, Time } from '../components/time.tsx'

export interface UserListed {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly role: Role
  readonly services: readonly string[] | undefined
  readonly lastSeenAt: number | null
  readonly disabledAt: number | null
}

export interface InvitationListed {
  readonly id: number
  readonly email: string
  readonly role: Role
  readonly services: readonly string[] | undefined
  readonly madeBy: string
  readonly expiresAt: number
  /** Undefined: the link was handed over by whoever invited them. */
  readonly mail?: InvitationMail | undefined
}

export interface InvitationMail {
  readonly state: 'ready' | 'sending' | 'sent' | 'failed'
  readonly finishedAt: number | undefined
  readonly reason: string | undefined
}

export interface UsersPageProps {
  readonly users: readonly UserListed[]
  readonly invitations: readonly InvitationListed[]
  readonly now: number
}

export const limitText = (services: readonly string[] | undefined): string =>
  services === undefined
    ? 'all services'
    : services.length > 3
      ? `${services.slice(0, 3).join(', ')} and ${services.length - 3} more`
      : services.join(', ')

export const UsersPage = ({ users, invitations, now }: UsersPageProps) => (
  <>
    <PageHead
      title="Users"
      sub={<span>Who may sign in, and what they may do.</span>}
      actions={
        <a class="btn pri" href="/admin/users/new">
          <Icon name="plus" />
          Invite…
        </a>
      }
    />
    <div class="stack">
      <Panel id="users" title="People">
        <TableBox label="Users">
          <table class="t">
            <caption class="vh">Users by name; disabled ones last</caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">E-mail</th>
                <th scope="col">Role</th>
                <th scope="col">May change</th>
                <th scope="col">Last seen</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {users.map((user) => (
                <tr>
                  <td class="ttl m-full">
                    <a href={`/admin/users/${user.id}`}>{user.name}</a>
                  </td>
                  <td class="m-2">{user.email}</td>
                  <td class="m-2">{roleName(user.role)}</td>
                  <td class="m-2" title={user.services?.join(', ')}>
                    {user.role === 'viewer' ? <span class="t3">nothing</span> : limitText(user.services)}
                  </td>
                  <td class="m-2">
                    <span class="m-only t3 fs12">Last seen</span>
                    {user.lastSeenAt === null ? <span class="t3">never</span> : <Age at={user.lastSeenAt} now={now} />}
                  </td>
                  <td class="m-2">{user.disabledAt === null ? 'active' : <span class="tag">disabled</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableBox>
      </Panel>
      {invitations.length > 0 ? <Invitations {...{ invitations, now }} /> : null}
    </div>
  </>
)

const Invitations = ({ invitations, now }: Pick<UsersPageProps, 'invitations' | 'now'>) => (
  <Panel id="invitations" title="Invitations" hint="Not accepted yet">
    <TableBox label="Invitations">
      <table class="t">
        <caption class="vh">Invitations that are not accepted yet, by address</caption>
        <thead>
          <tr>
            <th scope="col">E-mail</th>
            <th scope="col">Role</th>
            <th scope="col">May change</th>
            <th scope="col">Invited by</th>
            <th scope="col">Mail</th>
            <th scope="col">Ends</th>
            <th scope="col">
              <span class="vh">Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {invitations.map((invitation) => (
            <tr>
              <td class="ttl m-full">{invitation.email}</td>
              <td class="m-2">{roleName(invitation.role)}</td>
              <td class="m-2">{limitText(invitation.services)}</td>
              <td class="m-2">{invitation.madeBy}</td>
              <td class="m-2">
                <span class="m-only t3 fs12">Mail</span>
                <MailState mail={invitation.mail} now={now} />
              </td>
              <td class="m-2">
                <span class="m-only t3 fs12">Ends</span>
                <Time at={invitation.expiresAt} now={now} />
              </td>
              <td class="m-2">
                <a class="btn sm" href={`/admin/users/invitations/${invitation.id}/withdrawal`}>
                  Withdraw…<span class="vh"> the invitation of {invitation.email}</span>
                </a>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  </Panel>
)

const MailState = ({ mail, now }: { mail: InvitationMail | undefined; now: number }) => {
  if (!mail) return <span class="t3">none; the link was shown</span>
  if (mail.state === 'sent')
    return (
      <>
        sent <Age at={mail.finishedAt ?? now} now={now} />
      </>
    )
  if (mail.state === 'failed') return <>not sent: {mail.reason}</>
  return <>{mail.reason === undefined ? 'on its way' : `is tried again: ${mail.reason}`}</>
}
