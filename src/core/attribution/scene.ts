import type { EnvironmentTier } from '../event.ts'
import { pathAmong } from './evidence/known-files.ts'
import { type Exposure, exposuresAt, inUseSince, type PlaceExposure } from './exposure.ts'
import {
  type AttributionFacts,
  type CandidateRelease,
  CLOCK_TOLERANCE_MS,
  type DefectFacts,
  type PlaceHistory,
  type Running,
  type ServiceHistory,
} from './facts.ts'
import { type Naming, namingsIn, statedRelease } from './namings.ts'

/**
 * The facts of one defect laid out as hypotheses: each release that may have brought it, with its exposure wherever it
 * could have been seen. Nothing here depends on what was learned, so fitting lays a defect out once and weighs it often.
 */
export interface Scene {
  readonly defect: DefectFacts
  readonly services: readonly ServiceScene[]
  readonly hypotheses: readonly Hypothesis[]
  /** Versions that the report names. */
  readonly namings: readonly Naming[]
}

export interface ServiceScene {
  readonly history: ServiceHistory
  readonly places: readonly PlaceScene[]
  /** How many releases are known, candidates or not; at least 1. */
  readonly releases: number
  readonly versionOf: ReadonlyMap<number, string>
  /** For each file of the defect, the changed file that ends like it, if one does. */
  readonly endings: readonly (string | undefined)[]
}

/** A place in which the defect may have been seen, or in which it was looked for. */
export interface PlaceScene {
  readonly place: PlaceHistory
  /** It is the place named in the report. */
  readonly named: boolean
  /** When each release that the report names ran here. */
  readonly runs: PlaceExposure['runs']
  /** Days in use of the candidate that had them longest; what is older had more. */
  readonly oldestDays: number
  readonly historyDays: number
}

export interface Hypothesis {
  /** Its place among the hypotheses of the scene. */
  readonly index: number
  readonly service: number
  readonly release: CandidateRelease
  /** Where the defect may have been seen; empty for a release that is named but is no candidate in any place. */
  readonly exposures: readonly PlacedExposure[]
  /** A fix taken back to an older line: below something that had been deployed before it. */
  readonly backport: boolean
  /** Of the same release in environments that the report does not mean. */
  readonly elsewhere: readonly Exposure[]
}

export interface PlacedExposure {
  readonly place: number
  readonly exposure: Exposure
}

const DAY_MS = 86_400_000

export function layOut({ defect, services }: AttributionFacts): Scene {
  const ordered = [...services].sort(ownFirst)
  const namings = namingsIn(defect, ordered)
  const hypotheses: Omit<Hypothesis, 'index'>[] = []
  const scenes = ordered.map((history, service): ServiceScene => {
    const laid = layOutService(defect, history, service, namings)
    hypotheses.push(...laid.hypotheses)
    return laid.scene
  })
  return {
    defect,
    services: scenes,
    hypotheses: hypotheses.sort(inFixedOrder).map((hypothesis, index) => ({ ...hypothesis, index })),
    namings,
  }
}

const ownFirst = (a: ServiceHistory, b: ServiceHistory): number =>
  Number(b.relation === 'own') - Number(a.relation === 'own') || (a.service < b.service ? -1 : 1)

/** Whatever order the facts come in, sums run in this one, so that the same facts give the same digits. */
export const inFixedOrder = (a: Omit<Hypothesis, 'index'>, b: Omit<Hypothesis, 'index'>): number =>
  a.service - b.service || byText(a.release.order, b.release.order) || byText(a.release.version, b.release.version)

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

