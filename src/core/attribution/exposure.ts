import { CLOCK_TOLERANCE_MS, type PlaceHistory } from './facts.ts'
import { addStretch, LAGS, PAIRS, type Stretch } from './lag.ts'
import type { ServiceProfile } from './profile.ts'

/**
 * The exposure clock: for how long, and through how much of what ran, each candidate's changes had been in use in one
 * place when the defect was seen there. It stands still while a release is rolled back, runs at a tenth in a canary of
 * ten percent, and goes on while later releases carry the changes along.
 */
export interface Exposure {
  readonly releaseId: number
  readonly environment: string
  /** When it first went live here. */
  readonly since: number
  /** Days in use, weighed by share. */
  readonly days: number
  /** Share of what ran that contained it at the sighting. */
  readonly live: number
  /** Days since it was last in use; 0 while it is. */
  readonly idleDays: number
  /** The release that carried it at the sighting, or last; itself as a rule. */
  readonly carriedBy: number
  /** It was first deployed after the sighting, within the tolerance of the clocks. */
  readonly late: boolean
  /** Density per day of (found here, reported at the sighting), by pair of lag and delay (`PAIRS`). */
  readonly found: Float64Array
  /** The same for what was found through one of the versions that the report names, by release. */
  readonly foundThrough: ReadonlyMap<number, Float64Array>
}

export interface PlaceExposure {
  readonly exposures: readonly Exposure[]
  /** When, in days before the sighting (`since`, `length`), each version named in the report ran, and at what share. */
  readonly runs: ReadonlyMap<number, readonly Stretch[]>
}

const DAY_MS = 86_400_000
/** What was found longer ago than this is as good as reported; before it only the days in use are counted. */
const HORIZON_DAYS = 30
/** How much of a place a roll-out that is under way has reached: nobody says, so half. */
const UNDER_WAY = 0.5
const NOTHING_NAMED = new Map<number, Float64Array>()

/**
 * @param place `segments` may reach beyond `at`; what begins at that instant or later is not looked at, except for
 *   candidates that arrived within the clock tolerance after it
 * @param named releases that the report names
 */
export function exposuresAt(
  place: PlaceHistory,
  at: number,
  detection: ServiceProfile['detection'],
  orderOf: ReadonlyMap<number, string>,
  named: readonly number[],
): PlaceExposure {
  const onTime = partsUntil(place, at, orderOf)
  const anyLate = place.candidates.some(({ at: since }) => since >= at)
  const late = anyLate ? partsUntil(place, at + CLOCK_TOLERANCE_MS, orderOf) : onTime
  const exposures = place.candidates.map(({ releaseId, at: since }): Exposure => {
    const isLate = since >= at
    const release = { releaseId, order: orderOf.get(releaseId) ?? '', since }
    const parts = isLate ? late : onTime
    const now = isLate ? at + CLOCK_TOLERANCE_MS : at
    const use = useOf(release, parts, { at: now, detection })
    const foundThrough = named.length > 0 ? new Map<number, Float64Array>() : NOTHING_NAMED
    for (const through of named) {
      const { stretches } = useOf(release, parts, { at: now, detection, through })
      if (stretches.some(({ intensity }) => intensity > 0)) foundThrough.set(through, densityOf(stretches))
    }
    return {
      releaseId,
      environment: place.environment,
      since,
      days: use.days,
      live: use.live,
      idleDays: use.idleDays,
      carriedBy: use.carriedBy,
      late: isLate,
      found: densityOf(use.stretches),
      foundThrough,
    }
  })
  return {
    exposures: exposures.map((one) => (one.late ? inPlaceOf(one, exposures) : one)),
    runs: new Map(named.map((id) => [id, runsOf(id, onTime, at)])),
  }
}

/**
 * What arrived after the sighting is as likely as what it replaced, not more: its own lag would be minutes, and make it
 * the first suspect of whatever it was deployed to mend.
 */
function inPlaceOf(late: Exposure, exposures: readonly Exposure[]): Exposure {
  const before = exposures.findLast((one) => !one.late)
  return before ? { ...late, found: before.found } : late
}

/** The exposure of a release of which only the first deployment is known: as if it had been in use everywhere since. */
export function inUseSince(releaseId: number, since: number, at: number): Exposure {
  const late = since >= at
  const length = Math.max(0, ((late ? at + CLOCK_TOLERANCE_MS : at) - since) / DAY_MS)
  return {
    releaseId,
    environment: '',
    since,
    days: length,
    live: 1,
    idleDays: 0,
    carriedBy: releaseId,
    late,
    found: densityOf([{ length, since: 0, share: 1, intensity: 1 }]),
    foundThrough: NOTHING_NAMED,
  }
}

interface Arrival {
  readonly releaseId: number
  readonly order: string
  readonly since: number
}

/** A stretch of time in which the same ran. */
export interface Part {
  readonly from: number
  readonly to: number
  readonly running: readonly (Arrival & { readonly share: number })[]
}

/**
 * What ran until an instant, from the first segment on, with the roll-outs that had begun but not ended: from a candidate's arrival until the
 * segment in which it first runs, or in which what arrived with or after it does, half of the place is taken to have it.
 */
