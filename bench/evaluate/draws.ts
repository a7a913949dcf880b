import type { Random } from '../../src/simulation/random.ts'

/** Draws that the simulated history of the demo does without. */

/** A Poisson count of any mean, in parts that `Random.poisson` can draw. */
export function drawPoisson(random: Random, mean: number): number {
  let count = 0
  let left = mean
  for (; left > 30; left -= 30) count += random.poisson(30)
  return count + random.poisson(left)
}

/** A gamma variable of that shape and mean (Marsaglia and Tsang, ACM Trans. Math. Software 26, 2000, 363-372). */
export function drawGamma(random: Random, shape: number, mean: number): number {
  if (shape < 1) return (drawGamma(random, shape + 1, 1) * (shape + 1) * random.uniform() ** (1 / shape) * mean) / shape
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const normal = drawNormal(random)
    const v = (1 + c * normal) ** 3
    if (v > 0 && Math.log(1 - random.uniform()) < 0.5 * normal ** 2 + d - d * v + d * Math.log(v))
      return (d * v * mean) / shape
  }
}

/** Box and Muller. */
const drawNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
