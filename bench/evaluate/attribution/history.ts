import { dictionaryOf } from '../../../src/core/attribution/evidence/text-mentions.ts'
import type {
  CandidateRelease,
  PlaceHistory,
  Running,
  Segment,
  ServiceHistory,
} from '../../../src/core/attribution/facts.ts'
import type { ServiceProfile } from '../../../src/core/attribution/profile.ts'
import { releasesPerDay } from '../../../src/core/attribution/release-pace.ts'
import { filePopularity } from '../../../src/core/attribution/snapshot.ts'
import { tierOfName } from '../../../src/core/deployment/environment.ts'
import { orderReleases, readReleases } from '../../../src/core/release/version-order.ts'

/** One deployment that reached its environment. Instants in epoch milliseconds. */
export interface PastDeployment {
  readonly service: string
  readonly environment: string
  readonly version: string
  readonly at: number
  readonly effect: 'deployed' | 'rolled-back'
  readonly percent: number
  readonly commits: number | undefined
  readonly files: readonly string[]
}

/** All that is known of one service, from which the bounded facts of a defect are cut as a store would. */
export interface ServiceRecord {
  readonly service: string
  readonly releases: readonly CandidateRelease[]
  readonly byId: ReadonlyMap<number, CandidateRelease>
  readonly byVersion: ReadonlyMap<string, CandidateRelease>
  readonly dictionary: ReadonlyMap<string, number>
  readonly places: readonly PlaceRecord[]
}

interface PlaceRecord {
  readonly environment: string
  /** By first deployment here. */
  readonly arrivals: readonly { readonly releaseId: number; readonly at: number }[]
  readonly segments: readonly Segment[]
}

/** Deployments in any order; releases get their ids in the order of service and first deployment. */
export function recordServices(deployments: readonly PastDeployment[]): Map<string, ServiceRecord> {
  const records = new Map<string, ServiceRecord>()
  const grouped = new Map<string, PastDeployment[]>()
  for (const one of deployments) {
    const list = grouped.get(one.service)
    if (list) list.push(one)
    else grouped.set(one.service, [one])
  }
  let id = 1
  for (const service of [...grouped.keys()].sort()) {
    const own = (grouped.get(service) as PastDeployment[]).sort((a, b) => a.at - b.at)
    const record = recordService(service, own, id)
    id += record.releases.length
    records.set(service, record)
  }
  return records
}

function recordService(service: string, deployments: readonly PastDeployment[], firstId: number): ServiceRecord {
  const firsts = new Map<string, PastDeployment>()
  for (const one of deployments) if (!firsts.has(one.version)) firsts.set(one.version, one)
  const orderOf = ordersOf(firsts)
  const byVersion = new Map<string, CandidateRelease>()
  for (const { version, at, commits, files } of firsts.values())
    byVersion.set(version, {
      id: firstId + byVersion.size,
      version,
      order: orderOf.get(version) ?? '',
      firstDeployedAt: at,
      commitCount: commits,
      commits: [],
      files,
      references: [],
    })
  const releases = [...byVersion.values()]
  const environments = [...new Set(deployments.map(({ environment }) => environment))].sort()
  return {
    service,
    releases,
    byId: new Map(releases.map((release) => [release.id, release])),
    byVersion,
    dictionary: dictionaryOf(releases),
    places: environments.map((environment) =>
      recordPlace(
        environment,
        deployments.filter((one) => one.environment === environment),
        byVersion,
      ),
    ),
  }
}

/** Version → place in the service's order, as the store keeps it. */
function ordersOf(firsts: ReadonlyMap<string, PastDeployment>): Map<string, string> {
  const versions = [...firsts.keys()]
  const releases = versions.map((version, id) => ({
    id,
    version,
    since: (firsts.get(version) as PastDeployment).at,
    deployed: true,
    isAlias: false,
  }))
  const places = orderReleases(readReleases(releases, { policy: 'semver' }))
  return new Map(places.map(({ id, key }) => [versions[id] as string, key]))
}

