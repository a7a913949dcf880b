import type { FirstSighting, ReleaseInPlace } from '../../src/core/verdict/release-life.ts'
import type { VerdictFacts } from '../../src/core/verdict/verdict.ts'
import { day } from './factories.ts'

/** A release of ten days before the one judged; defects at the given ages in days. */
export const aReleaseInPlace = (
  releaseId: number,
  fromDay: number,
  lifeDays: number | undefined,
  ages: readonly number[] = [],
  over: Partial<ReleaseInPlace> = {},
): ReleaseInPlace => ({
  releaseId,
  version: `1.${releaseId}.0`,
  arrivedBy: 'deploy',
  spans: [{ from: day(fromDay), to: lifeDays === undefined ? undefined : day(fromDay + lifeDays) }],
  sightings: ages.map((age): FirstSighting => ({ at: day(fromDay + age) })),
  ...over,
})

/** Ten releases, live one after the other for seven days each until day 0, with four defects apiece. */
export const tenEarlier = (ages: readonly number[] = [0.2, 1, 3, 5.5]): ReleaseInPlace[] =>
  Array.from({ length: 10 }, (_, i) =>
    aReleaseInPlace(
      i + 1,
      -7 * (i + 1),
      7,
      ages.map((age) => age + i / 100),
    ),
  )

/** A release live since day 0. */
export const verdictFacts = (ages: readonly number[], over: Partial<VerdictFacts> = {}): VerdictFacts => ({
  service: 'checkout-api',
  environment: 'production',
  release: aReleaseInPlace(100, 0, undefined, ages),
  earlier: tenEarlier(),
  brought: [],
  rolledBackAt: undefined,
  ...over,
})
