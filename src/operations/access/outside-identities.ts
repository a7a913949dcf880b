import { type OpenWays, whyKept } from '../../core/access/ways-in.ts'
import { deleteIdentity, type LinkedIdentity, listIdentities } from '../../store/access/outside-identities.ts'
import { deleteSessionsOf } from '../../store/access/sessions.ts'
import type { Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { type ByWhom, subjectOf } from './manage-users.ts'
import { hashSecretToken } from './secret-token.ts'
import { holdWaysOf } from './ways-of.ts'

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
    const ways = await holdWaysOf(trx, person.id)
    const identity = (await listIdentities(trx, person.id)).find((one) => identityHandle(one) === handle)
    if (!identity) return { kind: 'not-found' }
    const message = whyKept(ways, { kind: 'identity', issuer: identity.issuer }, open)
    if (message !== undefined) return { kind: 'refused', message }
    await deleteIdentity(trx, identity)
    await deleteSessionsOf(trx, person.id, session)
    const change = { issuer: identity.issuer }
    await recordAudit(trx, { actor, action: 'identity.unlinked', subject: subjectOf(person), change }, now)
    return { kind: 'unlinked' }
  })
}
