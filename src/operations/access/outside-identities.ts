import { canSignIn, type OpenWays } from '../../core/access/ways-in.ts'
import { deleteIdentity, type LinkedIdentity, listIdentities } from '../../store/access/outside-identities.ts'
import { listPasskeys } from '../../store/access/passkeys.ts'
import { deleteSessionsOf } from '../../store/access/sessions.ts'
import { hasPassword, holdUser } from '../../store/access/users.ts'
import type { Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { type ByWhom, subjectOf } from './manage-users.ts'
import { hashSecretToken } from './secret-token.ts'

const HANDLE_LENGTH = 16

/** Under what a form speaks of it. */
export const identityHandle = ({ issuer, subject }: Pick<LinkedIdentity, 'issuer' | 'subject'>): string =>
  hashSecretToken(`${issuer}\0${subject}`).slice(0, HANDLE_LENGTH)

export type Unlinking =
  | { readonly kind: 'unlinked' | 'not-found' }
  | { readonly kind: 'refused'; readonly message: string }

/**
 * Another system's word lets this person in no more, until they are linked again; their sessions end. Refused when nothing
 * else would let them in.
 * @param session the hash of the id of the one that goes on
 */
export async function unlinkIdentity(
  store: Store,
  person: { readonly id: number; readonly email: string },
  handle: string,
  { open, session }: { readonly open: OpenWays; readonly session: string | undefined },
  { actor, now }: ByWhom,
): Promise<Unlinking> {
  return await store.transaction(async (trx): Promise<Unlinking> => {
    // Of two who take different ones away at once, the second sees what the first left.
    await holdUser(trx, person.id)
    const identities = await listIdentities(trx, person.id)
    const identity = identities.find((one) => identityHandle(one) === handle)
    if (!identity) return { kind: 'not-found' }
    const left = {
      hasPassword: await hasPassword(trx, person.id),
      passkeys: (await listPasskeys(trx, person.id)).length,
      issuers: identities.filter((one) => one !== identity).map(({ issuer }) => issuer),
    }
    if (!canSignIn(left, open))
      return {
        kind: 'refused',
        message: 'Nothing else would let this account in. Give it a password or a passkey first.',
      }
    await deleteIdentity(trx, identity)
    await deleteSessionsOf(trx, person.id, session)
    const change = { issuer: identity.issuer }
    await recordAudit(trx, { actor, action: 'identity.unlinked', subject: subjectOf(person), change }, now)
    return { kind: 'unlinked' }
  })
}
