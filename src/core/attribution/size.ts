import type { DefectFacts } from './facts.ts'
import type { ServiceProfile } from './profile.ts'
import type { Hypothesis } from './scene.ts'

/** (1 + commits)^γ. Larger changes bring more defects, though not in proportion. */
export const sizeOf = (commitCount: number | undefined, profile: ServiceProfile): number =>
  commitCount === undefined ? profile.meanSize : Math.max(LEAST_SIZE, (1 + commitCount) ** profile.sizeExponent)

const LEAST_SIZE = 0.2

/** What a release that takes fixes back to an older line is of a usual one, when nobody said how large it is. */
const BACKPORT = 0.3

/** Defects that a release of its size brings. */
export const expectedDefects = (
  { release, backport }: Pick<Hypothesis, 'release' | 'backport'>,
  profile: ServiceProfile,
): number =>
  profile.defectsPerSize *
  sizeOf(release.commitCount, profile) *
  (backport && release.commitCount === undefined ? BACKPORT : 1)

/** Defects that this release brings, those it turned out to bring considered; what this very defect added is left out. */
export function defectsOf(
  hypothesis: Pick<Hypothesis, 'release' | 'backport'>,
  profile: ServiceProfile,
  itself: Counted,
): number {
  const { release } = hypothesis
  const learned = profile.defectsOfRelease[release.id]
  if (!learned) return expectedDefects(hypothesis, profile)
  return Math.max(LEAST_SHAPE, learned.shape - (itself?.[release.id] ?? 0)) / learned.rate
}

const LEAST_SHAPE = 0.05
type Counted = DefectFacts['counted']
