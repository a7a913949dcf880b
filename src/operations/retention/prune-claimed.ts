import { randomUUID } from 'node:crypto'
import type { AuditActor } from '../../core/audit/entry.ts'
import { PRUNED, type PruneCounts, type Pruned } from '../../core/inbound/pruning.ts'
import type { Retention } from '../../core/inbound/retention.ts'
import type { Store } from '../../store/database.ts'
import { prune } from './prune.ts'
import { PruningClaim } from './pruning-record.ts'
import { findRetention } from './retention-setting.ts'

/** For every millisecond of work this many of rest: whoever waits for the write lock comes first. */
const REST_PER_WORK = 4
const LONGEST_REST_MS = 1_000

/**
 * Prunes while no other process does, at leisure, and notes that it did.
 * @param configured how long things are kept where people set nothing else
 * @param onStep hears of each step after it was committed
 * @returns how much it was; undefined when another process is at it, or took over
 */
export async function pruneClaimed(
  store: Store,
  configured: Retention,
  clock: () => number,
  { onStep, signal, by }: { onStep?: (what: Pruned, n: number) => void; signal?: AbortSignal; by?: AuditActor } = {},
): Promise<PruneCounts | undefined> {
  const now = clock()
  const claim = await PruningClaim.take(store, randomUUID(), now)
  if (!claim) return undefined
  let isStopped = false
  const { retention } = await findRetention(store.db, configured)
  const gone = Object.fromEntries(PRUNED.map((what) => [what, 0])) as Record<Pruned, number>
  try {
    const counts = await prune(store, retention, now, {
      async afterStep(what, n, tookMs) {
        gone[what] += n
        onStep?.(what, n)
        await new Promise((resolve) => setTimeout(resolve, Math.min(LONGEST_REST_MS, tookMs * REST_PER_WORK)))
        isStopped = signal?.aborted === true || !(await claim.goOn(clock()))
        return isStopped ? 'stop' : 'go on'
      },
    })
    await claim.release({ at: now, counts, isWhole: !isStopped }, by)
    return isStopped ? undefined : counts
  } catch (error) {
    await claim.release({ at: now, counts: gone, isWhole: false }, by)
    throw error
  }
}
