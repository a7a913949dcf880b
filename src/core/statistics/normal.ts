import { gammaTail } from './gamma.ts'
import { tailOf } from './interval.ts'
import { risingRoot } from './numeric.ts'

/** P(Z ≤ z) of the standard normal distribution: erfc(x) = Q(½, x²), NIST DLMF 7.11.2. */
export function normalCdf(z: number): number {
  const tail = gammaTail((z * z) / 2, 0.5) / 2
  return z < 0 ? tail : 1 - tail
}

/** The z with P(Z ≤ z) = p, for 0 < p < 1: 1.96 for 0.975. */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p)
  return p === 0.5 ? 0 : -risingRoot((z) => p - normalCdf(-z), 0, 40)
}

const USUAL = 0.95
const OF_USUAL = normalQuantile(1 - tailOf(USUAL))
/** The z within which a share of `confidence` lies: 1.96 for 0.95, which is asked for all the time and worked out once. */
export const normalWithin = (confidence: number): number =>
  confidence === USUAL ? OF_USUAL : normalQuantile(1 - tailOf(confidence))
