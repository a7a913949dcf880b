import { medianInterval, middleOf } from '../statistics/median.ts'
import { sum } from '../statistics/sum.ts'
import { type DeliveryDeployment, type DeliveryFacts, HOUR_MS, type Period, placementsWithin } from './facts.ts'
import { finiteInterval, type Metric } from './metric.ts'

const LEAST_COMMITS = 10

/**
 * DORA's change lead time: from a commit to its first deployment here, the median over the commits, not over the
 * deployments' medians. A time after the deployment, as a rewritten commit has it, is no time.
 */
export function changeLeadTime(facts: DeliveryFacts, period: Period): Metric {
  const bringing = placementsWithin(facts.deployments, period).filter(({ effect }) => effect === 'deploy')
  const hours = sortedHours(bringing)
  const interval = medianInterval(hours)
  return {
    value: hours.length === 0 ? null : middleOf(hours),
    unit: 'hours',
    numerator: hours.length,
    denominator: sum(bringing.map(({ changes }) => changes.count)),
    rule: `Median time from a commit to the end of the deployment that brought it to ${facts.environment} first. Numerator: commits with a time; denominator: all commits brought, merge commits not counted. Rollbacks bring none.`,
    enough: hours.length >= LEAST_COMMITS,
    interval: interval ? finiteInterval(interval) : null,
    ripe: bringing.length,
    unripe: 0,
    numeratorIds: bringing.filter(hasTime).map(({ id }) => id),
    denominatorIds: bringing.filter(({ changes }) => changes.count > 0).map(({ id }) => id),
    unripeIds: [],
  }
}

/** From each change whose time is known to the end of the deployment that brought it. */
function sortedHours(bringing: readonly DeliveryDeployment[]): Float64Array {
  const hours = new Float64Array(sum(bringing.map(({ changes }) => changes.times.length)))
  let n = 0
  for (const { finishedAt, changes } of bringing)
    for (const at of changes.times) if (at <= finishedAt) hours[n++] = (finishedAt - at) / HOUR_MS
  return hours.subarray(0, n).sort()
}

const hasTime = ({ finishedAt, changes: { times } }: DeliveryDeployment): boolean =>
  (times[0] ?? Number.POSITIVE_INFINITY) <= finishedAt