function layOutService(
  defect: DefectFacts,
  history: ServiceHistory,
  service: number,
  namings: readonly Naming[],
): { scene: ServiceScene; hypotheses: Omit<Hypothesis, 'index'>[] } {
  const at = defect.firstSeenAt
  const { detection } = history.profile
  const orderOf = new Map(history.releases.map(({ id, order }) => [id, order]))
  const named = [...new Set(namings.flatMap(({ releases }) => releases[service]?.id ?? []))]
  const releaseOf = new Map(history.releases.map((release) => [release.id, release]))

  const namesPlace = history.places.some(({ environment }) => environment === defect.environment)
  const places: PlaceScene[] = []
  const here = new Map<number, PlacedExposure[]>()
  const elsewhere = new Map<number, Exposure[]>()
  for (const place of [...history.places].sort(byEnvironment)) {
    const meant = !namesPlace || place.environment === defect.environment
    if (!meant && !defect.elsewhere.some(({ environment }) => environment === place.environment)) continue
    const within = candidatesUntil(place, at + CLOCK_TOLERANCE_MS, releaseOf)
    const { exposures, runs } = exposuresAt(within, at, detection, orderOf, named)
    for (const exposure of exposures)
      if (meant) append(here, exposure.releaseId, { place: places.length, exposure })
      else append(elsewhere, exposure.releaseId, exposure)
    if (meant)
      places.push({
        place: within,
        named: namesPlace,
        runs,
        oldestDays: exposures.reduce((most, { days }) => Math.max(most, days), 0),
        historyDays: Math.max(0, (at - place.historyFrom) / DAY_MS),
      })
  }

  const hypotheses: Omit<Hypothesis, 'index'>[] = []
  const backports = backportsAmong(history.releases)
  for (const release of history.releases) {
    const exposures = here.get(release.id) ?? []
    if (exposures.length === 0 && !isNamed(release.id, defect, at, release)) continue
    hypotheses.push({
      service,
      release,
      exposures:
        exposures.length > 0
          ? exposures
          : [{ place: -1, exposure: inUseSince(release.id, release.firstDeployedAt, at) }],
      backport: backports.has(release.id),
      elsewhere: elsewhere.get(release.id) ?? [],
    })
  }
  const known = places.reduce((most, { place }) => Math.max(most, place.candidates.length + place.earlierReleases), 1)
  return {
    scene: {
      history,
      places,
      releases: known,
      versionOf: new Map(history.releases.map((r) => [r.id, r.version])),
      endings: defect.files.map((file) => pathAmong(file, history.releases)),
    },
    hypotheses,
  }
}

function backportsAmong(releases: readonly CandidateRelease[]): ReadonlySet<number> {
  const byArrival = [...releases].sort((a, b) => a.firstDeployedAt - b.firstDeployedAt || byText(a.order, b.order))
  const backports = new Set<number>()
  let highest = ''
  for (const { id, order } of byArrival)
    if (order < highest) backports.add(id)
    else highest = order
  return backports
}

const byEnvironment = (a: PlaceHistory, b: PlaceHistory): number => (a.environment < b.environment ? -1 : 1)

function candidatesUntil(
  place: PlaceHistory,
  until: number,
  releaseOf: ReadonlyMap<number, CandidateRelease>,
): PlaceHistory {
  const candidates = place.candidates
    .filter(({ releaseId, at }) => at <= until && releaseOf.has(releaseId))
    .sort((a, b) => a.at - b.at || a.releaseId - b.releaseId)
  const segments = place.segments.map((segment) =>
    segment.running.length > 1 ? { ...segment, running: [...segment.running].sort(byOrder) } : segment,
  )
  return { ...place, candidates, segments: segments.sort((a, b) => a.from - b.from) }
}

const byOrder = (a: Running, b: Running): number =>
  byText(a.order, b.order) || a.releaseId - b.releaseId || a.share - b.share

/** Releases that the report names are looked at however old they are, unless they came after it was seen. */
function isNamed(id: number, defect: DefectFacts, at: number, { firstDeployedAt }: CandidateRelease): boolean {
  const { deployment, release, commits = [] } = defect.blamed
  const named = [deployment, release, ...commits, statedRelease(defect)]
  return firstDeployedAt <= at + CLOCK_TOLERANCE_MS && named.some((one) => one?.releaseId === id)
}

function append<T>(lists: Map<number, T[]>, key: number, item: T): void {
  const list = lists.get(key)
  if (list) list.push(item)
  else lists.set(key, [item])
}

const TIER_WEIGHT: Record<EnvironmentTier, number> = {
  production: 1,
  staging: 0.15,
  testing: 0.05,
  development: 0.03,
  other: 0.3,
}

/** How likely a report that names no environment means this one. */
export const environmentWeight = ({ place, named }: PlaceScene, learned: Readonly<Record<string, number>>): number =>
  named
    ? 1
    : Object.hasOwn(learned, place.environment)
      ? (learned[place.environment] as number)
      : TIER_WEIGHT[place.tier]

/** The same beside the likeliest of the service's places: a service that is in staging alone is seen in staging. */
export function environmentShare(
  place: PlaceScene,
  places: readonly PlaceScene[],
  learned: Readonly<Record<string, number>>,
): number {
  const most = places.reduce((best, one) => Math.max(best, environmentWeight(one, learned)), 0)
  return most > 0 ? environmentWeight(place, learned) / most : 1
}
