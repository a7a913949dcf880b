/**
 * How long a defect takes to be found, and then to be reported.
 *
 * Every latent defect of a release is found after some *exposure* (time in use, weighed by share), exponentially at a
 * rate of its own; some are found within the hour, some after months. Over all defects the lag is then a mixture of
 * exponentials (Littlewood's argument for a gamma-mixed rate, here with fixed rates and free weights, which makes the
 * fit a closed-form EM step that does not run away under truncation). What was found is reported after a *delay* on the
 * clock, during which releases go out and are rolled back; that is a mixture of exponentials too.
 */

/** Rates of finding, per day in use: from an hour to two years. */
export const LAG_RATES_PER_DAY: readonly number[] = [24, 4, 1, 1 / 3, 1 / 10, 1 / 30, 1 / 120, 1 / 600]
/** Rates of reporting, per day: a minute, half an hour, six hours, two days. */
export const DELAY_RATES_PER_DAY: readonly number[] = [1440, 48, 4, 1 / 2]

export const LAGS = LAG_RATES_PER_DAY.length
export const DELAYS = DELAY_RATES_PER_DAY.length
/** Number of (lag, delay) pairs; pair (j, d) has the place j × DELAYS + d. */
export const PAIRS = LAGS * DELAYS

/** Share of a release's defects found after so many days in use. */
export function foundAfter(days: number, weights: readonly number[]): number {
  let found = 0
  for (let j = 0; j < LAGS; j++) found += (weights[j] ?? 0) * -Math.expm1(-(LAG_RATES_PER_DAY[j] as number) * days)
  return found
}

/**
 * Adds, to `density`, the densities per day of (found in this stretch of time, reported now) for every pair of rates.
 *
 * While the release is in use with share s, its exposure grows by s·dx. With U the exposure at the beginning, L the
 * length and g the time from its end until now, the pair (λ, ρ) contributes
 *
 *     i · λ e^{−λU} ρ ∫₀ᴸ e^{−λ s y} e^{−ρ (g + L − y)} dy
 *       = i · λ ρ e^{−λU} (e^{−ρg} e^{−λsL} − e^{−ρ(g+L)}) / (ρ − λs)
 *
 * @param stretch days; `intensity` i is the share through which it could be seen, often s itself
 * @returns by what e^{−λU} has to be multiplied to get past the stretch is left in `survival`
 */
export function addStretch(
  density: Float64Array,
  survival: Float64Array,
  { length, since, share, intensity }: Stretch,
): void {
  for (let j = 0; j < LAGS; j++) {
    const lambda = LAG_RATES_PER_DAY[j] as number
    const kept = Math.exp(-lambda * share * length)
    if (intensity > 0) {
      const scale = intensity * lambda * (survival[j] as number)
      for (let d = 0; d < DELAYS; d++) {
        const rho = DELAY_RATES_PER_DAY[d] as number
        const late = Math.exp(-rho * since)
        if (late < NEGLIGIBLE) continue
        const difference = rho - lambda * share
        const integral =
          Math.abs(difference) * length < 1e-9
            ? Math.exp(-rho * (since + length)) * length
            : (late * kept - Math.exp(-rho * (since + length))) / difference
        density[j * DELAYS + d] = (density[j * DELAYS + d] as number) + scale * rho * integral
      }
    }
    survival[j] = (survival[j] as number) * kept
  }
}

const NEGLIGIBLE = 1e-12

/** A stretch of time in which nothing changed. */
export interface Stretch {
  /** Days. */
  readonly length: number
  /** Days from its end until the report. */
  readonly since: number
  /** Of what ran, how much contained the release. */
  readonly share: number
  /** Of what ran, how much contained it and could have been what the report saw. */
  readonly intensity: number
}

/** Probability that something found at a steady rate and reported now was found in a stretch, by delay. */
export function foundDuring(since: number, length: number, delayWeights: readonly number[]): number {
  let share = 0
  for (let d = 0; d < DELAYS; d++) {
    const rho = DELAY_RATES_PER_DAY[d] as number
    share += (delayWeights[d] ?? 0) * (Math.exp(-rho * since) - Math.exp(-rho * (since + length)))
  }
  return share
}

/** Σ over pairs of weight × density. */
export function mix(density: Float64Array, lagWeights: readonly number[], delayWeights: readonly number[]): number {
  let sum = 0
  for (let j = 0; j < LAGS; j++) {
    let inner = 0
    for (let d = 0; d < DELAYS; d++) inner += (delayWeights[d] as number) * (density[j * DELAYS + d] as number)
    sum += (lagWeights[j] as number) * inner
  }
  return sum
}
