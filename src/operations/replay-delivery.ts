import type { Store } from '../store/database.ts'
import { findConclusions, requeueDelivery, requeueFailed } from '../store/deliveries.ts'
import type { Processing } from './processing.ts'

/** Processes a delivery again from its stored bytes; what it did before it does not do twice. */
export async function replayDelivery(
  parts: { store: Store; processor: Processing },
  id: number,
): Promise<'queued' | 'still-waiting' | 'not-found'> {
  const queued = await parts.store.transaction((trx) => requeueDelivery(trx, id))
  if (queued) parts.processor.wake()
  else if (!(await findConclusions(parts.store.db, id))) return 'not-found'
  return queued ? 'queued' : 'still-waiting'
}

/** Processes all failed deliveries again, as after a mended parser or rule. @returns how many */
export async function replayFailed(parts: { store: Store; processor: Processing }): Promise<number> {
  const count = await parts.store.transaction((trx) => requeueFailed(trx))
  if (count > 0) parts.processor.wake()
  return count
}
