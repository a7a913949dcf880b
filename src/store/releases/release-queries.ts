import { type SqlBool, sql } from 'kysely'
import { isReplacing } from '../../core/deployment/timeline.ts'
import type { DeploymentStatus, EnvironmentTier, ReleaseKind } from '../../core/event.ts'
import { type EmergencyReason, type EmergencyScore, verdictOn } from '../../core/release/emergency-score.ts'
import { orderReleases, readReleases } from '../../core/release/version-order.ts'
import type { Db } from '../database.ts'
import { type DefectListRow, COUNTED_AT_MOST as LISTED_AT_MOST, listRows } from '../defects/defect-list.ts'
import { atMost } from '../dialect.ts'
import { findService } from '../services/services.ts'
import { regressedIn } from './release-counts.ts'
import { namesAsFix } from './release-kinds.ts'
import { byTier } from './release-list.ts'
import { listReleasesToOrder } from './release-order.ts'

/** What the page of one release shows, and what is near a release that nobody knows. */

export interface ReleaseDetails {
  readonly id: number
  readonly serviceId: number
  readonly service: string
  readonly repositoryUrl: string | undefined
  readonly version: string
  readonly kind: ReleaseKind
  readonly commit: string | undefined
  readonly artifact: string | undefined
  readonly name: string | undefined
  readonly notes: string | undefined
  readonly url: string | undefined
  readonly withdrawn: boolean
  /** Why its version does not count, as the end of a sentence; undefined when it does. */
  readonly quarantine: string | undefined
  readonly emergency: EmergencyScore
  readonly publishedAt: number | undefined
  readonly plannedAt: number | undefined
  readonly firstKnownAt: number
  readonly firstDeployedAt: number | undefined
  readonly firstProductionAt: number | undefined
  /** The release just below in the order of its service. */
  readonly previous: string | undefined
  readonly commitCount: number
  readonly authorCount: number
}

/** The release of that name; a bare commit leads to the release it turned out to be. */
export async function findRelease(db: Db, service: string, version: string): Promise<ReleaseDetails | undefined> {
  const row = await db
    .selectFrom('releases as named')
    .innerJoin('releases as r', (join) =>
      join.on((eb) => eb('r.id', '=', eb.fn.coalesce('named.alias_of_id', 'named.id'))),
    )
    .innerJoin('services as s', 's.id', 'named.service_id')
    .selectAll('r')
    .select(['s.name as service', 's.repository_url'])
    .where('s.name', '=', service)
    .where('named.version', '=', version)
    .executeTakeFirst()
  if (!row) return undefined
  const [previous, commits] = await Promise.all([
    db
      .selectFrom('releases')
      .select('version')
      .where('service_id', '=', row.service_id)
      .where('order_key', '<', row.order_key)
      .where('alias_of_id', 'is', null)
      .where('quarantine', 'is', null)
      .orderBy('order_key', 'desc')
      .limit(atMost(1))
      .executeTakeFirst(),
    db
      .selectFrom('release_commits')
      .select((eb) => [eb.fn.countAll<number>().as('commits'), eb.fn.count<number>('author').distinct().as('authors')])
      .where('release_id', 'in', namesOf(db, row.id))
      .executeTakeFirstOrThrow(),
  ])
  return {
    id: row.id,
    serviceId: row.service_id,
    service: row.service,
    repositoryUrl: row.repository_url ?? undefined,
    version: row.version,
    kind: row.kind as ReleaseKind,
    commit: row.commit_sha ?? undefined,
    artifact: row.artifact ?? undefined,
    name: row.name ?? undefined,
    notes: row.notes ?? undefined,
    url: row.url ?? undefined,
    withdrawn: row.withdrawn === 1,
    quarantine: row.quarantine ?? undefined,
    emergency: {
      ...verdictOn(row.emergency_points),
      reasons: JSON.parse(row.emergency_json) as EmergencyReason[],
    },
    publishedAt: row.published_at ?? undefined,
    plannedAt: row.planned_at ?? undefined,
    firstKnownAt: row.first_known_at,
    firstDeployedAt: row.first_deployed_at ?? undefined,
    firstProductionAt: row.first_production_at ?? undefined,
    previous: previous?.version,
    commitCount: commits.commits,
    authorCount: commits.authors,
  }
}

/**
 * The releases of a service that an unknown version would stand between, nearest first, at most `limit`. Empty when the
 * service is unknown. O(releases of the service).
 */
