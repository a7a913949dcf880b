import { type ChangeFailRate, changeFailRate } from './delivery/change-failure.ts'
import { changeLeadTime } from './delivery/change-lead-time.ts'
import { type DeploymentFrequency, deploymentFrequency } from './delivery/deployment-frequency.ts'
import type { DeliveryFacts, Period } from './delivery/facts.ts'
import { failedDeployments } from './delivery/failed-deployments.ts'
import type { Metric } from './delivery/metric.ts'
import { failedDeploymentRecoveryTime, type RecoveryTime } from './delivery/recovery-time.ts'
import { deploymentReworkRate } from './delivery/rework-rate.ts'

/** DORA's five metrics of software delivery (dora.dev/guides/dora-metrics, as of 5 January 2026) for one place. */
export interface DeliveryMetrics {
  readonly service: string
  readonly environment: string
  readonly changeLeadTime: Metric
  readonly deploymentFrequency: DeploymentFrequency
  readonly failedDeploymentRecoveryTime: RecoveryTime
  readonly changeFailRate: ChangeFailRate
  readonly deploymentReworkRate: Metric
}

/**
 * The five metrics of one service in one environment over a period, each with numerator, denominator, rule, interval and
 * the rows behind it. There is no function for several services at once: a mean over them describes none.
 * O((deployments + defects)·log deployments + commits). Never throws.
 */
export function deliveryMetrics(facts: DeliveryFacts, period: Period, now: number): DeliveryMetrics {
  const failed = failedDeployments(facts)
  return {
    service: facts.service,
    environment: facts.environment,
    changeLeadTime: changeLeadTime(facts, period),
    deploymentFrequency: deploymentFrequency(facts, period, now),
    failedDeploymentRecoveryTime: failedDeploymentRecoveryTime(facts, period, now, failed),
    changeFailRate: changeFailRate(facts, period, now, failed),
    deploymentReworkRate: deploymentReworkRate(facts, period),
  }
}
