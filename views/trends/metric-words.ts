import type { DeliveryMetrics } from '../../src/core/delivery/delivery-metrics.ts'
import type { Metric } from '../../src/core/delivery/metric.ts'
import { formatCount, formatDuration } from '../format.ts'

/** Of defects, S3 and S4 make no deployment a failed one: a rate of 0 % does not say that there were none. */
export const FAILURES =
  'Failed: rolled back, mended by an emergency release, or with an S1 or S2 of its own. S3 and S4 do not count.'

/** DORA's five, in the order in which people read them; the words are DORA's. */
export const METRICS = [
  { key: 'deploymentFrequency', name: 'Deployment frequency' },
  { key: 'changeLeadTime', name: 'Change lead time' },
  { key: 'changeFailRate', name: 'Change fail rate', counts: FAILURES },
  { key: 'failedDeploymentRecoveryTime', name: 'Failed deployment recovery time' },
  { key: 'deploymentReworkRate', name: 'Deployment rework rate' },
] as const satisfies readonly {
  readonly key: keyof DeliveryMetrics
  readonly name: string
  /** What it counts, where the name alone misleads. */
  readonly counts?: string
}[]
export type MetricKey = (typeof METRICS)[number]['key']

const HOUR_MS = 3_600_000

/** A value in its unit: `3.2 a day`, `1.5 a week`, `4 h 12 min`, `12 %`. */
export function valueWords(value: number, unit: Metric['unit']): string {
  switch (unit) {
    case 'share':
      return `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`
    case 'hours':
      return formatDuration(value * HOUR_MS)
    case 'per day':
      return frequencyWords(value)
  }
}

function frequencyWords(perDay: number): string {
  if (perDay >= 1) return `${perDay.toFixed(1)} a day`
  if (perDay * 7 >= 1) return `${(perDay * 7).toFixed(1)} a week`
  return `${(perDay * 30).toFixed(1)} a month`
}

/** What it is made of: `12 of 48`; of a rate, `48 in 90 days`, `3 in 6 h`. */
export const madeOf = ({ unit, numerator, denominator }: Metric): string =>
  unit === 'per day'
    ? `${formatCount(numerator)} in ${daysWords(denominator)}`
    : `${formatCount(numerator)} of ${formatCount(denominator)}`

/** `90 days`; of fewer than two, `6 h`. */
export const daysWords = (days: number): string =>
  days > 0 && days < 2 ? formatDuration(days * 24 * HOUR_MS) : `${formatCount(Math.round(days))} days`

export function intervalWords({ interval, unit }: Metric): string | undefined {
  if (!interval) return undefined
  const { low, high } = interval
  if (low !== null && high !== null) return `between ${valueWords(low, unit)} and ${valueWords(high, unit)}`
  if (low !== null) return `at least ${valueWords(low, unit)}`
  return high === null ? undefined : `at most ${valueWords(high, unit)}`
}
