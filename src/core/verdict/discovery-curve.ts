import { sum } from '../statistics/sum.ts'
import { exposureAt, exposureUpTo, type ReleaseLife } from './release-life.ts'

/** A release on its own clock, duplicates folded. */
export interface CountedLife extends Pick<ReleaseLife, 'life' | 'exposure'> {
  /** Ages at which its defects were first seen, in order. */
  readonly ages: readonly number[]
}

/** What happened at one age in the earlier releases. */
interface Discovery {
  readonly age: number
  /** Exposure of the earlier releases that had become that old, at that age. */
  readonly exposure: number
}

/** When earlier releases showed their defects. */
export interface DiscoveryCurve {
  /** One per defect, in order of age. */
  readonly discoveries: readonly Discovery[]
  /** Exposure days of all of them together. */
  readonly exposure: number
}

/** O(defects × releases × log segments). */
export function discoveryCurve(releases: readonly CountedLife[]): DiscoveryCurve {
  const discoveries = releases
    .flatMap(({ ages }) => ages)
    .sort((a, b) => a - b)
    .map((age) => ({ age, exposure: totalExposureAt(releases, age) }))
  return { discoveries, exposure: sum(releases.map((release) => exposureUpTo(release, release.life))) }
}

export const totalExposureAt = (releases: readonly CountedLife[], age: number): number =>
  sum(releases.map((release) => exposureAt(release, age)))

/** How many defects a release of that exposure was to show by an age, and from how many earlier ones we know. */
export interface Expectation {
  readonly expected: number
  readonly basedOn: number
}

/**
 * The expectation at each of the ages, which are in order: the sum over the earlier defects of (its exposure at that
 * age) / (theirs), the Nelson-Aalen estimator with exposures. Releases that did not become that old do not count there,
 * so young releases are compared with others when those were young. Half a defect, spread evenly over their exposure,
 * is added, so that nothing is ever impossible. O(defects + ages).
 */
export function expectationsAt(
  curve: DiscoveryCurve,
  release: Pick<ReleaseLife, 'exposure'>,
  ages: readonly number[],
): Expectation[] {
  let sum = 0
  let next = 0
  return ages.map((age) => {
    for (let one = curve.discoveries[next]; one && one.age <= age; one = curve.discoveries[++next])
      sum += exposureAt(release, one.age) / one.exposure
    return { expected: sum + (0.5 * exposureUpTo(release, age)) / curve.exposure, basedOn: next }
  })
}