export async function nearestVersions(db: Db, service: string, version: string, limit = 3): Promise<string[]> {
  const known = await findService(db, service)
  if (!known) return []
  const counted = (await listReleasesToOrder(db, known.id)).filter(
    (one) => !one.isAlias && one.quarantine === undefined,
  )
  // As if it were deployed now.
  const asked = { id: 0, version, since: Number.MAX_SAFE_INTEGER, deployed: true, isAlias: false }
  const versions = new Map(counted.map((one) => [one.id, one.version]))
  const places = orderReleases(readReleases([...counted, asked], known.order)).sort((a, b) => (a.key < b.key ? -1 : 1))
  const at = places.findIndex(({ id }) => id === asked.id)
  const nearest: number[] = []
  for (let i = 1; i <= limit; i++) nearest.push(...[places[at - i], places[at + i]].flatMap((place) => place?.id ?? []))
  return nearest.slice(0, limit).flatMap((id) => versions.get(id) ?? [])
}

/** Services whose name begins like this one, or simply comes next; at most `limit`. */
export async function nearestServices(db: Db, name: string, limit = 3): Promise<string[]> {
  const beside = (below: boolean) =>
    db
      .selectFrom('services')
      .select('name')
      .where('name', below ? '<' : '>=', name)
      .orderBy('name', below ? 'desc' : 'asc')
      .limit(limit)
      .execute()
  const names = (await Promise.all([beside(true), beside(false)])).flat().map((row) => row.name)
  const alike = (other: string) => [...other].findIndex((letter, i) => letter !== name[i])
  const score = (other: string) => (alike(other) < 0 ? other.length : alike(other))
  return names.sort((a, b) => score(b) - score(a)).slice(0, limit)
}

export interface ReleaseDeployment {
  readonly id: number
  readonly environment: string
  readonly status: DeploymentStatus
  readonly effect: string | undefined
  readonly startedAt: number | undefined
  readonly finishedAt: number | undefined
  readonly at: number
  readonly actor: string | undefined
  readonly url: string | undefined
  readonly replaced: string | undefined
  /** While it was live: until when; `live` when it still is. Undefined: this deployment put nothing live. */
  readonly liveUntil: number | 'live' | undefined
}

/** The newest `limit` deployments of a release, newest first. */
export async function listReleaseDeployments(db: Db, releaseId: number, limit = 100): Promise<ReleaseDeployment[]> {
  const rows = await db
    .selectFrom('deployments as d')
    .innerJoin('environments as e', 'e.id', 'd.environment_id')
    .leftJoin('releases as r', 'r.id', 'd.replaced_release_id')
    .select(['d.id', 'e.name as environment', 'd.status', 'd.effect', 'd.started_at', 'd.finished_at', 'd.at'])
    .select(['d.actor', 'd.url', 'r.version as replaced'])
    .where('d.release_id', '=', releaseId)
    .orderBy('d.at', 'desc')
    .orderBy('d.id', 'desc')
    .limit(limit)
    .execute()
  const intervals = await db
    .selectFrom('live_intervals')
    .select(['deployment_id', 'to_at'])
    .where('release_id', '=', releaseId)
    .execute()
  const until = new Map(intervals.map(({ deployment_id, to_at }) => [deployment_id, to_at ?? ('live' as const)]))
  return rows.map((row) => ({
    id: row.id,
    environment: row.environment,
    status: row.status as DeploymentStatus,
    effect: row.effect ?? undefined,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    at: row.at,
    actor: row.actor ?? undefined,
    url: row.url ?? undefined,
    replaced: isReplacing(row.effect) ? (row.replaced ?? undefined) : undefined,
    liveUntil: until.get(row.id),
  }))
}

export interface Lane {
  readonly environment: string
  readonly tier: EnvironmentTier
  /** What ran there in the window, in order; `to` null: still runs. */
  readonly bars: readonly { readonly version: string; readonly from: number; readonly to: number | null }[]
}

export interface Lanes {
  /** Epoch ms; long enough to show what was there before. */
  readonly from: number
  readonly to: number
  readonly lanes: readonly Lane[]
}

const DAY_MS = 86_400_000
/** More bars than this cannot be told apart. */
const MOST_BARS = 60

