import type { Severity } from '../event.ts'
import type { Interval } from '../statistics/interval.ts'
import { median } from '../statistics/median.ts'
import { rateRatioInterval } from '../statistics/rate-comparison.ts'
import { chooseBaseline } from './baseline.ts'
import { foldDuplicates, haveDuplicates } from './duplicate-sightings.ts'
import { closedSpans, type FirstSighting, type LiveSpan, type ReleaseInPlace, releaseLife } from './release-life.ts'
import { DAY_MS, FLAT_RHYTHM } from './weekly-rhythm.ts'

/** Releases that a person puts side by side: what each had shown when it was as old as the youngest of them is. */

/** A defect and when it was first seen. */
export interface FoundDefect extends FirstSighting {
  readonly defectId: number
  readonly severity: Severity
  /** When it was fixed or given up; undefined while it is neither. */
  readonly resolvedAt: number | undefined
}

export interface ReleaseToCompare {
  readonly service: string
  /** When it was live in the environment, in order; none: never. */
  readonly spans: readonly LiveSpan[]
  /** First seen there meanwhile; what was seen at other times is left out here. */
  readonly found: readonly FoundDefect[]
  /** The releases before it there, newest first: they tell whether one fault tends to come as several defects. */
  readonly earlier: readonly ReleaseInPlace[]
}

export interface AgedDefect extends FoundDefect {
  /** Days that the release had been live. */
  readonly age: number
}

export interface ReleaseAtAge {
  readonly lifeDays: number
  /** All of its life, in order of age, duplicates folded. */
  readonly found: readonly AgedDefect[]
  /** Left out as duplicates. */
  readonly folded: number
  /** By the age that all have reached. */
  readonly byCommonAge: { readonly all: number; readonly severe: number }
  /** Undefined: none was found. */
  readonly daysToFirst: number | undefined
  readonly fix: TimeToFix
}

export interface TimeToFix {
  /** Of those that were fixed; undefined when fewer than three were. */
  readonly medianDays: number | undefined
  readonly fixed: number
  /** Which these are. */
  readonly fixedIds: readonly number[]
  readonly of: number
}

export interface EqualAge {
  /** Days; 0 when one of them was never live. */
  readonly commonDays: number
  /** In the order given. */
  readonly releases: readonly ReleaseAtAge[]
}

const LEAST_FIXED = 3

/**
 * Every release on its own clock, which stands still while it is not live. Defects of one service are folded for all of
 * its releases or for none, so that no two are counted by different rules. O(releases · (defects + earlier ones)).
 */
export function layAtEqualAge(releases: readonly ReleaseToCompare[], now: number): EqualAge {
  const folding = new Set(releases.filter((release) => foldsHere(release, now)).map(({ service }) => service))
  const lives = releases.map((release) => ({ life: lifeDays(release.spans, now), all: aged(release, now), release }))
  const commonDays = lives.length === 0 ? 0 : Math.min(...lives.map(({ life }) => life))
  return {
    commonDays,
    releases: lives.map(({ life, all, release }) => {
      const found = folding.has(release.service) ? foldDuplicates(all) : all
      const early = commonDays === 0 ? [] : found.filter(({ age }) => age <= commonDays)
      return {
        lifeDays: life,
        found,
        folded: all.length - found.length,
        byCommonAge: { all: early.length, severe: early.filter(isSevere).length },
        daysToFirst: found[0]?.age,
        fix: timeToFix(found, now),
      }
    }),
  }
}

export const isSevere = ({ severity }: Pick<FirstSighting, 'severity'>): boolean =>
  severity === 'S1' || severity === 'S2'

/** As the verdict decides it (side-by-side.ts). */
function foldsHere({ spans, earlier }: ReleaseToCompare, now: number): boolean {
  const liveAt = spans[0]?.from
  if (liveAt === undefined) return false
  const { recent, older } = chooseBaseline(earlier, liveAt)
  return haveDuplicates([...recent, ...older].map((one) => releaseLife(one, now, FLAT_RHYTHM).sightings))
}

const lifeDays = (spans: readonly LiveSpan[], now: number): number =>
  closedSpans({ spans }, now).reduce((sum, { from, to }) => sum + (to - from) / DAY_MS, 0)

function aged({ spans, found }: ReleaseToCompare, now: number): (AgedDefect & { component: string | undefined })[] {
  let before = 0
  return closedSpans({ spans }, now).flatMap(({ from, to }) => {
    const start = before
    before += (to - from) / DAY_MS
    return found
      .filter(({ at }) => at >= from && at < to)
      .map((defect) => ({ ...defect, component: defect.component, age: start + (defect.at - from) / DAY_MS }))
      .sort((a, b) => a.age - b.age || a.defectId - b.defectId)
  })
}

function timeToFix(found: readonly FoundDefect[], now: number): TimeToFix {
  const fixed = found.flatMap(({ defectId, at, resolvedAt }) =>
    resolvedAt !== undefined && resolvedAt <= now ? { defectId, days: Math.max(0, resolvedAt - at) / DAY_MS } : [],
  )
  return {
    medianDays: fixed.length < LEAST_FIXED ? undefined : median(fixed.map(({ days }) => days)),
    fixed: fixed.length,
    fixedIds: fixed.map(({ defectId }) => defectId),
    of: found.length,
  }
}

export type Difference = 'more' | 'fewer' | 'no clear difference' | 'not enough data'

export interface CountsCompared {
  readonly word: Difference
  /** 90 %, of first / second. */
  readonly interval: Interval
}

/** Fewer than these together could not be told from chance even if all were in one of the two. */
const LEAST_TO_TELL = 5
const CONFIDENCE = 0.9

/**
 * Whether one release had more defects than another by the same age: the exact interval of the ratio of two rates
 * (rate-comparison.ts), and a word only as far as it excludes 1.
 */
export function compareCounts(first: number, second: number, commonDays: number): CountsCompared {
  const interval =
    commonDays === 0
      ? { low: 0, high: Number.POSITIVE_INFINITY }
      : rateRatioInterval({ count: first, exposure: commonDays }, { count: second, exposure: commonDays }, CONFIDENCE)
  if (commonDays === 0 || first + second < LEAST_TO_TELL) return { word: 'not enough data', interval }
  if (interval.low > 1) return { word: 'more', interval }
  return { word: interval.high < 1 ? 'fewer' : 'no clear difference', interval }
}