function recordPlace(
  environment: string,
  deployments: readonly PastDeployment[],
  byVersion: ReadonlyMap<string, CandidateRelease>,
): PlaceRecord {
  const arrivals = new Map<number, number>()
  const segments: Segment[] = []
  const stable: CandidateRelease[] = []
  const run = (from: number, running: Running[]) => {
    if (segments.at(-1)?.from === from) segments.pop()
    segments.push({ from, running })
  }
  const full = (release: CandidateRelease | undefined): Running[] =>
    release ? [{ releaseId: release.id, order: release.order, share: 1 }] : []
  for (const { version, at, effect, percent } of deployments) {
    const release = byVersion.get(version) as CandidateRelease
    if (effect === 'rolled-back') {
      const runs = segments.at(-1)?.running.some(({ releaseId }) => releaseId === release.id)
      if (!runs) continue
      while (stable.at(-1) === release) stable.pop()
      run(at, full(stable.at(-1)))
      continue
    }
    if (!arrivals.has(release.id)) arrivals.set(release.id, at)
    const before = stable.at(-1)
    if (percent >= 100 || !before) {
      stable.push(release)
      run(at, full(release))
    } else {
      const share = percent / 100
      run(at, [
        { releaseId: before.id, order: before.order, share: 1 - share },
        { releaseId: release.id, order: release.order, share },
      ])
    }
  }
  return {
    environment,
    arrivals: [...arrivals].map(([releaseId, at]) => ({ releaseId, at })).sort((a, b) => a.at - b.at),
    segments,
  }
}

/** What an online caller would load: the last releases of each place, and what ran since the oldest of them arrived. */
export function historyUntil(
  record: ServiceRecord,
  until: number,
  options: {
    readonly relation: ServiceHistory['relation']
    readonly profile: ServiceProfile
    readonly candidates: number
    readonly named?: readonly (number | undefined)[]
  },
): ServiceHistory {
  const ids = new Set<number>()
  for (const id of options.named ?? []) if (id !== undefined && record.byId.has(id)) ids.add(id)
  const places = record.places.flatMap((place): PlaceHistory[] => {
    const count = lowerBound(place.arrivals, until + 1)
    if (count === 0) return []
    const first = Math.max(0, count - options.candidates)
    const candidates = place.arrivals.slice(first, count)
    for (const { releaseId } of candidates) ids.add(releaseId)
    const segmentsFrom = lowerBoundFrom(place.segments, (candidates[0] as { at: number }).at + 1) - 1
    return [
      {
        environment: place.environment,
        tier: tierOfName(place.environment),
        candidates,
        segments: place.segments.slice(Math.max(0, segmentsFrom), lowerBoundFrom(place.segments, until + 1)),
        earlierReleases: first,
        historyFrom: (place.arrivals[0] as { at: number }).at,
      },
    ]
  })
  return {
    service: record.service,
    relation: options.relation,
    releases: [...ids].map((id) => record.byId.get(id) as CandidateRelease),
    places,
    dictionary: record.dictionary,
    profile: options.profile,
  }
}

const lowerBound = (list: readonly { readonly at: number }[], at: number): number =>
  search(list.length, (i) => (list[i] as { at: number }).at < at)
const lowerBoundFrom = (list: readonly { readonly from: number }[], from: number): number =>
  search(list.length, (i) => (list[i] as { from: number }).from < from)

/** The first place at which `before` is false, given that it is true up to there. */
function search(length: number, before: (i: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (before(middle)) low = middle + 1
    else high = middle
  }
  return low
}

/** The countable part of a profile, as of an instant; the rest is from `base`. */
export function snapshotOf(record: ServiceRecord, at: number, base: ServiceProfile): ServiceProfile {
  const known = record.releases.filter(({ firstDeployedAt }) => firstDeployedAt <= at)
  const from = known.reduce((first, { firstDeployedAt }) => Math.min(first, firstDeployedAt), at)
  const pace = releasesPerDay(known.length, (at - from) / DAY_MS, base.detection)
  const sizes = known.flatMap(({ commitCount }) =>
    commitCount === undefined ? [] : (1 + commitCount) ** base.sizeExponent,
  )
  const meanSize = sizes.length > 0 ? sizes.reduce((a, b) => a + b, 0) / sizes.length : base.meanSize
  return { ...base, releasesPerDay: pace, meanSize, files: filePopularity(known) }
}

export const DAY_MS = 86_400_000