/** What ran in each environment around the life of a release; undefined when it has never been live. */
export async function releaseLanes(db: Db, release: ReleaseDetails, now: number): Promise<Lanes | undefined> {
  const own = await db
    .selectFrom('live_intervals as l')
    .innerJoin('environments as e', 'e.id', 'l.environment_id')
    .select(['l.environment_id as id', 'e.name', 'e.tier', 'l.from_at', 'l.to_at'])
    .where('l.release_id', '=', release.id)
    .execute()
  if (own.length === 0) return undefined
  const first = Math.min(...own.map(({ from_at }) => from_at))
  const last = Math.max(...own.map(({ to_at }) => to_at ?? now))
  // Instants are whole milliseconds; PostgreSQL takes no fraction of one.
  const margin = Math.round(Math.max((last - first) * 0.08, (DAY_MS - (last - first)) / 2, 0))
  const to = Math.min(now, last + margin)
  const from = first - Math.max(margin, DAY_MS - (to - first))
  const places = [...new Map(own.map((place) => [place.id, place])).values()].sort(byTier)
  const lanes = await Promise.all(
    places.map(async (place) => ({
      environment: place.name,
      tier: place.tier as EnvironmentTier,
      bars: (
        await db
          .selectFrom('live_intervals as l')
          .innerJoin('releases as r', 'r.id', 'l.release_id')
          .select(['r.version', 'l.from_at as from', 'l.to_at as to'])
          .where('l.service_id', '=', release.serviceId)
          .where('l.environment_id', '=', place.id)
          .where('l.from_at', '<', to)
          .where((eb) => eb.or([eb('l.to_at', 'is', null), eb('l.to_at', '>', from)]))
          .orderBy('l.from_at', 'desc')
          .limit(MOST_BARS)
          .execute()
      ).reverse(),
    })),
  )
  return { from, to, lanes }
}

export interface ReleaseCommit {
  readonly sha: string
  readonly message: string | undefined
  readonly author: string | undefined
  readonly at: number | undefined
}

/** The release and the bare commits that turned out to be it: what was said of either is true of it. */
const namesOf = (db: Db, releaseId: number) =>
  db
    .selectFrom('releases as name')
    .select('name.id')
    .where((name) => name.or([name('name.id', '=', releaseId), name('name.alias_of_id', '=', releaseId)]))

/** Newest first; those without a time last. */
export async function listReleaseCommits(db: Db, releaseId: number, limit: number): Promise<ReleaseCommit[]> {
  const rows = await db
    .selectFrom('release_commits')
    .select(['sha', 'message', 'author', 'at'])
    .where('release_id', 'in', namesOf(db, releaseId))
    .orderBy((eb) => eb.fn.coalesce('at', sql.lit(0)), 'desc')
    .orderBy('sha')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    sha: row.sha,
    message: row.message ?? undefined,
    author: row.author ?? undefined,
    at: row.at ?? undefined,
  }))
}

/** Defects shown of one kind on the page of a release; a longer list belongs to the page of defects. */
const SHOWN_AT_MOST = 50
/** Defects counted of one kind. */
const COUNTED_AT_MOST = 500

export interface SomeDefects {
  /** Worst and newest first, at most 50. */
  readonly rows: readonly DefectListRow[]
  readonly count: number
  /** Counting stopped there. */
  readonly atLeast: boolean
}

export interface DefectsOfRelease {
  /** It is their first suspect. */
  readonly introduced: SomeDefects
  /** They had been fixed, and came back in it. */
  readonly regressed: SomeDefects
  /** A person or a source says it contains the fix. */
  readonly fixed: SomeDefects
  /** All of those, and any whose first report names it. */
  readonly all: SomeDefects
}

type OfRelease = { readonly id: number; readonly serviceId: number; readonly version: string }

export async function defectsOfRelease(db: Db, release: OfRelease): Promise<DefectsOfRelease> {
  const [introduced, candidates, regressed, fixed, named] = await Promise.all([
    introducedRanked(db, release),
    countIntroduced(db, release),
    regressedRanked(db, release),
    fixedIn(db, release),
    naming(db, release),
  ])
  const lists = {
    introduced: ranked(introduced),
    regressed: ranked(regressed),
    fixed: ranked(fixed),
    all: ranked([...introduced, ...regressed, ...fixed, ...named]),
  }
  const shown = Object.values(lists).flatMap((ids) => ids.slice(0, SHOWN_AT_MOST))
  const rows = new Map((await listRows(db, [...new Set(shown)])).map((row) => [row.id, row]))
  const some = (ids: readonly number[]): SomeDefects => ({
    rows: ids.slice(0, SHOWN_AT_MOST).flatMap((id) => rows.get(id) ?? []),
    count: ids.length,
    atLeast: ids.length >= COUNTED_AT_MOST,
  })
  return {
    introduced: {
      ...some(lists.introduced),
      count: Math.min(candidates, LISTED_AT_MOST),
      atLeast: candidates > LISTED_AT_MOST,
    },
    regressed: some(lists.regressed),
    fixed: some(lists.fixed),
    all: some(lists.all),
  }
}

export type PartOfRelease = 'regressed' | 'fixed' | 'all'

