import { negativeBinomialCdf, negativeBinomialTail } from './negative-binomial.ts'
import { smallestCount } from './numeric.ts'
import { poissonCdf, poissonTail } from './poisson.ts'
import type { Counted } from './rate-comparison.ts'
import { sum } from './sum.ts'

export interface ChartPoint {
  readonly rate: number
  /** Counts per exposure beyond which the point is out; low 0: no count is too few. */
  readonly low: number
  readonly high: number
  readonly signal: 'high' | 'low' | undefined
}

export interface UChart {
  /** ū: the mean rate of the base points. */
  readonly mean: number
  /** Laney's: 1 when the counts vary as Poisson counts do, above when there is more between the points than that. */
  readonly sigmaZ: number
  readonly points: readonly ChartPoint[]
}

/** Mean of |difference of two standard normal values|: 2/√π. */
const D2 = 2 / Math.sqrt(Math.PI)
/** One side of three sigmas. */
const TAIL = 0.00135
/** Below this expected count a Poisson distribution is too lopsided for limits at three sigmas: the lower would be negative. */
const FEW = 9

/**
 * Control chart of counts per exposure with Laney's correction for extra spread (Laney, Quality Engineering 14, 2002,
 * 531-537): limits ū ± 3·σ_z·√(ū/n), where σ_z comes from the moving range of z = (u − ū)/√(ū/n). σ_z below 1 counts
 * as 1, so that few data never narrow the limits.
 *
 * Points of fewer than 9 expected events get probability limits instead: a count is out when one as extreme has a
 * probability of at most 0.00135 (Poisson, or negative binomial with the variance that σ_z says).
 *
 * @param points in order of time, exposures above 0
 * @param base   how many of them, from the first, tell what is normal; all by default
 */
export function uChart(points: readonly Counted[], base = points.length): UChart {
  const baseline = points.slice(0, base)
  const mean = sum(baseline.map(({ count }) => count)) / sum(baseline.map(({ exposure }) => exposure))
  const z = baseline.map(({ count, exposure }) => (count / exposure - mean) / Math.sqrt(mean / exposure))
  const movingRange = z.slice(1).map((value, i) => Math.abs(value - (z[i] as number)))
  const sigmaZ = mean > 0 && movingRange.length > 0 ? sum(movingRange) / movingRange.length / D2 : 1
  return { mean, sigmaZ, points: points.map((point) => judge(point, mean, Math.max(1, sigmaZ))) }
}

function judge({ count, exposure }: Counted, mean: number, sigmaZ: number): ChartPoint {
  const rate = count / exposure
  const { low, high } = limits(mean * exposure, sigmaZ)
  const signal = count > high ? 'high' : count < low ? 'low' : undefined
  return { rate, low: Math.max(0, low) / exposure, high: high / exposure, signal }
}

/** In counts: what lies strictly beyond them is out. */
function limits(expected: number, sigmaZ: number): { readonly low: number; readonly high: number } {
  if (expected >= FEW) {
    const half = 3 * sigmaZ * Math.sqrt(expected)
    return { low: expected - half, high: expected + half }
  }
  const shape = expected / (sigmaZ ** 2 - 1)
  const [cdf, tail] =
    sigmaZ > 1
      ? [
          (n: number) => negativeBinomialCdf(n, expected, shape),
          (n: number) => negativeBinomialTail(n, expected, shape),
        ]
      : [(n: number) => poissonCdf(n, expected), (n: number) => poissonTail(n, expected)]
  return { low: smallestCount((n) => cdf(n) > TAIL), high: smallestCount((n) => tail(n + 1) <= TAIL) }
}
