import { HOUR_MS, RIPE_HOURS } from '../delivery/facts.ts'
import type { DeploymentEffect } from '../deployment/timeline.ts'
import { median } from '../statistics/median.ts'
import { indexOfStretch, type Stretch } from '../time/calendar.ts'

/** A deployment that put a release in place. Instants are epoch ms. */
export interface PlacedDeployment {
  readonly id: number
  readonly serviceId: number
  readonly releaseId: number | null
  readonly effect: DeploymentEffect
  readonly at: number
}

/** An S1 or S2 defect attributed to a release. */
export interface AttributedHarm {
  readonly serviceId: number
  readonly releaseId: number
  readonly at: number
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
const RIPE_MS = RIPE_HOURS * HOUR_MS
const OF_LAST = 8

/**
 * DORA's change failures in adjoining stretches of time, for one service or for several, each deployment judged among
 * those of its own service: the same failures as in `changeFailRate`. Whoever was mended by an emergency release has a
 * severe defect already, so fixes need not be known.
 *
 * @param placed in order of time, from some weeks before the first stretch on
 */
export function changeFailures(
  placed: readonly PlacedDeployment[],
  harm: readonly AttributedHarm[],
  stretches: readonly Stretch[],
  now: number,
): FailuresInStretch[] {
  const counts = stretches.map(() => ({ failed: 0, ripe: 0, unripe: 0 }))
  const failed = failedIds(placed, harm)
  for (const { id, at } of placed) {
    const count = counts[indexOfStretch(stretches, at)]
    if (!count) continue
    if (at + RIPE_MS > now) count.unripe++
    else {
      count.ripe++
      if (failed.has(id)) count.failed++
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

/**
 * Those rolled back within 72 hours, and those whose release has a severe defect: of several deployments of a release
 * the last before it was seen, or else the first; one that put a release back only when none brought it.
 */
function failedIds(placed: readonly PlacedDeployment[], harm: readonly AttributedHarm[]): ReadonlySet<number> {
  const failed = new Set<number>()
  const harmful = new Set(harm.map(({ releaseId }) => releaseId))
  const last = new Map<number, PlacedDeployment>()
  const placedOf = new Map<number, PlacedDeployment[]>()
  for (const deployment of placed) {
    const { serviceId, releaseId, effect, at } = deployment
    const before = last.get(serviceId)
    if (effect === 'rollback' && before && at <= before.at + RIPE_MS) failed.add(before.id)
    last.set(serviceId, deployment)
    if (releaseId === null || !harmful.has(releaseId)) continue
    const known = placedOf.get(releaseId)
    if (known) known.push(deployment)
    else placedOf.set(releaseId, [deployment])
  }
  for (const { serviceId, releaseId, at } of harm) {
    const own = (placedOf.get(releaseId) ?? []).filter((deployment) => deployment.serviceId === serviceId)
    const brought = own.filter(({ effect }) => effect === 'deploy')
    const candidates = brought.length > 0 ? brought : own
    const bringer = candidates.findLast((deployment) => deployment.at <= at) ?? candidates[0]
    if (bringer) failed.add(bringer.id)
  }
  return failed
}
