import { binomialCdf } from './binomial.ts'
import { type Interval, tailOf } from './interval.ts'

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = Math.floor(sorted.length / 2)
  if (sorted.length % 2 === 1) return sorted[upper] as number
  return ((sorted[upper - 1] as number) + (sorted[upper] as number)) / 2
}

/** The value at p of the sorted values, nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? Number.NaN
}

/**
 * The interval of a median, whatever the distribution: from the k-th smallest to the k-th largest value, since how many
 * lie below the median is binomial with ½ (Conover, Practical Nonparametric Statistics, 1971). Undefined for fewer
 * values than can be that sure (six for 95 %).
 */
export function medianInterval(values: readonly number[], confidence = 0.95): Interval | undefined {
  const sorted = [...values].sort((a, b) => a - b)
  let rank = 0
  while (rank < sorted.length / 2 && binomialCdf(rank, sorted.length, 0.5) <= tailOf(confidence)) rank++
  if (rank === 0) return undefined
  return { low: sorted[rank - 1] as number, high: sorted[sorted.length - rank] as number }
}
