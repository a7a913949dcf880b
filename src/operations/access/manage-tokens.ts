import { findApiTokenById, setSuccessor } from '../../store/access/api-tokens.ts'
import type { Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'
import {
  type CreatedToken,
  createApiToken,
  isInForce,
  revokeApiToken,
  TOKEN_LASTS_AT_MOST_MS,
  TokenRefused,
  type WantedToken,
} from './api-tokens.ts'
import type { ByWhom } from './manage-users.ts'

const HOUR_MS = 3_600_000
/** How long a token may live on beside its successor, in hours. */
export const OVERLAP_HOURS = [0, 1, 24, 72, 168] as const
export const USUAL_OVERLAP_HOURS = 24

/** @throws TokenRefused for a bad name, scope, limit or end */
export async function makeToken(store: Store, wanted: WantedToken, { actor, now }: ByWhom): Promise<CreatedToken> {
  return await store.transaction(async (trx) => {
    const created = await createApiToken({ db: trx }, { ...wanted, madeBy: actor.name }, now)
    const { name, scopes, services } = wanted
    const change = { scopes, services: services ?? 'all', expiresAt: created.expiresAt }
    await recordAudit(
      trx,
      { actor, action: 'token.created', subject: { kind: 'token', id: created.id, name }, change },
      now,
    )
    return created
  })
}

/** @returns whether it was in force until now */
export async function revokeTokenOf(store: Store, id: number, { actor, now }: ByWhom): Promise<boolean> {
  return await store.transaction(async (trx) => {
    const token = await findApiTokenById(trx, id)
    if (!token || !(await revokeApiToken({ db: trx }, id, now))) return false
    await recordAudit(trx, { actor, action: 'token.revoked', subject: { kind: 'token', id, name: token.name } }, now)
    return true
  })
}

export type Rotation =
  | { readonly kind: 'rotated'; readonly created: CreatedToken; readonly name: string; readonly oldEndsAt: number }
  | { readonly kind: 'not-found' }
  /** Somebody made a successor already. */
  | { readonly kind: 'has-successor' }

/**
 * Makes the successor of a token: the same name, scopes, services and length of life. The old one lives on for the
 * overlap, but not longer than it would have, so that there is time to put the new one in its place.
 *
 * @throws TokenRefused for an overlap that is too long
 */
export async function rotateToken(
  store: Store,
  id: number,
  overlapHours: number,
  { actor, now }: ByWhom,
): Promise<Rotation> {
  if (!(overlapHours >= 0 && overlapHours <= Math.max(...OVERLAP_HOURS)))
    throw new TokenRefused(`The old token may live on for ${Math.max(...OVERLAP_HOURS)} hours at most.`)
  return await store.transaction(async (trx): Promise<Rotation> => {
    const old = await findApiTokenById(trx, id)
    if (!old || !isInForce(old, now)) return { kind: 'not-found' }
    if (old.successorId !== null) return { kind: 'has-successor' }
    const { name, scopes, services } = old
    const lasts = Math.min(TOKEN_LASTS_AT_MOST_MS, (old.expiresAt ?? Number.POSITIVE_INFINITY) - old.createdAt)
    const wanted = { name, scopes, services, expiresAt: now + lasts, madeBy: actor.name }
    const created = await createApiToken({ db: trx }, wanted, now)
    const oldEndsAt = Math.min(now + overlapHours * HOUR_MS, old.expiresAt ?? Number.POSITIVE_INFINITY)
    // Two at the same time: the second one's successor goes with its transaction.
    if (!(await setSuccessor(trx, id, created.id, oldEndsAt))) throw new TokenRefused('Somebody replaced it just now.')
    const subject = { kind: 'token', id, name }
    const change = { successor: created.id, overlapHours, expiresAt: created.expiresAt }
    await recordAudit(trx, { actor, action: 'token.replaced', subject, change }, now)
    return { kind: 'rotated', created, name, oldEndsAt }
  })
}
