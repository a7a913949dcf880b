import { type Baseline, LEAST_RELEASES } from './baseline.ts'
import { discoveryCurve, type Expectation, expectationsAt } from './discovery-curve.ts'
import type { ReleaseInPlace } from './release-life.ts'
import { laySideBySide } from './side-by-side.ts'
import { type UsualRange, usualRange } from './usual-spread.ts'
import type { WeeklyRhythm } from './weekly-rhythm.ts'

/** What the chart of a release's discoveries shows. */
export interface DiscoveryBand {
  /** Ages in days at which its own defects were found, duplicates folded; a step up at each. */
  readonly ages: readonly number[]
  /** What a release here shows by each of the ages asked for, with all of the traffic. */
  readonly band: readonly { readonly ageDays: number; readonly expected: number; readonly usual: UsualRange }[]
}

/**
 * A release's discoveries and the band that earlier releases span; undefined when there are fewer than four of these.
 * The band ends where the earlier releases do.
 *
 * @param ageDays in order
 */
export function discoveryBand(
  release: ReleaseInPlace,
  baseline: Baseline,
  rhythm: WeeklyRhythm,
  now: number,
  ageDays: readonly number[],
): DiscoveryBand | undefined {
  if (baseline.recent.length < LEAST_RELEASES) return undefined
  const { its, before, spread } = laySideBySide(release, baseline, rhythm, now)
  const longest = Math.max(...before.map(({ life }) => life))
  const ages = ageDays.filter((age) => age <= longest)
  const exposed = { exposure: [{ until: Number.POSITIVE_INFINITY, weight: 1 }] }
  const expected = expectationsAt(discoveryCurve(before), exposed, ages)
  const usual = expectationsAt(spread.curve, exposed, ages).map((at) => usualRange(spread, at))
  return {
    ages: its.ages,
    band: ages.map((age, i) => ({
      ageDays: age,
      expected: (expected[i] as Expectation).expected,
      usual: usual[i] as UsualRange,
    })),
  }
}
