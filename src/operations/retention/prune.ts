import { PRUNED, type PruneCounts, type Pruned } from '../../core/inbound/pruning.ts'
import { horizonsAt, type Retention } from '../../core/inbound/retention.ts'
import type { Store } from '../../store/database.ts'
import { type Aged, agedBodies, agedDeliveries } from '../../store/inbox/aged-deliveries.ts'
import { agedAttempts, agedNames, agedRefusals, agedSessions, endedSessions } from '../../store/inbox/aged-notes.ts'
import { agedNotifications } from '../../store/notifications/aged-notifications.ts'
import { agedReports } from '../../store/reports/aged-reports.ts'
import { agedHeldFirings } from '../../store/rules/aged-firings.ts'
import { ENDED_KNOWN_MS, SESSION_IDLE_MS } from '../access/sessions.ts'
import { FORGET_AFTER_MS } from '../access/sign-in-throttle.ts'

/** In one transaction: few enough that who waits for the write lock does not notice. */
const ROWS_PER_STEP = 50

function agedAt(now: number, retention: Retention): Record<Pruned, Aged> {
  const horizons = horizonsAt(now, retention)
  return {
    bodies: agedBodies(['processed', 'ignored'], horizons.bodies, now),
    failed_bodies: agedBodies(['failed'], horizons.failedBodies, now),
    deliveries: agedDeliveries(horizons.deliveries),
    unmatched_names: agedNames(horizons.names),
    counted_sessions: agedSessions(horizons.sessions),
    refusals: agedRefusals(horizons.refusals),
    sign_in_attempts: agedAttempts(now - FORGET_AFTER_MS),
    sign_in_sessions: endedSessions(now - ENDED_KNOWN_MS, now - ENDED_KNOWN_MS - SESSION_IDLE_MS),
    notifications: agedNotifications(horizons.notifications),
    held_firings: agedHeldFirings(horizons.notifications),
    reports: agedReports(horizons.reports),
  }
}

/** How much would be let go of now, deliveries whose bodies go first among them; changes nothing. */
export async function countPrunable(store: Store, retention: Retention, now: number): Promise<PruneCounts> {
  const aged = agedAt(now, retention)
  const counts: Partial<Record<Pruned, number>> = {}
  for (const what of PRUNED) counts[what] = await aged[what].count(store.reader)
  const { deliveries } = horizonsAt(now, retention)
  for (const state of ['processed', 'ignored', 'failed'] as const)
    counts.deliveries = (counts.deliveries ?? 0) + (await agedBodies([state], deliveries, now).count(store.reader))
  return counts as PruneCounts
}

export interface PruneOptions {
  /** Called after each step; what it returns is waited for, and `stop` ends it there. */
  readonly afterStep?: (what: Pruned, n: number, tookMs: number) => Promise<'go on' | 'stop'>
  readonly rowsPerStep?: number
}

/**
 * Lets go of what is older than it is kept, in short transactions of their own; ended in between, it goes on where it was
 * when it is called again. What people see of releases, defects and numbers never rests on it.
 * @returns how much it was
 */
export async function prune(
  store: Store,
  retention: Retention,
  now: number,
  { afterStep, rowsPerStep = ROWS_PER_STEP }: PruneOptions = {},
): Promise<PruneCounts> {
  const aged = agedAt(now, retention)
  const counts = Object.fromEntries(PRUNED.map((what) => [what, 0])) as Record<Pruned, number>
  for (const what of PRUNED)
    for (;;) {
      const startedAt = performance.now()
      const { n, more } = await store.transaction((trx) => aged[what].step(trx, rowsPerStep))
      counts[what] += n
      if (n > 0 && (await afterStep?.(what, n, performance.now() - startedAt)) === 'stop') return counts
      if (!more) break
    }
  return counts
}
