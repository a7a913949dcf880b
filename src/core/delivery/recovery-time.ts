import { kaplanMeier, type SurvivalCurve } from '../statistics/kaplan-meier.ts'
import { type DeliveryDeployment, type DeliveryFacts, HOUR_MS, isWithin, type Period } from './facts.ts'
import { type FailedDeployment, failedDeployments } from './failed-deployments.ts'
import { finiteInterval, type Metric } from './metric.ts'

export interface RecoveryTime extends Metric {
  /** In hours. */
  readonly curve: SurvivalCurve
  /** Recovered by a remedy for which no check was recorded; they count, and are told. */
  readonly uncheckedIds: readonly number[]
}

const LEAST_FAILED = 5

/**
 * DORA's failed deployment recovery time: from the end of a failed deployment to the end of the one that passed the
 * recovery check; the median, with failures still open censored at `now`. Where no check was recorded, the first remedy
 * counts as the recovery.
 *
 * @param allFailed where the caller has found them already
 */
export function failedDeploymentRecoveryTime(
  facts: DeliveryFacts,
  period: Period,
  now: number,
  allFailed = failedDeployments(facts),
): RecoveryTime {
  const failed = allFailed.filter(({ deployment }) => isWithin(deployment.finishedAt, period))
  const mending = new Set(failed.map(({ deployment }) => deployment.recoveredById))
  const byId = new Map(facts.deployments.filter(({ id }) => mending.has(id)).map((mender) => [mender.id, mender]))
  const recoveries = failed.map((failure) => ({ failure, ...recoveryOf(failure, byId) }))
  const recovered = recoveries.filter(({ by }) => by !== undefined)
  const curve = kaplanMeier(
    recoveries.map(({ failure, by }) => ({
      duration: Math.max(0, (by?.finishedAt ?? now) - failure.deployment.finishedAt) / HOUR_MS,
      ended: by !== undefined,
    })),
  )
  return {
    value: curve.median ?? null,
    unit: 'hours',
    numerator: recovered.length,
    denominator: failed.length,
    rule: `Median time from the end of a failed deployment to ${facts.environment} to the end of the deployment that passed the recovery check, or, where none was recorded, of the rollback or fix that followed. Failures not recovered yet count with the time so far (Kaplan-Meier). Failed as for the change fail rate, but at any age.`,
    enough: recovered.length >= LEAST_FAILED,
    interval: curve.median === undefined ? null : finiteInterval(curve.medianInterval),
    ripe: failed.length,
    unripe: 0,
    numeratorIds: recovered.map(({ failure }) => failure.deployment.id),
    denominatorIds: failed.map(({ deployment }) => deployment.id),
    unripeIds: [],
    curve,
    uncheckedIds: recovered.filter(({ checked }) => !checked).map(({ failure }) => failure.deployment.id),
  }
}

function recoveryOf(
  { deployment, remedies }: FailedDeployment,
  byId: ReadonlyMap<number, DeliveryDeployment>,
): { readonly by: DeliveryDeployment | undefined; readonly checked: boolean } {
  const checked = deployment.recoveredById === undefined ? undefined : byId.get(deployment.recoveredById)
  return checked ? { by: checked, checked: true } : { by: remedies[0], checked: false }
}
