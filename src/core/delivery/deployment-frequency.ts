import { garwoodInterval } from '../statistics/poisson.ts'
import { DAY_MS, type DeliveryFacts, EMERGENCY, type Period, placementsWithin } from './facts.ts'
import { finiteInterval, type Metric } from './metric.ts'

export interface DeploymentFrequency extends Metric {
  /** Among them, shown apart: frequent because of trouble is not frequent. */
  readonly rollbackIds: readonly number[]
  readonly emergencyIds: readonly number[]
}

const LEAST_DAYS = 7

/** DORA's deployment frequency: deployments per day, over the part of the period for which the place is known. */
export function deploymentFrequency(facts: DeliveryFacts, period: Period, now: number): DeploymentFrequency {
  const from = Math.max(period.from, facts.knownSince)
  const days = Math.max(0, Math.min(period.to, now) - from) / DAY_MS
  const all = placementsWithin(facts.deployments, { from, to: period.to })
  const counts = garwoodInterval(all.length)
  return {
    value: days === 0 ? null : all.length / days,
    unit: 'per day',
    numerator: all.length,
    denominator: days,
    rule: `Deployments that put a release in place in ${facts.environment} / days. Rollbacks and emergency releases are among them; repeated deployments of the same release, failed ones and removals are not. Days before the first known deployment do not count.`,
    enough: days >= LEAST_DAYS,
    interval: days === 0 ? null : finiteInterval({ low: counts.low / days, high: counts.high / days }),
    ripe: all.length,
    unripe: 0,
    numeratorIds: all.map(({ id }) => id),
    denominatorIds: all.map(({ id }) => id),
    unripeIds: [],
    rollbackIds: all.filter(({ effect }) => effect === 'rollback').map(({ id }) => id),
    emergencyIds: all.filter(({ emergencyScore }) => emergencyScore >= EMERGENCY).map(({ id }) => id),
  }
}
