import { type ChangeFailRate, changeFailRate } from './change-failure.ts'
import { changeLeadTime } from './change-lead-time.ts'
import { type DeploymentFrequency, deploymentFrequency } from './deployment-frequency.ts'
import type { DeliveryFacts, Period } from './facts.ts'
import { failedDeployments } from './failed-deployments.ts'
import type { Metric } from './metric.ts'
import { failedDeploymentRecoveryTime, type RecoveryTime } from './recovery-time.ts'
import { deploymentReworkRate } from './rework-rate.ts'

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
