import type { Metric } from '../../src/core/delivery/metric.ts'
import { counted, formatCount } from '../format.ts'
import { withQuery } from '../paths.ts'
import { daysWords, type MetricKey } from './metric-words.ts'
import { instantsOf } from './trend-chart.tsx'

/** What a metric of delivery is made of, each number leading to its deployments. */

export type MetricPart = 'counted' | 'all' | 'young'

export interface MetricPlace {
  readonly service: string | undefined
  readonly environment: string | undefined
  /** Epoch ms, half-open. */
  readonly from: number
  readonly to: number
}

/** The deployments that a part of a metric is, one by one. */
export const madeOfPath = ({ service, environment, from, to }: MetricPlace, metric: MetricKey, part: MetricPart) =>
  withQuery('/deployments', { service, env: environment, ...instantsOf({ from, to }), metric, part })

/** The commits that the lead time counts, or all of which it counts some. */
const commitsPath = ({ service, environment, from, to }: MetricPlace, part: MetricPart) =>
  withQuery('/commits', { service, env: environment, ...instantsOf({ from, to }), part })

interface MadeOfProps {
  readonly metricKey: MetricKey
  readonly metric: Metric
  readonly place: MetricPlace
}

/** Numbers lead to their deployments; those of the lead time to its commits, and to what brought these. */
export function MadeOf({ metricKey, metric, place }: MadeOfProps) {
  const { unit, numerator, denominator, denominatorIds } = metric
  const link = (n: number, part: MetricPart) =>
    n === 0 ? (
      '0'
    ) : (
      <a href={madeOfPath(place, metricKey, part)}>
        {formatCount(n)}
        <span class="vh"> {n === 1 ? 'deployment' : 'deployments'}</span>
      </a>
    )
  if (unit === 'per day')
    return (
      <>
        {link(numerator, 'counted')} in {daysWords(denominator)}
      </>
    )
  if (metricKey === 'changeLeadTime')
    return (
      <>
        {numerator === 0 ? (
          '0'
        ) : (
          <a href={commitsPath(place, 'counted')}>
            {formatCount(numerator)}
            <span class="vh"> {numerator === 1 ? 'commit' : 'commits'} with a time</span>
          </a>
        )}{' '}
        of <a href={commitsPath(place, 'all')}>{counted(denominator, 'commit')}</a>, brought by{' '}
        <a href={madeOfPath(place, metricKey, 'all')}>{counted(denominatorIds.length, 'deployment')}</a>
      </>
    )
  return (
    <>
      {link(numerator, 'counted')} of {link(denominator, 'all')}
    </>
  )
}
