import type { Interval } from '../statistics/interval.ts'

/**
 * - `worse`: more defects than before, and beyond what releases differ by here
 * - `elevated`: more than before, or nearly both; what a person should look at
 * - `better`, `no sign of harm`: the interval of the ratio says less than 0.9, less than 2
 * - `normal`: neither
 * - `not enough data`: fewer than four earlier releases, or nearly nothing expected and nearly nothing found
 */
export type StatisticalWord = 'worse' | 'elevated' | 'better' | 'no sign of harm' | 'normal' | 'not enough data'

/** The largest evidence so far: what was strong once stays strong, which the bounds on it allow for. */
export interface Evidence {
  readonly moreThanBefore: number
  readonly beyondUsualSpread: number
}

/** 1 in 100. */
export const STRONG = 100
const CONSIDERABLE = 20
/** So few are never enough, whatever the odds. */
export const LEAST_FOUND = { worse: 3, elevated: 2 } as const
/** Below this many expected, silence says nothing. */
const LEAST_EXPECTED = 1.5

/**
 * The evidence beyond the usual spread that makes a release worse. What releases differ by cannot be learned from four
 * of them, so with fewer than ten more is asked: 250 with four.
 */
export const strongBeyondSpread = (earlierReleases: number): number => STRONG * Math.max(1, 10 / earlierReleases)

/** Whether so much evidence is `worse` or `elevated`; undefined when it is neither. */
export function alarmWord(found: number, evidence: Evidence, earlierReleases: number): Alarm | undefined {
  const { moreThanBefore, beyondUsualSpread } = evidence
  if (found >= LEAST_FOUND.worse && moreThanBefore >= STRONG)
    return beyondUsualSpread >= strongBeyondSpread(earlierReleases) ? 'worse' : 'elevated'
  const both = Math.min(moreThanBefore, beyondUsualSpread)
  return found >= LEAST_FOUND.elevated && both >= CONSIDERABLE ? 'elevated' : undefined
}

export type Alarm = 'worse' | 'elevated'

/**
 * The word that holds now. An alarm lasts while the numbers as a whole bear it out: `worse` while the interval of the
 * ratio lies above 1, `elevated` while it does or reaches 2. A burst at the start that evens out is not held against a
 * release for ever.
 */
export function wordNow(alarm: Alarm | undefined, found: number, expected: number, ratio: Interval): StatisticalWord {
  const more = ratio.low > 1
  if (alarm === 'worse' && more) return 'worse'
  if (alarm !== undefined && (more || ratio.high >= 2)) return 'elevated'
  return quietWord(found, expected, ratio)
}

/** The word for a release that raised no alarm. */
function quietWord(found: number, expected: number, ratio: Interval): Exclude<StatisticalWord, Alarm> {
  if (expected < LEAST_EXPECTED && found <= 1) return 'not enough data'
  if (ratio.high < 0.9) return 'better'
  return ratio.high < 2 ? 'no sign of harm' : 'normal'
}
