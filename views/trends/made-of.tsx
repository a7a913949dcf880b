import type { Metric } from '../../src/core/delivery/metric.ts'
import { counted, formatCount } from '../format.ts'
import { withQuery } from '../paths.ts'
import { daysWords, type MetricKey, madeOf } from './metric-words.ts'
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

interface MadeOfProps {
  readonly metricKey: MetricKey
  readonly metric: Metric
  readonly place: MetricPlace
}

/** Numbers lead to their deployments; those of the lead time are of commits, and to who brought these. */
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
        {madeOf(metric)} commits, brought by{' '}
        <a href={madeOfPath(place, metricKey, 'all')}>{counted(denominatorIds.length, 'deployment')}</a>
      </>
    )
  return (
    <>
      {link(numerator, 'counted')} of {link(denominator, 'all')}
    </>
  )
}
