import { type Baseline, LEAST_RELEASES } from './baseline.ts'
import { discoveryCurve, type Expectation, expectationsAt } from './discovery-curve.ts'
import type { ReleaseInPlace } from './release-life.ts'
import { laySideBySide, wholeLife } from './side-by-side.ts'
import { type UsualRange, usualRange } from './usual-spread.ts'
import type { WeeklyRhythm } from './weekly-rhythm.ts'

/** What the chart of a release's discoveries shows. */
export interface Discoveries {
  /** Days it has been live. */
  readonly lifeDays: number
  /** Ages in days at which its own defects were found, duplicates folded; a step up at each. */
  readonly ages: readonly number[]
  /** How many earlier releases the band rests on; fewer than four: there is none. */
  readonly earlier: number
  /** What earlier releases lead to expect by each of the ages asked for, as far as they were live. */
  readonly band: readonly BandAtAge[]
}

export interface BandAtAge {
  readonly ageDays: number
  readonly expected: number
  readonly usual: UsualRange
  /** How many of the earlier releases had become that old. */
  readonly releases: number
}

/**
 * A release's discoveries and the band that earlier releases span. Up to its age the band is for the traffic it had, so
 * that the numbers there are those of the verdict (`compareReleases`); beyond, for all of the traffic. O(ages × 170 ×
 * highest count).
 *
 * @param ageDays in order
 */
export function discoveryBand(
  release: ReleaseInPlace,
  baseline: Baseline,
  rhythm: WeeklyRhythm,
  now: number,
  ageDays: readonly number[],
): Discoveries {
  const own = wholeLife(release, baseline, rhythm, now)
  const found = { lifeDays: own.life, ages: own.ages, earlier: baseline.recent.length }
  if (baseline.recent.length < LEAST_RELEASES || ageDays.length === 0) return { ...found, band: [] }
  const { before, spread } = laySideBySide(release, baseline, rhythm, now)
  const longest = Math.max(...before.map(({ life }) => life))
  const ages = ageDays.filter((age) => age <= longest)
  const exposed = { exposure: [...own.exposure, { until: Number.POSITIVE_INFINITY, weight: 1 }] }
  const expected = expectationsAt(discoveryCurve(before), exposed, ages)
  const usual = expectationsAt(spread.curve, exposed, ages).map((at) => usualRange(spread, at))
  return {
    ...found,
    band: ages.map((age, i) => ({
      ageDays: age,
      expected: (expected[i] as Expectation).expected,
      usual: usual[i] as UsualRange,
      releases: before.filter(({ life }) => life >= age).length,
    })),
  }
}
