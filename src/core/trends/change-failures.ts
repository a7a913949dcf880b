import { HOUR_MS, RIPE_HOURS } from '../delivery/facts.ts'
import { median } from '../statistics/median.ts'
import { indexOfStretch, type Stretch } from '../time/calendar.ts'

/** Deployments that put a release in place in a stretch of time. */
export interface PlacedCounts {
  /** Neither rollbacks nor emergency releases. */
  readonly deployments: number
  readonly rollbacks: number
  readonly emergencies: number
  /** Of all of these: as in `failedDeployments`. */
  readonly failed: number
}

export interface FailuresInStretch {
  readonly failed: number
  /** Deployments old enough to be judged. */
  readonly ripe: number
  readonly unripe: number
  /** Undefined with fewer than three ripe ones: a share of two says nothing. */
  readonly share: number | undefined
  /** Of the last eight stretches that have a share; undefined until there are eight. */
  readonly median: number | undefined
}

const LEAST_RIPE = 3
const OF_LAST = 8

/** What was deployed before this is old enough to be judged. */
export const ripeUntil = (now: number): number => now - RIPE_HOURS * HOUR_MS + 1

/**
 * DORA's change failures in adjoining stretches of time, for one service or for several, each deployment judged among
 * those of its own service: the same failures as in `changeFailRate`.
 *
 * @param counted each within one of the stretches, and wholly before or after `ripeUntil(now)`
 */
export function changeFailures(
  counted: readonly (PlacedCounts & Stretch)[],
  stretches: readonly Stretch[],
  now: number,
): FailuresInStretch[] {
  const counts = stretches.map(() => ({ failed: 0, ripe: 0, unripe: 0 }))
  const ripe = ripeUntil(now)
  for (const { from, to, deployments, rollbacks, emergencies, failed } of counted) {
    const count = counts[indexOfStretch(stretches, from)]
    if (!count) continue
    const all = deployments + rollbacks + emergencies
    if (to > ripe) count.unripe += all
    else {
      count.ripe += all
      count.failed += failed
    }
  }
  const shares: number[] = []
  return counts.map((count) => {
    const share = count.ripe >= LEAST_RIPE ? count.failed / count.ripe : undefined
    if (share !== undefined) shares.push(share)
    const middle = share === undefined || shares.length < OF_LAST ? undefined : median(shares.slice(-OF_LAST))
    return { ...count, share, median: middle }
  })
}
