import { betaCdf, betaQuantile } from './beta.ts'
import { logGamma } from './gamma.ts'
import { type Interval, tailOf } from './interval.ts'
import { normalWithin } from './normal.ts'

/** ln P(X = count) of `trials` independent trials with that probability, 0 < probability < 1. */
export const logBinomialProbability = (count: number, trials: number, probability: number): number =>
  logGamma(trials + 1) -
  logGamma(count + 1) -
  logGamma(trials - count + 1) +
  count * Math.log(probability) +
  (trials - count) * Math.log1p(-probability)

/** P(X ≤ count). */
export function binomialCdf(count: number, trials: number, probability: number): number {
  if (count < 0) return 0
  return count >= trials ? 1 : betaCdf(1 - probability, trials - count, count + 1)
}

/** P(X ≥ count). */
export function binomialTail(count: number, trials: number, probability: number): number {
  if (count <= 0) return 1
  return count > trials ? 0 : betaCdf(probability, count, trials - count + 1)
}

/**
 * The p-value of "the probability is `probability`" against "it is another": all outcomes together that are no more
 * likely than the one seen, as R's binom.test counts them. O(trials).
 */
export function exactBinomialTest(count: number, trials: number, probability: number): number {
  // R allows for rounding with a factor 1 + 1e-7, so that an equally likely outcome on the other side counts.
  const seen = logBinomialProbability(count, trials, probability) + 1e-7
  let sum = 0
  for (let n = 0; n <= trials; n++) {
    const other = logBinomialProbability(n, trials, probability)
    if (other <= seen) sum += Math.exp(other)
  }
  return Math.min(1, sum)
}

/** The exact interval of a share (Clopper and Pearson, Biometrika 26, 1934, 404-413); [0, 1] without trials. */
export function clopperPearsonInterval(count: number, trials: number, confidence = 0.95): Interval {
  const tail = tailOf(confidence)
  return {
    low: count === 0 ? 0 : betaQuantile(tail, count, trials - count + 1),
    high: count === trials ? 1 : betaQuantile(1 - tail, count + 1, trials - count),
  }
}

/**
 * The score interval of a share (Wilson, J. Amer. Statist. Assoc. 22, 1927, 209-212): narrower than the exact one and
 * right on average, so the better one to show. [0, 1] without trials.
 */
export function wilsonInterval(count: number, trials: number, confidence = 0.95): Interval {
  if (trials === 0) return { low: 0, high: 1 }
  const z = normalWithin(confidence)
  const share = count / trials
  const weight = 1 + (z * z) / trials
  const middle = share + (z * z) / (2 * trials)
  const half = z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials))
  return {
    // At the ends the formula is exactly 0 and 1; rounding must not make it a hair more or less.
    low: count === 0 ? 0 : (middle - half) / weight,
    high: count === trials ? 1 : (middle + half) / weight,
  }
}
