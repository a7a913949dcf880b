import { wilsonInterval } from '../statistics/binomial.ts'
import { sum } from '../statistics/sum.ts'
import {
  type DeliveryDeployment,
  type DeliveryFacts,
  firstFrom,
  HOUR_MS,
  isSevere,
  isWithin,
  type Period,
  placementsWithin,
  RIPE_HOURS,
} from './facts.ts'
import { failedDeployments } from './failed-deployments.ts'
import { finiteInterval, type Metric } from './metric.ts'

export interface ChangeFailRate extends Metric {
  /**
   * The failures to be expected when suspicions count by their probability: between those proven and all that might be.
   * Rolled back or mended is 1; else 1 − Π(1 − p) over the S1 and S2 defects suspected to be its own.
   */
  readonly expectedFailures: number
}

/** Below this a rate says more of chance than of the team. */
const LEAST_RIPE = 10

/**
 * DORA's change fail rate: failed deployments / all ripe ones.
 *
 * @param failed where the caller has found them already
 */
export function changeFailRate(
  facts: DeliveryFacts,
  period: Period,
  now: number,
  failed = failedDeployments(facts),
): ChangeFailRate {
  const inPeriod = placementsWithin(facts.deployments, period)
  const lastRipe = now - RIPE_HOURS * HOUR_MS
  const firstUnripe = firstFrom(inPeriod, lastRipe + 1)
  const ripe = inPeriod.slice(0, firstUnripe)
  const unripe = inPeriod.slice(firstUnripe)
  const numerator = failed
    .map(({ deployment }) => deployment)
    .filter(({ finishedAt }) => finishedAt <= lastRipe && isWithin(finishedAt, period))
  return {
    value: ripe.length === 0 ? null : numerator.length / ripe.length,
    unit: 'share',
    numerator: numerator.length,
    denominator: ripe.length,
    rule: `Failed deployments / all deployments to ${facts.environment} that finished at least ${RIPE_HOURS} h ago, rollbacks included, repeated ones not. Failed: rolled back within ${RIPE_HOURS} h, followed within ${RIPE_HOURS} h by an emergency release linked to it, or with an S1 or S2 defect attributed to its release.`,
    enough: ripe.length >= LEAST_RIPE,
    interval: ripe.length === 0 ? null : finiteInterval(wilsonInterval(numerator.length, ripe.length)),
    ripe: ripe.length,
    unripe: unripe.length,
    numeratorIds: numerator.map(({ id }) => id),
    denominatorIds: ripe.map(({ id }) => id),
    unripeIds: unripe.map(({ id }) => id),
    expectedFailures: numerator.length + probableFailures(ripe, new Set(numerator), facts),
  }
}

/** To be expected among those that are not known to have failed. What put a release back did not bring its defects. */
function probableFailures(
  ripe: readonly DeliveryDeployment[],
  failed: ReadonlySet<DeliveryDeployment>,
  facts: DeliveryFacts,
): number {
  const probable = failureProbabilities(facts)
  if (probable.size === 0) return 0
  const suspected = ripe.filter((deployment) => deployment.effect === 'deploy' && !failed.has(deployment))
  return sum(suspected.map(({ releaseId = Number.NaN }) => probable.get(releaseId) ?? 0))
}

/** Per release: that at least one severe defect is its own. */
function failureProbabilities({ defects }: DeliveryFacts): Map<number, number> {
  const innocent = new Map<number, number>()
  for (const { suspects } of defects.filter(isSevere))
    for (const { releaseId, probability } of suspects)
      innocent.set(releaseId, (innocent.get(releaseId) ?? 1) * (1 - probability))
  return new Map([...innocent].map(([releaseId, chance]) => [releaseId, 1 - chance]))
}
