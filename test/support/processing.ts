import { pino } from 'pino'
import { DeliveryProcessor } from '../../src/operations/intake/process-deliveries.ts'
import { LiveEvents } from '../../src/operations/live-events.ts'
import { ensureBuiltInSource } from '../../src/operations/sources/sources-admin.ts'
import type { Store } from '../../src/store/database.ts'

export const silentLog = pino({ level: 'silent' })

/** Ready for submitNative and deliveries of the built-in source; nothing runs in the background. */
export async function processingOn(
  store: Store,
  clock: () => number = Date.now,
): Promise<{ store: Store; processor: DeliveryProcessor; liveEvents: LiveEvents }> {
  await ensureBuiltInSource(store.db, 0)
  const liveEvents = new LiveEvents()
  return {
    store,
    liveEvents,
    processor: new DeliveryProcessor({
      store,
      listener: { changed: (event) => liveEvents.publish(event) },
      log: silentLog,
      clock,
    }),
  }
}
