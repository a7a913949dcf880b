import { median, medianInterval } from '../statistics/median.ts'
import { type DeliveryFacts, HOUR_MS, isWithin, type Period, placements } from './facts.ts'
import { finiteInterval, type Metric } from './metric.ts'

const LEAST_COMMITS = 10

/**
 * DORA's change lead time: from a commit to its first deployment here, the median over the commits, not over the
 * deployments' medians. A time after the deployment, as a rewritten commit has it, is no time.
 */
export function changeLeadTime(facts: DeliveryFacts, period: Period): Metric {
  const bringing = placements(facts.deployments).filter(
    ({ effect, finishedAt }) => effect === 'deploy' && isWithin(finishedAt, period),
  )
  const perDeployment = bringing.map(({ id, finishedAt, commits }) => {
    const changes = commits.filter(({ isMerge }) => !isMerge)
    const hours = changes.flatMap(({ at }) =>
      at === undefined || at > finishedAt ? [] : [(finishedAt - at) / HOUR_MS],
    )
    return { id, changes: changes.length, hours }
  })
  const hours = perDeployment.flatMap((deployment) => deployment.hours)
  const interval = medianInterval(hours)
  return {
    value: hours.length === 0 ? null : median(hours),
    unit: 'hours',
    numerator: hours.length,
    denominator: perDeployment.reduce((total, { changes }) => total + changes, 0),
    rule: `Median time from a commit to the end of the deployment that brought it to ${facts.environment} first. Numerator: commits with a time; denominator: all commits brought, merge commits not counted. Rollbacks bring none.`,
    enough: hours.length >= LEAST_COMMITS,
    interval: interval ? finiteInterval(interval) : null,
    ripe: bringing.length,
    unripe: 0,
    numeratorIds: perDeployment.filter((deployment) => deployment.hours.length > 0).map(({ id }) => id),
    denominatorIds: perDeployment.filter(({ changes }) => changes > 0).map(({ id }) => id),
    unripeIds: [],
  }
}
