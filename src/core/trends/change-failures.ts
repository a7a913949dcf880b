import { indexOfStretch, type Stretch } from '../calendar.ts'
import { type DeliveryDefect, type DeliveryDeployment, HOUR_MS, RIPE_HOURS } from '../delivery/facts.ts'
import { failedDeployments } from '../delivery/failed-deployments.ts'
import { median } from '../statistics/median.ts'
import type { DeploymentEffect } from '../timeline.ts'

/** A deployment that put a release in place. Instants are epoch ms. */
export interface PlacedDeployment {
  readonly id: number
  readonly serviceId: number
  readonly releaseId: number | undefined
  readonly effect: DeploymentEffect
  readonly at: number
}

/** An S1 or S2 defect attributed to a release. */
export interface AttributedHarm {
  readonly defectId: number
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
  const harmOf = byService(harm)
  for (const [serviceId, own] of byService(placed)) {
    for (const deployment of own) {
      const stretch = counts[indexOfStretch(stretches, deployment.at)]
      if (stretch) stretch[isRipe(deployment.at, now) ? 'ripe' : 'unripe']++
    }
    const facts = {
      ...{ service: '', environment: '', knownSince: 0 },
      deployments: own.map(toDelivery),
      defects: (harmOf.get(serviceId) ?? []).map(toDefect),
    }
    for (const { deployment } of failedDeployments(facts))
      if (isRipe(deployment.finishedAt, now)) {
        const stretch = counts[indexOfStretch(stretches, deployment.finishedAt)]
        if (stretch) stretch.failed++
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

const isRipe = (at: number, now: number): boolean => at + RIPE_HOURS * HOUR_MS <= now

function byService<T extends { readonly serviceId: number }>(items: readonly T[]): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const item of items) {
    const own = groups.get(item.serviceId)
    if (own) own.push(item)
    else groups.set(item.serviceId, [item])
  }
  return groups
}

const toDelivery = ({ id, releaseId, effect, at }: PlacedDeployment): DeliveryDeployment => ({
  ...{ id, releaseId, effect, status: 'succeeded', finishedAt: at, emergencyScore: 0 },
  ...{ commits: [], mendsDeploymentIds: [], fixesDefectIds: [] },
})

const toDefect = ({ defectId, releaseId, at }: AttributedHarm): DeliveryDefect => ({
  ...{ id: defectId, severity: 'S1', openedAt: at, attributedReleaseId: releaseId, suspects: [] },
})