export function partsUntil(
  { candidates, segments }: PlaceHistory,
  until: number,
  orderOf: ReadonlyMap<number, string>,
): Part[] {
  const arrived = new Map(candidates.map(({ releaseId, at }) => [releaseId, at]))
  const firstRun = new Map<number, number>()
  for (const { from, running } of segments)
    for (const { releaseId } of running) if (!firstRun.has(releaseId)) firstRun.set(releaseId, from)
  // What never ran was overtaken, by another of the same instant or while it was still on its way.
  const overtakenAt = (since: number) =>
    segments.find(({ running }) =>
      running.some((one) => (arrived.get(one.releaseId) ?? Number.NEGATIVE_INFINITY) >= since),
    )?.from ?? Number.POSITIVE_INFINITY
  const underWay = candidates
    .filter(({ at }) => at < until)
    .map(({ releaseId, at }) => ({ releaseId, at, ended: firstRun.get(releaseId) ?? overtakenAt(at) }))
    .filter(({ at, ended }) => ended > at)

  const cuts = new Set(underWay.map(({ at }) => at))
  for (const { from } of segments) if (from < until) cuts.add(from)
  const instants = [...cuts].sort((a, b) => a - b)
  let segment = -1
  return instants.map((from, i): Part => {
    while (segment + 1 < segments.length && (segments[segment + 1] as { from: number }).from <= from) segment++
    let running = (segments[segment]?.running ?? []).map((one) => ({
      ...one,
      // What arrived before the candidates did is older than any of them.
      since: arrived.get(one.releaseId) ?? Number.NEGATIVE_INFINITY,
    }))
    for (const { releaseId, at, ended } of underWay) {
      if (at > from || ended <= from) continue
      running = running.map((one) => ({ ...one, share: one.share * (1 - UNDER_WAY) }))
      running.push({ releaseId, order: orderOf.get(releaseId) ?? '', since: at, share: UNDER_WAY })
    }
    return { from, to: instants[i + 1] ?? until, running }
  })
}

/**
 * Whether what runs carries a release's changes: itself, and what is above it in order. What arrived here before it
 * cannot, whatever its number: the newer line, when a fix is taken back to an older one.
 */
const carries = (running: Arrival, release: Arrival): boolean =>
  running.releaseId === release.releaseId || (release.since <= running.since && release.order <= running.order)

interface Use {
  /** Neighbours alike are one, and what lies beyond the horizon is one, of its mean share. */
  readonly stretches: readonly Stretch[]
  readonly days: number
  readonly live: number
  readonly idleDays: number
  readonly carriedBy: number
}

/** How a release was in use since it arrived; the intensity is what could be seen `through` one release, or any. */
function useOf(
  release: Arrival,
  parts: readonly Part[],
  view: { at: number; detection: ServiceProfile['detection']; through?: number },
): Use {
  const stretches: Stretch[] = []
  let days = 0
  let live = 0
  let idleDays = 0
  let carriedBy = release.releaseId
  let current: { length: number; since: number; share: number; intensity: number; beyond: boolean } | undefined
  for (let i = firstEndingAfter(parts, release.since); i < parts.length; i++) {
    const { from, to, running } = parts[i] as Part
    let share = 0
    let intensity = 0
    let itself = false
    for (const one of running) {
      if (!carries(one, release)) continue
      share += one.share
      if (one.releaseId === view.through) intensity += one.share
      // Itself, else the highest of those that do.
      itself ||= one.releaseId === release.releaseId
      carriedBy = itself ? release.releaseId : one.releaseId
    }
    // Users of shipped software keep what they once installed.
    live = view.detection === 'shipped' ? 1 : Math.min(1, share)
    if (view.through === undefined) intensity = live
    const length = (to - Math.max(from, release.since)) / DAY_MS
    const since = (view.at - to) / DAY_MS
    if (live > 0) idleDays = since
    days += live * length
    const beyond = since > HORIZON_DAYS
    if (current?.beyond && beyond) {
      current.length += length
      current.share = days / current.length
      current.since = since
    } else if (current && !current.beyond && current.share === live && current.intensity === intensity) {
      current.length += length
      current.since = since
    } else {
      current = { length, since, share: live, intensity: beyond ? 0 : intensity, beyond }
      stretches.push(current)
    }
  }
  const [first] = stretches
  if (first) stretches[0] = { ...first, length: first.length + BEGUN_BEFORE_DAYS }
  return { stretches, days, live, idleDays, carriedBy }
}

/**
 * A roll-out begins before it is recorded and clocks differ, by minutes; else what was seen a second after a deployment
 * could not stem from it, and what was seen an hour after it could.
 */
const BEGUN_BEFORE_DAYS = CLOCK_TOLERANCE_MS / DAY_MS

/** Parts follow each other, so it is found by halving. */
function firstEndingAfter(parts: readonly Part[], instant: number): number {
  let [low, high] = [0, parts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((parts[middle] as Part).to <= instant) low = middle + 1
    else high = middle
  }
  return low
}

function densityOf(stretches: readonly Stretch[]): Float64Array {
  const density = new Float64Array(PAIRS)
  const survival = new Float64Array(LAGS).fill(1)
  for (const stretch of stretches) addStretch(density, survival, stretch)
  return density
}

const runsOf = (releaseId: number, parts: readonly Part[], at: number): Stretch[] =>
  parts.flatMap(({ from, to, running }) => {
    const share = running.reduce((sum, one) => sum + (one.releaseId === releaseId ? one.share : 0), 0)
    return share > 0 ? [{ length: (to - from) / DAY_MS, since: (at - to) / DAY_MS, share, intensity: share }] : []
  })
