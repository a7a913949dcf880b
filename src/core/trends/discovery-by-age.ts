import type { ReleaseKind } from '../event.ts'
import type { BroughtDefect, TrendRelease } from './release-quality.ts'

/** How the defects of the releases of one kind show, by the age of the release. */
export interface DiscoveryCurve {
  readonly kind: ReleaseKind
  readonly releases: number
  /** When the oldest of them arrived. */
  readonly since: number
  /** Mean number found up to each day, from day 0; ends where fewer than three releases are as old. */
  readonly means: readonly number[]
  /** How many releases are that old, for each of the days. */
  readonly atRisk: readonly number[]
}

/** How far the curves go. */
export const LAST_DAY = 30
const DAY_MS = 86_400_000
const LEAST_RELEASES = 3

/**
 * The mean cumulative number of defects by age (Nelson, Technometrics 30, 1988): each defect counts one over the number
 * of releases that are as old as its release was then. So a young release tells of its first days and takes nothing
 * from the days it has not seen. Undefined for fewer than three releases. O(releases + defects × log releases).
 */
export function discoveryByAge(
  kind: ReleaseKind,
  releases: readonly TrendRelease[],
  defects: readonly BroughtDefect[],
  now: number,
): DiscoveryCurve | undefined {
  if (releases.length < LEAST_RELEASES) return undefined
  const arrivedAt = new Map(releases.map(({ releaseId, at }) => [releaseId, at]))
  const ages = releases.map(({ at }) => now - at).sort((a, b) => a - b)
  const asOldAs = (age: number): number => ages.length - countBelow(ages, age)
  const days = Array.from({ length: LAST_DAY + 1 }, (_, day) => day).filter(
    (day) => asOldAs(day * DAY_MS) >= LEAST_RELEASES,
  )
  const perDay = days.map(() => 0)
  for (const { releaseId, at } of defects) {
    const arrived = arrivedAt.get(releaseId)
    if (arrived === undefined || at > now) continue
    const age = Math.max(0, at - arrived)
    const day = Math.ceil(age / DAY_MS)
    if (day < days.length) perDay[day] = (perDay[day] as number) + 1 / asOldAs(age)
  }
  let sum = 0
  return {
    ...{ kind, releases: releases.length, since: Math.min(...releases.map(({ at }) => at)) },
    means: perDay.map((more) => {
      sum += more
      return sum
    }),
    atRisk: days.map((day) => asOldAs(day * DAY_MS)),
  }
}

/** How many of sorted values lie below one. */
function countBelow(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as number) < value) low = middle + 1
    else high = middle
  }
  return low
}
