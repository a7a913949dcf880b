import { gammaTail } from '../statistics/gamma.ts'
import { sum } from '../statistics/sum.ts'

/**
 * On which days of the week defects are found. Fewer are on a day when nobody works or buys, so a release that went out
 * on a Friday is not better than one of a Monday only because its second day was a Saturday.
 *
 * Relative rates for Sunday to Saturday, UTC; 1 is the usual.
 */
export type WeeklyRhythm = readonly number[]

export const FLAT_RHYTHM: WeeklyRhythm = [1, 1, 1, 1, 1, 1, 1]

export const DAY_MS = 86_400_000

/** 0 for Sunday; 1 January 1970 was a Thursday. */
export const weekdayOf = (at: number): number => (((Math.floor(at / DAY_MS) + 4) % 7) + 7) % 7

/** A release's time in one place: when it was live, and when its defects were first seen. */
export interface Stay {
  readonly spans: readonly { readonly from: number; readonly to: number; readonly share: number }[]
  readonly foundAt: readonly number[]
}

/** Rhythms are believed from this many defects on, and when chance would hardly make one like it. */
const LEAST_DEFECTS = 100
const BELIEVED = 0.001
/** As many defects of the usual rate are added to every weekday, so that a quiet one is not taken for an empty one. */
const PRIOR_DEFECTS = 10

/**
 * The rhythm in what was found in several places, each the releases of one service in one environment. Flat unless
 * there are a hundred defects and weekdays that differ (p < 0.001): weights made of noise would do more harm than none.
 *
 * Most defects are found soon after a deployment, and deployments have their favourite days. So a weekday is not
 * measured by its live time but by what would have been found on it had each defect come in any of the releases of its
 * place that had become that old. O(defects × releases of the place).
 */
export function learnRhythm(places: readonly (readonly Stay[])[]): WeeklyRhythm {
  const tallies = places.flatMap(tallyStays)
  const found = WEEKDAYS.map((day) => sum(tallies.map((tally) => at(tally.found, day))))
  const expected = WEEKDAYS.map((day) => sum(tallies.map((tally) => at(tally.expected, day))))
  if (sum(found) < LEAST_DEFECTS || chanceOfDifference(tallies) > BELIEVED) return FLAT_RHYTHM
  return WEEKDAYS.map((day) => (at(found, day) + PRIOR_DEFECTS) / (at(expected, day) + PRIOR_DEFECTS))
}

/** Per weekday, of one release. */
interface Tally {
  readonly found: number[]
  readonly expected: number[]
}

function tallyStays(stays: readonly Stay[]): Tally[] {
  const tallies = stays.map((): Tally => ({ found: WEEKDAYS.map(() => 0), expected: WEEKDAYS.map(() => 0) }))
  // The same arrays for every defect: there are thousands, and forty releases to look at for each.
  const sameAge = { at: new Float64Array(stays.length), share: new Float64Array(stays.length) }
  for (const [own, { spans, foundAt }] of stays.entries())
    for (const instant of foundAt) {
      const age = ageAt(spans, instant)
      if (age === undefined) continue
      add((tallies[own] as Tally).found, weekdayOf(instant), 1)
      const exposure = findSameAge(stays, age, sameAge)
      for (let i = 0; i < tallies.length; i++) {
        const share = sameAge.share[i] as number
        if (share > 0) add((tallies[i] as Tally).expected, weekdayOf(sameAge.at[i] as number), share / exposure)
      }
    }
  return tallies
}

/**
 * The p-value of "all weekdays are alike": chi-squared over the weekdays' excesses, each measured by how much it varies
 * from release to release, because one bad release or a storm of duplicates is no rhythm.
 */
function chanceOfDifference(tallies: readonly Tally[]): number {
  const distance = sum(
    WEEKDAYS.map((day) => {
      const excesses = tallies.map(({ found, expected }) => at(found, day) - at(expected, day))
      return sum(excesses) ** 2 / Math.max(sum(excesses.map((excess) => excess ** 2)), Number.MIN_VALUE)
    }),
  )
  return gammaTail(((6 / 7) * distance) / 2, 6 / 2)
}

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6] as const

/** Days live until that instant; undefined when it was not live then. */
function ageAt(spans: Stay['spans'], instant: number): number | undefined {
  let age = 0
  for (const { from, to } of spans) {
    if (instant < from) return undefined
    if (instant < to) return age + (instant - from) / DAY_MS
    age += (to - from) / DAY_MS
  }
  return undefined
}

/** When each was that old, and what share it had then, 0 if it never was. @returns all their shares */
function findSameAge(
  stays: readonly Stay[],
  age: number,
  found: { readonly at: Float64Array; readonly share: Float64Array },
): number {
  let exposure = 0
  for (let i = 0; i < stays.length; i++) {
    let left = age * DAY_MS
    found.share[i] = 0
    for (const { from, to, share } of (stays[i] as Stay).spans) {
      if (left < to - from) {
        found.at[i] = from + left
        found.share[i] = share
        exposure += share
        break
      }
      left -= to - from
    }
  }
  return exposure
}

const at = (values: readonly number[], index: number): number => values[index] as number
const add = (values: number[], index: number, amount: number): void => {
  values[index] = at(values, index) + amount
}
