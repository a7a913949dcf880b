import { pino } from 'pino'
import type { Submit } from '../operations/import/import-history.ts'
import { DeliveryProcessor } from '../operations/intake/process-deliveries.ts'
import { submitNative } from '../operations/intake/submit-native.ts'
import { ensureBuiltInSource } from '../operations/sources/sources-admin.ts'
import type { Store } from '../store/database.ts'
import { withStore } from './open-store.ts'
import type { Terminal } from './terminal.ts'

/**
 * Hands `work` the front door for native items; what came in is worked out to the end, attributions included, before
 * this returns.
 */
export async function withNativeSubmission<T>(
  terminal: Terminal,
  work: (store: Store, submit: Submit) => Promise<T>,
): Promise<T> {
  const { clock } = terminal
  return await withStore(terminal, async (store) => {
    await ensureBuiltInSource(store.db, clock())
    const log = pino({ level: 'warn', base: null }, terminal.stderr)
    const processor = new DeliveryProcessor({ store, listener: { changed() {} }, log, clock })
    const result = await work(store, (kind, items, idempotencyKey) =>
      submitNative({ store, processor }, { kind, items, idempotencyKey, receivedAt: clock() }),
    )
    await processor.runUntilIdle()
    return result
  })
}
