import type { SourceEvent } from '../../src/core/event.ts'
import { applyEvents } from '../../src/operations/derivation/apply-events.ts'
import { Changes, settleChanges } from '../../src/operations/derivation/settle-changes.ts'
import { ensureBuiltInSource } from '../../src/operations/sources/sources-admin.ts'
import type { Store } from '../../src/store/database.ts'
import { day } from './factories.ts'

let deliveries = 0

/** Applies events as one delivery and leaves the attributions behind them undone. */
export async function tell(store: Store, ...events: SourceEvent[]): Promise<void> {
  const { id: sourceId } = await ensureBuiltInSource(store.db, 0)
  await store.change(async (trx) => {
    const changes = new Changes()
    await applyEvents(trx, { sourceId, deliveryKey: `d${deliveries++}`, receivedAt: day(30) }, events, changes)
    await settleChanges(trx, changes)
  })
}
