import type { Random } from '../../../src/simulation/random.ts'

/** Draws that the simulated worlds need beside those of `Random`. */

/** Standard normal (Box and Muller). */
export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())

/** Gamma with mean `shape` and scale 1 (Marsaglia and Tsang, 2000; the boost for shapes below 1 is theirs). */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random.uniform()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v <= 0) continue
    if (Math.log(1 - random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
  }
}

/** Whole numbers from 0; by inversion for small means, else normal and cut at 0. */
export const poisson = (random: Random, mean: number): number =>
  mean <= 30 ? random.poisson(mean) : Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