/** The defects of one kind, those that are counted: at most 500 of each. */
export async function listDefectIdsOfRelease(
  db: Db,
  release: OfRelease,
  part: PartOfRelease,
): Promise<readonly number[]> {
  const found = {
    regressed: () => regressedRanked(db, release),
    fixed: () => fixedIn(db, release),
    all: async () => [
      ...(await introducedRanked(db, release)),
      ...(await regressedRanked(db, release)),
      ...(await fixedIn(db, release)),
      ...(await naming(db, release)),
    ],
  }
  return [...new Set((await found[part]()).map(({ id }) => id))]
}

/** The first entries of the index for each severity, open and closed: it is sorted by them before the time. */
async function introducedRanked(db: Db, { id }: OfRelease): Promise<Ranked[]> {
  const streams = ['S1', 'S2', 'S3', 'S4'].flatMap((severity) =>
    [1, 0].map((open) =>
      db
        .selectFrom('defects')
        .select(['id', 'severity', 'first_seen_at'])
        .where('suspect_release_id', '=', id)
        .where(sql<SqlBool>`open = ${sql.lit(open)} and severity = ${sql.lit(severity)} and merged_into_id is null`)
        .orderBy('first_seen_at', 'desc')
        .orderBy('id', 'desc')
        .limit(atMost(COUNTED_AT_MOST)),
    ),
  )
  const ofStreams = streams.map((stream) => sql`select * from (${stream}) as stream`)
  const { rows } = await sql<Ranked>`
    select id, severity, first_seen_at as "firstSeenAt" from (${sql.join(ofStreams, sql` union all `)}) as found
    order by severity, first_seen_at desc, id desc limit ${atMost(COUNTED_AT_MOST)}`.execute(db)
  return rows
}

/** Up to one more than a list of defects counts. */
async function countIntroduced(db: Db, { id }: OfRelease): Promise<number> {
  const found = db
    .selectFrom('defects')
    .select('id')
    .where('suspect_release_id', '=', id)
    .where('merged_into_id', 'is', null)
    .limit(atMost(LISTED_AT_MOST + 1))
  const { n } = await db
    .selectFrom(found.as('found'))
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

const regressedRanked = (db: Db, { id }: OfRelease): Promise<Ranked[]> =>
  regressedIn(db, id)
    .select(['d.id', 'd.severity', 'd.first_seen_at as firstSeenAt'])
    .distinct()
    .orderBy('d.severity')
    .orderBy('d.first_seen_at', 'desc')
    .limit(COUNTED_AT_MOST)
    .execute()

/** Those whose first report names it. */
const naming = (db: Db, { serviceId, version }: OfRelease): Promise<Ranked[]> =>
  db
    .selectFrom('defects')
    .select(['id', 'severity', 'first_seen_at as firstSeenAt'])
    .where('service_id', '=', serviceId)
    .where('stated_version', '=', version)
    .where('merged_into_id', 'is', null)
    .orderBy('severity')
    .orderBy('first_seen_at', 'desc')
    .limit(COUNTED_AT_MOST)
    .execute()

interface Ranked {
  readonly id: number
  readonly severity: string
  readonly firstSeenAt: number
}

/** Each once, the worst and newest first. */
function ranked(defects: readonly Ranked[]): number[] {
  const byId = new Map(defects.map((defect) => [defect.id, defect]))
  return [...byId.values()]
    .sort((a, b) =>
      a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : b.firstSeenAt - a.firstSeenAt || b.id - a.id,
    )
    .map(({ id }) => id)
}

/** Looks through the fixed versions of one service, which an index holds together; the JSON decides. */
async function fixedIn(db: Db, release: { readonly serviceId: number; readonly version: string }): Promise<Ranked[]> {
  const candidates = await db
    .selectFrom('defects')
    .select(['id', 'fixed_in_json'])
    .where('service_id', '=', release.serviceId)
    .where(namesAsFix(release.version))
    .where('merged_into_id', 'is', null)
    .limit(COUNTED_AT_MOST)
    .execute()
  const ids = candidates
    .filter(({ fixed_in_json }) => (JSON.parse(fixed_in_json) as unknown[]).includes(release.version))
    .map(({ id }) => id)
  if (ids.length === 0) return []
  return await db
    .selectFrom('defects')
    .select(['id', 'severity', 'first_seen_at as firstSeenAt'])
    .where('id', 'in', ids)
    .execute()
}

export const findReleaseId = async (db: Db, service: string, version: string): Promise<number | undefined> =>
  (
    await db
      .selectFrom('releases as named')
      .innerJoin('services as s', 's.id', 'named.service_id')
      .select((eb) => eb.fn.coalesce('named.alias_of_id', 'named.id').as('id'))
      .where('s.name', '=', service)
      .where('named.version', '=', version)
      .executeTakeFirst()
  )?.id
