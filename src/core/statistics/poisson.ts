import { gammaCdf, gammaQuantile, gammaTail, logGamma } from './gamma.ts'
import { type Interval, tailOf } from './interval.ts'
import { smallestCount } from './numeric.ts'

/** ln P(X = count). */
export function logPoissonProbability(count: number, mean: number): number {
  if (mean === 0) return count === 0 ? 0 : Number.NEGATIVE_INFINITY
  return count * Math.log(mean) - mean - logGamma(count + 1)
}

/** P(X ≤ count): a Poisson count stays at n while the waiting time for n + 1 events, a gamma variable, is not over. */
export const poissonCdf = (count: number, mean: number): number =>
  count < 0 ? 0 : gammaTail(mean, Math.floor(count) + 1)

/** P(X ≥ count). */
export const poissonTail = (count: number, mean: number): number => (count <= 0 ? 1 : gammaCdf(mean, Math.ceil(count)))

/** The smallest n with P(X ≤ n) ≥ p. O(log of the answer) evaluations. */
export const poissonQuantile = (p: number, mean: number): number => smallestCount((n) => poissonCdf(n, mean) >= p)

/**
 * The exact interval for the mean of which one count was seen (Garwood, Biometrika 28, 1936, 437-442).
 * It holds the mean at least as often as it says, usually more often.
 */
export function garwoodInterval(count: number, confidence = 0.95): Interval {
  const tail = tailOf(confidence)
  return { low: count === 0 ? 0 : gammaQuantile(tail, count), high: gammaQuantile(1 - tail, count + 1) }
}
