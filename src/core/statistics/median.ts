import { binomialCdf } from './binomial.ts'
import { type Interval, tailOf } from './interval.ts'

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export const median = (values: readonly number[]): number => middleOf(inOrder(values))

/** The median of values that are sorted. */
export function middleOf(sorted: ArrayLike<number>): number {
  const upper = Math.floor(sorted.length / 2)
  if (sorted.length % 2 === 1) return sorted[upper] as number
  return ((sorted[upper - 1] as number) + (sorted[upper] as number)) / 2
}

/** The value at p of the sorted values, nearest rank; NaN of nothing. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = inOrder(values)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(p * sorted.length) - 1))] ?? Number.NaN
}

/**
 * The interval of a median, whatever the distribution: from the k-th smallest to the k-th largest value, since how many
 * lie below the median is binomial with ½ (Conover, Practical Nonparametric Statistics, 1971). Undefined for fewer
 * values than can be that sure (six for 95 %). O(log n).
 *
 * @param sorted ascending
 */
export function medianInterval(sorted: ArrayLike<number>, confidence = 0.95): Interval | undefined {
  const rank = sureRank(sorted.length, tailOf(confidence))
  if (rank === 0) return undefined
  return { low: sorted[rank - 1] as number, high: sorted[sorted.length - rank] as number }
}

/** The least number, half of n at most, for which so few values below the median are likelier than `tail`. */
function sureRank(n: number, tail: number): number {
  let [low, high] = [0, Math.ceil(n / 2)]
  while (low < high) {
    const middle = (low + high) >> 1
    if (binomialCdf(middle, n, 0.5) <= tail) low = middle + 1
    else high = middle
  }
  return low
}

/** Several times as fast as with a comparison, and a year has a hundred thousand. */
const inOrder = (values: readonly number[]): Float64Array => Float64Array.from(values).sort()
