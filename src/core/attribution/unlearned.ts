import { defaultProfile } from './defaults.ts'
import type { CandidateRelease, PlaceHistory } from './facts.ts'
import type { ServiceProfile } from './profile.ts'
import { releasesPerDay } from './release-pace.ts'
import { filePopularity } from './snapshot.ts'

const DAY_MS = 86_400_000

/**
 * The profile of a service of which nothing was learned yet, after what its own history shows at a glance: how often it
 * is released, and how large its releases are.
 *
 * @param at until when it is looked at, epoch ms
 */
export function unlearnedProfile(
  detection: ServiceProfile['detection'],
  { places, releases }: { readonly places: readonly PlaceHistory[]; readonly releases: readonly CandidateRelease[] },
  at: number,
): ServiceProfile {
  const plain = defaultProfile(detection)
  const sizes = releases.flatMap(({ commitCount }) =>
    commitCount === undefined ? [] : (1 + commitCount) ** plain.sizeExponent,
  )
  return defaultProfile(detection, {
    releasesPerDay: paceOf(detection, places, at),
    ...(sizes.length > 0 && { meanSize: sizes.reduce((a, b) => a + b, 0) / sizes.length }),
  })
}

/** Of the place that is deployed to most. */
function paceOf(detection: ServiceProfile['detection'], places: readonly PlaceHistory[], at: number): number {
  const paces = places.map(({ candidates, earlierReleases, historyFrom }) =>
    releasesPerDay(candidates.length + earlierReleases, (at - historyFrom) / DAY_MS, detection),
  )
  return paces.length > 0 ? Math.max(...paces) : releasesPerDay(0, 0, detection)
}

/** The same profile with what the releases at hand show of their files, when the defect names files or components. */
export const withFilesOf = (profile: ServiceProfile, releases: readonly CandidateRelease[]): ServiceProfile => ({
  ...profile,
  files: filePopularity(releases),
})
