import { findPasskey, notePasskeyUse } from '../../store/access/passkeys.ts'
import { findUserToSignInById } from '../../store/access/users.ts'
import type { Store } from '../../store/database.ts'
import { assertionMessage } from './passkey-messages.ts'
import { type RelyingParty, verifiedCount } from './passkeys.ts'
import { takePending } from './pending-sign-in.ts'
import type { Visitor } from './sessions.ts'
import { type SignedIn, type SignInFailure, signInAs } from './sign-in.ts'
import { recordRefusedSignIn } from './sign-in-audit.ts'
import { beginAttempt, succeeded } from './sign-in-throttle.ts'

/**
 * Signs in whose passkey it is. It stands for password and code together: the authenticator has asked for a finger or a
 * PIN. Every reason to refuse is told alike.
 */
export async function signInWithPasskey(
  store: Store,
  party: RelyingParty,
  { pendingId, message, onlyFor }: { pendingId: string | undefined; message: unknown; onlyFor?: number | undefined },
  visitor: Visitor,
  now: number,
): Promise<SignedIn | Exclude<SignInFailure, { kind: 'busy' }>> {
  const read = assertionMessage.safeParse(message)
  const claimed = read.success ? read.data.id : ''
  const begun = await beginAttempt(store, { email: `passkey ${claimed}`, address: visitor.address }, now)
  if (begun.kind === 'throttled') return begun
  const passkey = read.success ? await findPasskey(store.db, claimed) : undefined
  const user = passkey && (await findUserToSignInById(store.db, passkey.userId))
  // Used up whatever comes of it: a challenge is answered once.
  const pending = await store.transaction((trx) => takePending(trx, pendingId, 'passkey', now))
  const count =
    read.success && passkey && pending ? await verifiedCount(party, passkey, pending.data, read.data) : undefined
  const isWanted = onlyFor === undefined || onlyFor === user?.id
  const sessionId =
    passkey && user && user.disabledAt === null && isWanted && count !== undefined
      ? await store.transaction(async (trx) =>
          (await notePasskeyUse(trx, passkey.id, count, now))
            ? await signInAs(trx, user, visitor, { way: 'passkey' }, now)
            : undefined,
        )
      : undefined
  if (sessionId === undefined || !user) {
    await recordRefusedSignIn(store, user, visitor, { way: 'passkey', attempt: begun.attempt }, now)
    return { kind: 'refused' }
  }
  await succeeded(store, begun.attempt)
  return { kind: 'signed-in', sessionId, userId: user.id }
}
