import { smallestCount } from './numeric.ts'
import { logPoissonProbability, poissonTail } from './poisson.ts'
import { sum } from './sum.ts'

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
 * `leastRunLength` periods between false alarms on average. About a dozen runs of `averageRunLength`, milliseconds; it
 * follows from these numbers alone, so the last few hundred answers are remembered.
 */
export function planCusum(usual: number, ratio = 2, leastRunLength = 370): CusumPlan {
  const key = `${usual} ${ratio} ${leastRunLength}`
  const known = plans.get(key)
  if (known) return known
  const plan = findPlan(usual, ratio, leastRunLength)
  plans.set(key, plan)
  const [oldest] = plans.keys()
  if (plans.size > MOST_PLANS && oldest !== undefined) plans.delete(oldest)
  return plan
}

const MOST_PLANS = 500
const plans = new Map<string, CusumPlan>()

function findPlan(usual: number, ratio: number, leastRunLength: number): CusumPlan {
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
 * (Biometrika 59, 1972, 539-549). Reference and decision are multiples of 0.1. Infinity where an alarm is less likely
 * than a double can tell. O((10·decision)³).
 */
export function averageRunLength(mean: number, reference: number, decision: number): number {
  const k = Math.round(reference * STEPS)
  const states = Math.round(decision * STEPS)
  const chain = Array.from({ length: states }, (_, from): State => {
    const moves = new Array<number>(states).fill(0)
    let count = 0
    for (; from + count * STEPS - k < states; count++) {
      const to = Math.max(0, from + count * STEPS - k)
      moves[to] = (moves[to] as number) + Math.exp(logPoissonProbability(count, mean))
    }
    return { moves, alarm: poissonTail(count, mean), periods: 1 }
  })
  return timeToAlarm(chain)
}

/** Where it goes in a period, by state; how likely it alarms instead; and how long it has been there meanwhile. */
interface State {
  readonly moves: number[]
  alarm: number
  periods: number
}

/**
 * Mean time from the first state to the alarm. States are taken out one by one, and their time and moves given to those
 * that lead there. Nothing is ever subtracted, so that rare alarms keep all their digits (Grassmann, Taksar and Heyman,
 * Operations Research 33, 1985, 1107-1116): elimination of I − Q finds negative times once 1 − Q is lost in rounding.
 */
function timeToAlarm(chain: State[]): number {
  for (let out = chain.length - 1; out > 0; out--) {
    const { moves, alarm, periods } = chain[out] as State
    const leaves = sum(moves.slice(0, out)) + alarm
    for (const state of chain.slice(0, out)) {
      const share = (state.moves[out] as number) / leaves
      if (share === 0) continue
      for (let to = 0; to < out; to++) state.moves[to] = (state.moves[to] as number) + share * (moves[to] as number)
      state.alarm += share * alarm
      state.periods += share * periods
    }
  }
  const [first] = chain
  return first === undefined ? 0 : first.periods / first.alarm
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
  let held = 0
  return counts.map((count, i) => {
    held = Math.max(0, held + count - (references[i] as number))
    return { sum: held, alarm: held >= decision }
  })
}
