import { type Asked, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import type { Store } from '../../store/database.ts'
import { findConclusions, requeueDelivery } from '../../store/inbox/deliveries.ts'
import { type DeliveryFilter, listFailedIds } from '../../store/inbox/delivery-list.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Processing } from './processing.ts'

type Parts = { readonly store: Store; readonly processor: Processing }

/** More at once than a person can mean; they may ask again. */
export const REPLAYED_AT_MOST = 10_000
/** Deliveries put back in one transaction, so that others come to the lock in between. */
const AT_ONCE = 200

/** Processes a delivery again from its stored bytes; what it did before it does not do twice. */
export async function replayDelivery(
  parts: Parts,
  id: number,
  { now, by = THE_SYSTEM }: Asked,
): Promise<'queued' | 'still-waiting' | 'body-gone' | 'not-found'> {
  const isQueued = await parts.store.transaction(async (trx) => {
    if (!(await requeueDelivery(trx, id, by.name))) return false
    const subject = { kind: 'delivery', id, name: String(id) }
    await recordAudit(trx, { actor: asActor(by), action: 'delivery.replayed', subject }, now)
    return true
  })
  if (isQueued) {
    parts.processor.wake()
    return 'queued'
  }
  const held = await findConclusions(parts.store.db, id)
  if (!held) return 'not-found'
  return held.bodyGoneAt === undefined ? 'still-waiting' : 'body-gone'
}

/**
 * Processes failed deliveries again, as after a mended parser or rule, the latest first when there are too many.
 * @param chosen those that match, and were there when somebody chose them: up to the id `upTo`
 * @returns how many
 */
export async function replayFailed(
  parts: Parts,
  chosen: { readonly filter?: DeliveryFilter; readonly upTo?: number },
  { now, by = THE_SYSTEM }: Asked,
): Promise<number> {
  const { filter = {}, upTo = Number.MAX_SAFE_INTEGER - 1 } = chosen
  const ids = await listFailedIds(parts.store.db, filter, { upTo, limit: REPLAYED_AT_MOST })
  let count = 0
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    count += await parts.store.transaction(async (trx) => {
      let queued = 0
      for (const id of ids.slice(i, i + AT_ONCE)) if (await requeueDelivery(trx, id, by.name)) queued++
      if (queued > 0) {
        const subject = { kind: 'deliveries', id: `${ids[i]}`, name: `${queued} that had failed` }
        const change = { count: queued, newest: ids[i] as number }
        await recordAudit(trx, { actor: asActor(by), action: 'deliveries.replayed', subject, change }, now)
      }
      return queued
    })
    parts.processor.wake()
  }
  return count
}
