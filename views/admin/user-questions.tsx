import { roleName } from '../../src/core/access/role.ts'
import type { IdentityRow } from '../account/identities-panel.tsx'
import type { Question } from '../components/confirm-page.tsx'
import { Age, Time } from '../components/time.tsx'
import { counted } from '../format.ts'
import { type InvitationListed, limitText, type UserListed } from './users-page.tsx'

const USERS = '/admin/users'

/**
 * Whether somebody is to be kept out.
 * @param sessions how many of them are signed in
 */
export function disableQuestion(
  user: UserListed,
  { isYou, sessions, now }: { readonly isYou: boolean; readonly sessions: number; readonly now: number },
): Question {
  const who = isYou ? 'yourself' : `‘${user.name}’`
  return {
    title: `Disable ${who}?`,
    facts: [...whoIs(user, now), ['Signed in', sessionsOf(user, sessions)]],
    happens: `${isYou ? 'You are' : 'They are'} signed out everywhere at once and cannot sign in. Links for a new password end.`,
    stays:
      'What was done stays under their name, and they can be enabled again. API tokens they made go on working, and people on call are named in schedules as before: end those where they stand.',
    verb: 'Disable',
    button: `Disable ${who}`,
    back: `${USERS}/${user.id}`,
  }
}

/** Whether the word of another system is to let somebody in no more. */
export const unlinkQuestion = (user: UserListed, identity: IdentityRow, now: number): Question => ({
  title: `Unlink ‘${identity.subject}’ from ${user.name}?`,
  facts: [
    ['By', identity.issuer === 'proxy' ? 'The proxy in front' : identity.issuer],
    ['Known there as', identity.subject],
    ['Linked', <Time at={identity.linkedAt} now={now} />],
    ['Last used', <Age at={identity.lastUsedAt} now={now} />],
    ...whoIs(user, now),
  ],
  happens: 'It does not let them in any more, and their sessions end.',
  stays:
    'The account stays. Who comes again with the same verified address is linked again; to keep somebody out, disable them.',
  verb: 'Unlink',
  button: `Unlink ‘${identity.subject}’`,
  fields: [['identity', identity.handle]],
  back: `${USERS}/${user.id}`,
})

/** Whether an invitation is to be taken back. */
export const withdrawQuestion = (invitation: InvitationListed, now: number): Question => ({
  title: `Withdraw the invitation of ${invitation.email}?`,
  facts: [
    ['Role', roleName(invitation.role)],
    ['May change', limitText(invitation.services)],
    ['Invited by', invitation.madeBy],
    ['Ends by itself', <Time at={invitation.expiresAt} now={now} />],
  ],
  happens: 'Its link stops working at once, also where it was mailed.',
  stays: 'Nobody has an account by it yet. They can be invited again, with another link.',
  verb: 'Withdraw',
  button: `Withdraw the invitation of ${invitation.email}`,
  back: USERS,
})

const whoIs = (user: UserListed, now: number): Question['facts'] => [
  ['E-mail', user.email],
  ['Role', roleName(user.role)],
  ['May change', user.role === 'viewer' ? 'nothing' : limitText(user.services)],
  ['Last seen', user.lastSeenAt === null ? 'never' : <Age at={user.lastSeenAt} now={now} />],
]

const sessionsOf = (user: UserListed, sessions: number) =>
  sessions === 0 ? 'nowhere' : <a href={`${USERS}/${user.id}#sessions`}>in {counted(sessions, 'session')}</a>
