import { betaCdf } from './beta.ts'
import { logGamma } from './gamma.ts'
import { smallestCount } from './numeric.ts'
import { logPoissonProbability } from './poisson.ts'

/**
 * A Poisson count whose mean itself varies as a gamma variable with that mean and shape: variance mean + mean² / shape
 * (Greenwood and Yule, J. Royal Statist. Soc. 83, 1920, 255-279). Shape Infinity is the Poisson distribution.
 */
export const logNegativeBinomialProbability = (count: number, mean: number, shape: number): number =>
  logNegativeBinomialLikelihood(count, shape)(mean)

/** The same as a function of the mean: what does not depend on it, the costly part, is computed once. */
export function logNegativeBinomialLikelihood(count: number, shape: number): (mean: number) => number {
  if (shape === Number.POSITIVE_INFINITY) return (mean) => logPoissonProbability(count, mean)
  const ways = logGamma(count + shape) - logGamma(shape) - logGamma(count + 1) - count * Math.log(shape)
  return (mean) => {
    if (mean === 0) return logPoissonProbability(count, mean)
    // ln(mean + shape) is ln(shape) + ln(1 + mean / shape): two logarithms for each of thousands of means, not three.
    return ways - (count + shape) * Math.log1p(mean / shape) + count * Math.log(mean)
  }
}

/** P(X ≤ count). */
export const negativeBinomialCdf = (count: number, mean: number, shape: number): number =>
  count < 0 ? 0 : betaCdf(shape / (shape + mean), shape, Math.floor(count) + 1)

/** P(X ≥ count). */
export const negativeBinomialTail = (count: number, mean: number, shape: number): number =>
  count <= 0 ? 1 : betaCdf(mean / (shape + mean), Math.ceil(count), shape)

/** The smallest n with P(X ≤ n) ≥ p. */
export const negativeBinomialQuantile = (p: number, mean: number, shape: number): number =>
  smallestCount((n) => negativeBinomialCdf(n, mean, shape) >= p)
