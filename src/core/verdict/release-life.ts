import type { Severity } from '../event.ts'
import { DAY_MS, type WeeklyRhythm, weekdayOf } from './weekly-rhythm.ts'

/** A defect first seen while the release was the live one; instants are epoch ms. */
export interface FirstSighting {
  readonly at: number
  /** Only asked for where the defects themselves are to be shown. */
  readonly defectId?: number | undefined
  /** Whatever names the part of the service that failed; undefined when nothing does. */
  readonly component?: string | undefined
  /** Only asked for where the worst are looked at alone. */
  readonly severity?: Severity | undefined
}

/** When a release was live in one environment. */
export interface LiveSpan {
  readonly from: number
  /** Undefined while it is live. */
  readonly to: number | undefined
  /** Share of the traffic, or traffic relative to the usual; 1 when absent. */
  readonly share?: number | undefined
}

/**
 * One release in one environment, as a store loads it: its rows of `live_intervals` and the defects first seen in that
 * service and environment within them. Two indexed reads for all releases of a verdict together.
 */
export interface ReleaseInPlace {
  readonly releaseId: number
  readonly version: string
  /** What the deployment was that first put it there. */
  readonly arrivedBy: 'deploy' | 'rollback' | 'redeploy'
  /** In order of time, not overlapping. */
  readonly spans: readonly LiveSpan[]
  readonly sightings: readonly FirstSighting[]
}

/** A sighting at an age of the release, in days of being live. */
export interface AgedSighting {
  readonly age: number
  readonly component: string | undefined
  readonly defectId?: number | undefined
}

/** The same release on its own clock, which stands still while it is not live. Ages in days. */
export interface ReleaseLife {
  readonly life: number
  /** In order of age; each holds up to and including its `until`. */
  readonly exposure: readonly { readonly until: number; readonly weight: number }[]
  /** In order of age. */
  readonly sightings: readonly AgedSighting[]
}

/**
 * A release's life up to an instant: how old it is, how exposed it was at each age (share of traffic × rhythm of the
 * week), and at which ages its defects were first seen. What was seen while it was not live is left out.
 * O(days + spans + sightings·log sightings).
 */
export function releaseLife(release: ReleaseInPlace, until: number, rhythm: WeeklyRhythm): ReleaseLife {
  const seen = release.sightings.toSorted((a, b) => a.at - b.at)
  const exposure: { until: number; weight: number }[] = []
  const sightings: AgedSighting[] = []
  let life = 0
  let next = 0
  for (const { from, to, share } of closedSpans(release, until)) {
    for (; next < seen.length && (seen[next] as FirstSighting).at < to; next++) {
      const { at, component, defectId } = seen[next] as FirstSighting
      if (at >= from) sightings.push({ age: life + (at - from) / DAY_MS, component, defectId })
    }
    for (const part of splitByDay(from, to)) {
      life += (part.to - part.from) / DAY_MS
      const weight = share * (rhythm[weekdayOf(part.from)] as number)
      const last = exposure.at(-1)
      if (last?.weight === weight) last.until = life
      else exposure.push({ until: life, weight })
    }
  }
  return { life, exposure, sightings }
}

/** [from, to) cut at every midnight, UTC. */
function splitByDay(from: number, to: number): { readonly from: number; readonly to: number }[] {
  const parts: { from: number; to: number }[] = []
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / DAY_MS) + 1) * DAY_MS)
    parts.push({ from: start, to: end })
    start = end
  }
  return parts
}

/** The spans cut at `until`, those of no length left out. */
export function closedSpans(release: Pick<ReleaseInPlace, 'spans'>, until: number) {
  return release.spans
    .map(({ from, to, share = 1 }) => ({ from, to: Math.min(to ?? until, until), share }))
    .filter(({ from, to }) => to > from)
}

/** How exposed the release was at that age; 0 when it has not become that old. O(log). */
export function exposureAt({ exposure }: Pick<ReleaseLife, 'exposure'>, age: number): number {
  let low = 0
  let high = exposure.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((exposure[middle] as { until: number }).until < age) low = middle + 1
    else high = middle
  }
  return exposure[low]?.weight ?? 0
}

/** Exposure days gathered by that age. */
export function exposureUpTo({ exposure }: Pick<ReleaseLife, 'exposure'>, age: number): number {
  let from = 0
  let sum = 0
  for (const { until, weight } of exposure) {
    if (from >= age) break
    sum += weight * (Math.min(until, age) - from)
    from = until
  }
  return sum
}
