import { continuedFraction, risingRoot } from './numeric.ts'

/** B₂ₙ / (2n(2n−1)), the coefficients of Stirling's series. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156]
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI)

/**
 * ln Γ(x) for x > 0, to about 15 digits: Stirling's series (NIST DLMF 5.11.1) above 10, reached from below by
 * Γ(x + 1) = x·Γ(x).
 */
export function logGamma(x: number): number {
  let shifted = x
  let product = 1
  for (; shifted < 10; shifted++) product *= shifted
  const inverse = 1 / shifted
  const square = inverse * inverse
  const series = STIRLING.reduceRight((sum, coefficient) => sum * square + coefficient, 0) * inverse
  return (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LOG_TWO_PI + series - Math.log(product)
}

/** P(X ≤ x) for X with a gamma distribution of that shape and rate 1: the regularised lower incomplete gamma function. */
export const gammaCdf = (x: number, shape: number): number => incompleteGamma(x, shape).lower

/** P(X > x), without the cancellation that 1 − `gammaCdf` would have far out in the tail. */
export const gammaTail = (x: number, shape: number): number => incompleteGamma(x, shape).upper

/**
 * Both halves of the regularised incomplete gamma function: the series NIST DLMF 8.11.4 below the mean, the continued
 * fraction 8.9.2 above it. About 14 digits for shapes up to a few thousand, 9 at a million.
 */
function incompleteGamma(x: number, shape: number): { readonly lower: number; readonly upper: number } {
  if (x <= 0) return { lower: 0, upper: 1 }
  if (x === Number.POSITIVE_INFINITY) return { lower: 1, upper: 0 }
  const front = Math.exp(shape * Math.log(x) - x - logGamma(shape))
  if (x < shape + 1) {
    let term = 1 / shape
    let sum = term
    for (let n = 1; term > sum * Number.EPSILON * 0.1; n++) {
      term *= x / (shape + n)
      sum += term
    }
    const lower = Math.min(1, front * sum)
    return { lower, upper: 1 - lower }
  }
  const upper = Math.min(
    1,
    front *
      continuedFraction(
        (n) => (n === 1 ? 1 : -(n - 1) * (n - 1 - shape)),
        (n) => x + 2 * n - 1 - shape,
      ),
  )
  return { lower: 1 - upper, upper }
}

/** The x with P(X ≤ x) = p; rate scales it: mean = shape / rate. 0 for p ≤ 0, Infinity for p ≥ 1. */
export function gammaQuantile(p: number, shape: number, rate = 1): number {
  if (p <= 0) return 0
  if (p >= 1) return Number.POSITIVE_INFINITY
  // Toward the far end the upper half keeps digits that p close to 1 has lost; the root is the same.
  const excess = p < 0.5 ? (x: number) => gammaCdf(x, shape) - p : (x: number) => 1 - p - gammaTail(x, shape)
  let high = Math.max(1, 2 * shape)
  while (excess(high) < 0) high *= 2
  return risingRoot(excess, 0, high) / rate
}

/** The value that a chi-squared variable with that many degrees of freedom stays below with probability p. */
export const chiSquaredQuantile = (p: number, degreesOfFreedom: number): number =>
  2 * gammaQuantile(p, degreesOfFreedom / 2)
