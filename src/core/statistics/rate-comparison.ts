import { betaCdf } from './beta.ts'
import { binomialTail, clopperPearsonInterval, exactBinomialTest } from './binomial.ts'
import type { Interval } from './interval.ts'

/** Events counted, and for how much: live days, deployments, requests. */
export interface Counted {
  readonly count: number
  readonly exposure: number
}

export interface RateComparison {
  /** First rate over second; Infinity when only the second is 0, NaN when both are. */
  readonly ratio: number
  readonly interval: Interval
  /** p-value of "the rates are equal" against "they differ". */
  readonly twoSided: number
  /** p-value of "the first is not higher" against "it is". */
  readonly higher: number
}

/**
 * Exact comparison of two Poisson rates. Given the total, the first count is binomial with probability
 * exposure₁ / (exposure₁ + exposure₂) when the rates are equal (Przyborowski and Wilenski, Biometrika 31, 1940, 313-323);
 * the interval is the one of Clopper and Pearson for that probability, turned into a ratio. Same as R's
 * `poisson.test(c(x1, x2), c(T1, T2))`. Exposures above 0. O(total count).
 */
export function compareRates(first: Counted, second: Counted, confidence = 0.95): RateComparison {
  const total = first.count + second.count
  const ratio = first.count / first.exposure / (second.count / second.exposure)
  if (total === 0) return { ratio, interval: { low: 0, high: Number.POSITIVE_INFINITY }, twoSided: 1, higher: 1 }
  const share = first.exposure / (first.exposure + second.exposure)
  return {
    ratio,
    interval: rateRatioInterval(first, second, confidence),
    twoSided: exactBinomialTest(first.count, total, share),
    higher: binomialTail(first.count, total, share),
  }
}

/** The interval of `compareRates` alone. */
export function rateRatioInterval(first: Counted, second: Counted, confidence = 0.95): Interval {
  const total = first.count + second.count
  if (total === 0) return { low: 0, high: Number.POSITIVE_INFINITY }
  const share = clopperPearsonInterval(first.count, total, confidence)
  const ratioOf = (p: number) => ((p / (1 - p)) * second.exposure) / first.exposure
  return { low: ratioOf(share.low), high: share.high === 1 ? Number.POSITIVE_INFINITY : ratioOf(share.high) }
}

/**
 * P(first rate > factor × second rate | the counts), with Jeffreys' prior Gamma(½, 0) for both: the share of the first
 * in the sum of two gamma variables is beta distributed.
 */
export function probabilityOfHigherRate(first: Counted, second: Counted, factor = 1): number {
  const share = (factor * first.exposure) / (factor * first.exposure + second.exposure)
  return 1 - betaCdf(share, first.count + 0.5, second.count + 0.5)
}
