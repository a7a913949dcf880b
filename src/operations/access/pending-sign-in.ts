import {
  findPendingSignIn,
  insertPendingSignIn,
  type PendingKind,
  type PendingSignIn,
  takePendingSignIn,
} from '../../store/access/pending-sign-ins.ts'
import type { Db } from '../../store/database.ts'
import { hashSecretToken, makeSecretToken } from './secret-token.ts'
import { addressSubject } from './sign-in-throttle.ts'

export const PENDING_LASTS_MS = 5 * 60_000
/** Begun and left by one network; anyone can begin some, so that the table must not grow by them. */
const KEEP_PER_NETWORK = 100

/**
 * Remembers a sign-in between two requests of one browser. Call it in a transaction.
 * @returns the id for the cookie; the store keeps only its hash
 */
export async function beginPending(
  trx: Db,
  pending: { kind: PendingKind; userId: number | null; data: string },
  address: string,
  now: number,
): Promise<string> {
  const id = makeSecretToken()
  await insertPendingSignIn(
    trx,
    {
      ...pending,
      idHash: hashSecretToken(id),
      network: addressSubject(address),
      createdAt: now,
      expiresAt: now + PENDING_LASTS_MS,
    },
    KEEP_PER_NETWORK,
  )
  return id
}

/** The one under way that the browser came back with; it stays, so that a mistyped code may be typed again. */
export async function findPending(
  db: Db,
  id: string | undefined,
  kind: PendingKind,
  now: number,
): Promise<PendingSignIn | undefined> {
  const pending = id === undefined ? undefined : await findPendingSignIn(db, hashSecretToken(id), kind)
  return pending && now < pending.expiresAt ? pending : undefined
}

/** The same, used up: a second time there is none. */
export async function takePending(
  db: Db,
  id: string | undefined,
  kind: PendingKind,
  now: number,
): Promise<PendingSignIn | undefined> {
  const pending = id === undefined ? undefined : await takePendingSignIn(db, hashSecretToken(id), kind)
  return pending && now < pending.expiresAt ? pending : undefined
}
