import type { EnvironmentTier } from '../../core/event.ts'
import type { FoundDefect } from '../../core/verdict/equal-age.ts'
import type { VerdictFacts } from '../../core/verdict/verdict.ts'
import type { Db } from '../database.ts'
import { listFirstSightings, loadVerdictFacts, type ReleasePlace } from './verdict-facts.ts'

/** What the comparison of releases in one environment looks at. */
export interface ComparisonFacts {
  readonly verdictFacts: VerdictFacts
  /** First seen there since it went live; core/verdict/equal-age.ts leaves out what came while it was not. */
  readonly found: readonly FoundDefect[]
  readonly failedDeployments: number
  readonly seen: SeenDefects
}

export interface SeenDefects {
  readonly defects: readonly RankedDefect[]
  /** Of the defects that are older than the release only the newest so many were looked at; null: all. */
  readonly stoppedAfter: number | null
}

export interface RankedDefect {
  readonly id: number
  readonly severity: string
  readonly firstSeenAt: number
}

export async function loadComparisonFacts(db: Db, place: ReleasePlace, now: number): Promise<ComparisonFacts> {
  const verdictFacts = await loadVerdictFacts(db, place, now)
  const spans = verdictFacts.release.spans.map(({ from, to }) => ({ from, to: Math.min(to ?? now, now) }))
  const [first, last] = [spans[0], spans.at(-1)]
  const [found, failedDeployments, seen] = await Promise.all([
    first && last ? listFirstSightings(db, place, first.from, last.to) : [],
    countFailed(db, place),
    listSeen(db, place, joined(spans)),
  ])
  return { verdictFacts, found, failedDeployments, seen }
}

async function countFailed(db: Db, { releaseId, environmentId }: ReleasePlace): Promise<number> {
  const { n } = await db
    .selectFrom('deployments')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('release_id', '=', releaseId)
    .where('environment_id', '=', environmentId)
    .where('status', '=', 'failed')
    .executeTakeFirstOrThrow()
  return n
}

interface Span {
  readonly from: number
  readonly to: number
}

/** Deployed again, a release has two intervals where one would do. */
function joined(spans: readonly Span[]): Span[] {
  const whole: { from: number; to: number }[] = []
  for (const span of spans) {
    const last = whole.at(-1)
    if (last && last.to === span.from) last.to = span.to
    else whole.push({ ...span })
  }
  return whole
}

/** Beyond these an old defect is hardly one that anybody compares releases for. */
const OLDER_LOOKED_AT = 1_000
/** A release that was put back more often than this is looked at where it was live last. */
const MOST_SPANS = 30

/**
 * Defects seen in the environment while it was live: first seen then, or older and seen again then. What no change
 * caused is left out, as in the verdict.
 */
async function listSeen(db: Db, place: ReleasePlace, spans: readonly Span[]): Promise<SeenDefects> {
  const looked = spans.slice(-MOST_SPANS)
  const [first, last] = [looked[0], looked.at(-1)]
  if (!first || !last) return { defects: [], stoppedAfter: null }
  const inPlace = () =>
    db
      .selectFrom('defects as d')
      .select(['d.id', 'd.severity', 'd.first_seen_at as firstSeenAt'])
      .where('d.service_id', '=', place.serviceId)
      .where('d.environment_id', '=', place.environmentId)
      .where('d.merged_into_id', 'is', null)
      .where('d.attribution', '!=', 'not-a-change')
  const since = await inPlace()
    .select('d.last_seen_at as lastSeenAt')
    .where('d.first_seen_at', '>=', first.from)
    .where('d.first_seen_at', '<', last.to)
    .execute()
  const older = await inPlace()
    .select('d.last_seen_at as lastSeenAt')
    .where('d.first_seen_at', '<', first.from)
    .orderBy('d.first_seen_at', 'desc')
    .orderBy('d.id', 'desc')
    .limit(OLDER_LOOKED_AT)
    .execute()
  const isFirstSeen = ({ firstSeenAt }: RankedDefect) =>
    looked.some(({ from, to }) => firstSeenAt >= from && firstSeenAt < to)
  const again = [...since.filter((defect) => !isFirstSeen(defect)), ...older]
    .filter(({ lastSeenAt }) => lastSeenAt >= first.from)
    .map(({ id }) => id)
  const seenAgain = await withSightings(db, place.environment, again, looked)
  return {
    defects: [
      ...since.filter((defect) => isFirstSeen(defect) || seenAgain.has(defect.id)),
      ...older.filter(({ id }) => seenAgain.has(id)),
    ],
    stoppedAfter: older.length === OLDER_LOOKED_AT ? OLDER_LOOKED_AT : null,
  }
}

/** Those of the defects that were seen in one of the spans, by sightings that name this environment or none. */
async function withSightings(
  db: Db,
  environment: string,
  defectIds: readonly number[],
  spans: readonly Span[],
): Promise<Set<number>> {
  const found = new Set<number>()
  for (let start = 0; start < defectIds.length; start += 500) {
    const rows = await db
      .selectFrom('reports as r')
      .select('r.defect_id')
      .distinct()
      .where('r.defect_id', 'in', defectIds.slice(start, start + 500))
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('sightings as s')
            .select('s.report_id')
            .whereRef('s.report_id', '=', 'r.id')
            .where((eb) =>
              eb.or(spans.map(({ from, to }) => eb.and([eb('s.seen_at', '>=', from), eb('s.seen_at', '<', to)]))),
            )
            .where((eb) => eb.or([eb('s.environment', 'is', null), eb('s.environment', '=', environment)])),
        ),
      )
      .execute()
    for (const { defect_id } of rows) found.add(defect_id)
  }
  return found
}

export interface LivePlace {
  readonly id: number
  readonly name: string
  readonly tier: EnvironmentTier
  /** How many of the releases were ever live there. */
  readonly releases: number
}

/** Where any of these releases was ever live: where the most were first, what is called production before others. */
export async function listSharedPlaces(db: Db, releaseIds: readonly number[]): Promise<LivePlace[]> {
  const rows = await db
    .selectFrom('live_intervals as l')
    .innerJoin('environments as e', 'e.id', 'l.environment_id')
    .select(['e.id', 'e.name', 'e.tier'])
    .select((eb) => eb.fn.count<number>('l.release_id').distinct().as('releases'))
    .where('l.release_id', 'in', [...releaseIds])
    .groupBy(['e.id', 'e.name', 'e.tier'])
    .execute()
  return rows
    .map((row) => ({ ...row, tier: row.tier as EnvironmentTier }))
    .sort(
      (a, b) =>
        b.releases - a.releases ||
        Number(b.name === 'production') - Number(a.name === 'production') ||
        Number(b.tier === 'production') - Number(a.tier === 'production') ||
        (a.name < b.name ? -1 : 1),
    )
}

/** `service@version` of the releases known last, for a list to pick from: of these services, or of all. */
export async function listRecentNames(db: Db, serviceIds: readonly number[], limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('releases as r')
    .innerJoin('services as s', 's.id', 'r.service_id')
    .select(['s.name', 'r.version'])
    .where('r.alias_of_id', 'is', null)
    .$if(serviceIds.length > 0, (query) => query.where('r.service_id', 'in', [...serviceIds]))
    .orderBy('r.first_known_at', 'desc')
    .orderBy('r.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ name, version }) => `${name}@${version}`)
}
