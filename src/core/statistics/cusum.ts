import { smallestCount } from './numeric.ts'
import { logPoissonProbability } from './poisson.ts'

/** S ← max(0, S + count − reference); alarm at `decision`. */
export interface CusumPlan {
  readonly reference: number
  readonly decision: number
  /** Mean number of periods until an alarm while nothing has changed, and after the rise it is meant for. */
  readonly runLengthUnchanged: number
  readonly runLengthRisen: number
}

/** References and decision values are taken in tenths, which makes the sums a finite chain of states. */
const STEPS = 10

/**
 * The reference value of a one-sided Poisson CUSUM for a rise of the mean from `usual` to `risen`: where the
 * likelihoods of the two balance, (risen − usual) / ln(risen / usual) (Lucas, Technometrics 27, 1985, 129-144).
 */
export const cusumReference = (usual: number, risen: number): number => (risen - usual) / Math.log(risen / usual)

/**
 * Reference and decision value for noticing when a mean count per period grows by `ratio`, with at least
 * `leastRunLength` periods between false alarms on average. About a dozen runs of `averageRunLength`.
 */
export function planCusum(usual: number, ratio = 2, leastRunLength = 370): CusumPlan {
  const reference = Math.round(cusumReference(usual, usual * ratio) * STEPS) / STEPS
  const tenths = smallestCount((n) => averageRunLength(usual, reference, (n + 1) / STEPS) >= leastRunLength) + 1
  const decision = tenths / STEPS
  return {
    reference,
    decision,
    runLengthUnchanged: averageRunLength(usual, reference, decision),
    runLengthRisen: averageRunLength(usual * ratio, reference, decision),
  }
}

/**
 * Mean number of periods until the CUSUM alarms, from S = 0, for a constant mean: the Markov chain of Brook and Evans
 * (Biometrika 59, 1972, 539-549). Reference and decision are multiples of 0.1. O((10·decision)³).
 */
export function averageRunLength(mean: number, reference: number, decision: number): number {
  const k = Math.round(reference * STEPS)
  const states = Math.round(decision * STEPS)
  // (I − Q)·L = 1, Q the probabilities of moving between the states below the decision value.
  const rows = Array.from({ length: states }, (_, from) => {
    const row = Array.from({ length: states + 1 }, (_, to): number => (to === from || to === states ? 1 : 0))
    for (let count = 0; from + count * STEPS - k < states; count++) {
      const to = Math.max(0, from + count * STEPS - k)
      row[to] = (row[to] as number) - Math.exp(logPoissonProbability(count, mean))
    }
    return row
  })
  return solve(rows)[0] as number
}

/** Gaussian elimination of an augmented matrix. The diagonal dominates, so no pivot has to be looked for. */
function solve(rows: number[][]): number[] {
  const n = rows.length
  const cell = (i: number, j: number) => (rows[i] as number[])[j] as number
  for (let i = 0; i < n; i++)
    for (let below = i + 1; below < n; below++) {
      const factor = cell(below, i) / cell(i, i)
      if (factor === 0) continue
      const row = rows[below] as number[]
      for (let j = i; j <= n; j++) row[j] = (row[j] as number) - factor * cell(i, j)
    }
  const solution = new Array<number>(n)
  for (let i = n - 1; i >= 0; i--) {
    let rest = cell(i, n)
    for (let j = i + 1; j < n; j++) rest -= cell(i, j) * (solution[j] as number)
    solution[i] = rest / cell(i, i)
  }
  return solution
}

export interface CusumPoint {
  readonly sum: number
  readonly alarm: boolean
}

/**
 * The running sums. `references` differ from period to period when their exposure does; after an alarm the sum goes
 * on, so a lasting rise stays visible.
 */
export function cusum(counts: readonly number[], references: readonly number[], decision: number): CusumPoint[] {
  let sum = 0
  return counts.map((count, i) => {
    sum = Math.max(0, sum + count - (references[i] as number))
    return { sum, alarm: sum >= decision }
  })
}
