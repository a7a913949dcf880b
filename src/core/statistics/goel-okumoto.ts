import { risingRoot } from './numeric.ts'
import { sum } from './sum.ts'

export interface GoelOkumotoFit {
  /** Expected number in the long run, found and hidden. */
  readonly total: number
  /** Discovery rate per unit of time and hidden fault. */
  readonly rate: number
  /** total − found. */
  readonly remaining: number
}

const LEAST_FOUND = 5

/**
 * Whether the model can be fitted: at least 5 found, on average before the middle of the time observed. Later than
 * that the discoveries do not slow down and the likelihood has no maximum (cf. Hossain and Dahiya, IEEE Trans. Reliability 42, 1993,
 * 604-612).
 */
export const mayFitGoelOkumoto = (ages: readonly number[], observed: number): boolean =>
  ages.length >= LEAST_FOUND && sum(ages) / ages.length < observed / 2

/**
 * Maximum likelihood fit of m(t) = total·(1 − e^(−rate·t)) (Goel and Okumoto, IEEE Trans. Reliability 28, 1979,
 * 206-211) to the ages at which faults were found in [0, observed]; undefined when it may not be fitted.
 */
export function fitGoelOkumoto(ages: readonly number[], observed: number): GoelOkumotoFit | undefined {
  if (!mayFitGoelOkumoto(ages, observed)) return undefined
  const n = ages.length
  // The score in the rate is falling: n/b − n·T/(e^(bT) − 1) − Σ ages.
  const score = (rate: number) => n / rate - (n * observed) / Math.expm1(rate * observed) - sum(ages)
  let high = 1 / observed
  while (score(high) > 0) high *= 2
  const rate = risingRoot((b) => -score(b), 0, high)
  const total = n / -Math.expm1(-rate * observed)
  return { total, rate, remaining: total - n }
}
