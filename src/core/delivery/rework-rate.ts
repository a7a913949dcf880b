import { wilsonInterval } from '../statistics/binomial.ts'
import {
  type DeliveryDeployment,
  type DeliveryFacts,
  EMERGENCY,
  isSevere,
  type Period,
  placementsWithin,
} from './facts.ts'
import { finiteInterval, type Metric } from './metric.ts'

const LEAST_DEPLOYMENTS = 10

/** DORA's deployment rework rate: deployments that nobody had planned / all of them. */
export function deploymentReworkRate(facts: DeliveryFacts, period: Period): Metric {
  const all = placementsWithin(facts.deployments, period)
  const severe = new Map(facts.defects.filter(isSevere).map(({ id, openedAt }) => [id, openedAt]))
  // Its fix comes with this one, so until now it was open here, whatever its tracker says.
  const mends = ({ fixesDefectIds, finishedAt }: DeliveryDeployment) =>
    fixesDefectIds.some((id) => (severe.get(id) ?? Number.POSITIVE_INFINITY) < finishedAt)
  const unplanned = all.filter(
    (deployment) =>
      deployment.effect === 'rollback' ||
      deployment.emergencyScore >= EMERGENCY ||
      (deployment.fixesDefectIds.length > 0 && mends(deployment)),
  )
  return {
    value: all.length === 0 ? null : unplanned.length / all.length,
    unit: 'share',
    numerator: unplanned.length,
    denominator: all.length,
    rule: `Unplanned deployments / all deployments to ${facts.environment}, repeated ones not counted. Unplanned: rollbacks, emergency releases, and those that brought the fix of an S1 or S2 defect seen there.`,
    enough: all.length >= LEAST_DEPLOYMENTS,
    interval: all.length === 0 ? null : finiteInterval(wilsonInterval(unplanned.length, all.length)),
    ripe: all.length,
    unripe: 0,
    numeratorIds: unplanned.map(({ id }) => id),
    denominatorIds: all.map(({ id }) => id),
    unripeIds: [],
  }
}
