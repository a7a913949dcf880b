import type { ServiceProfile } from './profile.ts'

/** What a service is taken for before it is known: one release a week, or one in two months. */
export const USUAL_PER_DAY: Record<ServiceProfile['detection'], number> = { hosted: 1 / 7, shipped: 1 / 60 }
/** How many releases that counts for. */
const PRIOR_RELEASES = 0.5

/**
 * Releases a day, from how many there were and since when: the posterior mean of a Poisson rate under a gamma prior. The
 * first one began the watch, so it says nothing about the pace: after an hour and one release nobody knows it.
 */
export function releasesPerDay(releases: number, days: number, detection: ServiceProfile['detection']): number {
  const later = Math.max(0, releases - 1)
  return (PRIOR_RELEASES + later) / (PRIOR_RELEASES / USUAL_PER_DAY[detection] + Math.max(0, days))
}
