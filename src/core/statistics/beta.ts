import { logGamma } from './gamma.ts'
import { continuedFraction, risingRoot } from './numeric.ts'

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b)

/**
 * P(X ≤ x) for X with a beta distribution: the regularised incomplete beta function I_x(a, b), by the continued fraction
 * NIST DLMF 8.17.22, on the side of the mean where it converges fast. a, b > 0.
 */
export function betaCdf(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b))
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b
}

function betaFraction(x: number, a: number, b: number): number {
  const termA = (n: number): number => {
    if (n === 1) return 1
    const m = Math.floor((n - 1) / 2)
    const step = a + 2 * m
    return n % 2 === 0 ? (-(a + m) * (a + b + m) * x) / (step * (step + 1)) : (m * (b - m) * x) / ((step - 1) * step)
  }
  return continuedFraction(termA, () => 1)
}

/** The x with P(X ≤ x) = p; 0 and 1 at the ends. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0) return 0
  if (p >= 1) return 1
  return risingRoot((x) => betaCdf(x, a, b) - p, 0, 1)
}
