import { wilsonInterval } from '../statistics/binomial.ts'
import type { Interval } from '../statistics/interval.ts'

/** What the method said of its first suspect, and whether a person agreed. */
export interface JudgedSuspicion {
  readonly defectId: number
  /** In [0, 1]. */
  readonly probability: number
  readonly right: boolean
}

export interface ReliabilityBand {
  /** Probabilities from here, to below `to`. */
  readonly from: number
  readonly to: number
  /** As people read them. */
  readonly word: string
  readonly verdicts: number
  readonly right: number
  /** Mean of what was said; undefined without verdicts. */
  readonly said: number | undefined
  /** In which the true share of right ones lies with 90 % confidence. */
  readonly interval: Interval
  /** Whether what was said lies in it. */
  readonly answer: 'holds' | 'says too much' | 'says too little' | 'too few verdicts'
}

export interface Reliability {
  readonly bands: readonly ReliabilityBand[]
  readonly verdicts: number
  readonly right: number
  /**
   * By how far what was said misses what was right, on average over the verdicts (expected calibration error); undefined
   * while there are too few.
   */
  readonly error: number | undefined
}

/** The words of the evidence panel's steps. */
const STEPS = [
  { from: 0.95, word: 'Almost certain' },
  { from: 0.8, word: 'Very likely' },
  { from: 0.6, word: 'Likely' },
  { from: 0.3, word: 'Suspected' },
  { from: 0, word: 'Weak' },
]
/** With fewer in a band its share of right ones could be anything. */
const FEWEST_IN_BAND = 5
const FEWEST = 20
const CONFIDENCE = 0.9

/**
 * Whether suspicions can be trusted: of those said with such a probability, how many were right by the verdicts of
 * people. They confirm what they are shown more easily than they find what they are not, so this flatters. O(n).
 */
export function reliabilityOf(suspicions: readonly JudgedSuspicion[]): Reliability {
  const bands = STEPS.map(({ from, word }, i): ReliabilityBand => {
    const to = STEPS[i - 1]?.from ?? 1
    const within = saidBetween(suspicions, { from, to })
    const right = within.filter((one) => one.right).length
    const said =
      within.length === 0 ? undefined : within.reduce((sum, { probability }) => sum + probability, 0) / within.length
    const interval = wilsonInterval(right, within.length, CONFIDENCE)
    return {
      from,
      to,
      word,
      verdicts: within.length,
      right,
      said,
      interval,
      answer: answerOf(within.length, said, interval),
    }
  })
  const verdicts = suspicions.length
  const missed = bands.reduce((sum, { said = 0, right, verdicts: n }) => sum + Math.abs(said * n - right), 0)
  return {
    bands,
    verdicts,
    right: suspicions.filter((one) => one.right).length,
    error: verdicts < FEWEST ? undefined : missed / verdicts,
  }
}

/** Those said with a probability from the one to below the other; certainty belongs to what reaches up to it. */
export const saidBetween = (
  suspicions: readonly JudgedSuspicion[],
  { from, to }: Pick<ReliabilityBand, 'from' | 'to'>,
): readonly JudgedSuspicion[] =>
  suspicions.filter(({ probability }) => probability >= from && (probability < to || to === 1))

function answerOf(verdicts: number, said: number | undefined, { low, high }: Interval): ReliabilityBand['answer'] {
  if (said === undefined || verdicts < FEWEST_IN_BAND) return 'too few verdicts'
  if (said > high) return 'says too much'
  return said < low ? 'says too little' : 'holds'
}
