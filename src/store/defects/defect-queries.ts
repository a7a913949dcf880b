import { sql } from 'kysely'
import type { Evidence } from '../../core/attribution/result.ts'
import type { Decisions } from '../../core/defect/defect.ts'
import type { DefectTimes } from '../../core/defect/defect-times.ts'
import type { DefectStatus, Phase, Severity } from '../../core/event.ts'
import type { OrderPolicy, OrderRule } from '../../core/release/version.ts'
import type { AttributionRemainder } from '../attribution/attributions.ts'
import type { Db } from '../database.ts'
import { numbersOf, readTimes } from './defects.ts'
import type { RegressionShown } from './fix-queries.ts'
import type { StoredFix } from './judgements.ts'

/** What the page of one defect shows, and the choices its forms and filters offer. */

export interface DefectDetails {
  readonly id: number
  /** Set: this one turned out to be that one; the rest of the record is as it was then. */
  readonly mergedIntoId: number | undefined
  readonly title: string
  readonly description: string | undefined
  readonly severity: Severity
  readonly status: DefectStatus
  readonly statusAt: number
  readonly open: boolean
  readonly phase: Phase | undefined
  readonly url: string | undefined
  readonly serviceId: number | undefined
  readonly service: string | undefined
  /** How its service orders its releases. */
  readonly order: OrderRule | undefined
  readonly environmentId: number | undefined
  readonly environment: string | undefined
  readonly statedVersion: string | undefined
  readonly statedCommit: string | undefined
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly times: DefectTimes
  readonly occurrences: number
  readonly fixes: readonly StoredFix[]
  /** What it was last seen in means, when it counts or counted as fixed. */
  readonly regression: RegressionShown | undefined
  readonly generation: number
  readonly assigneeId: number | undefined
  readonly assignee: string | undefined
  readonly decisions: Decisions
  readonly attribution: string
  readonly attributionReason: string | undefined
  readonly attributionMethod: string
  /** Undefined before it was judged by this method. */
  readonly attributionRemainder: AttributionRemainder | undefined
  readonly suspectReleaseId: number | undefined
  readonly suspectProbability: number | undefined
}

/** The name of the service that a defect is of; undefined: of none, or there is no such defect. */
export async function findServiceOfDefect(db: Db, id: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('defects as d')
    .innerJoin('services as s', 's.id', 'd.service_id')
    .select('s.name')
    .where('d.id', '=', id)
    .executeTakeFirst()
  return row?.name
}

export async function findDefect(db: Db, id: number): Promise<DefectDetails | undefined> {
  const row = await db
    .selectFrom('defects as d')
    .leftJoin('services as s', 's.id', 'd.service_id')
    .leftJoin('environments as e', 'e.id', 'd.environment_id')
    .leftJoin('users as u', 'u.id', 'd.assignee_id')
    .selectAll('d')
    .select(['s.name as service', 's.order_policy', 's.manual_order_json'])
    .select(['e.name as environment', 'u.name as assignee'])
    .where('d.id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  return {
    id: row.id,
    mergedIntoId: row.merged_into_id ?? undefined,
    title: row.title,
    description: row.description ?? undefined,
    severity: row.severity as Severity,
    status: row.status as DefectStatus,
    statusAt: row.status_at,
    open: row.open === 1,
    phase: (row.phase as Phase | null) ?? undefined,
    url: row.url ?? undefined,
    serviceId: row.service_id ?? undefined,
    service: row.service ?? undefined,
    order:
      row.order_policy === null
        ? undefined
        : { policy: row.order_policy as OrderPolicy, listed: JSON.parse(row.manual_order_json ?? '[]') as string[] },
    environmentId: row.environment_id ?? undefined,
    environment: row.environment ?? undefined,
    statedVersion: row.stated_version ?? undefined,
    statedCommit: row.stated_commit ?? undefined,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
    times: readTimes(row),
    occurrences: row.occurrences,
    fixes: JSON.parse(row.fixes_json) as StoredFix[],
    regression:
      row.regression_answer === null || row.regression_at === null
        ? undefined
        : {
            answer: row.regression_answer as RegressionShown['answer'],
            sentence: row.regression_sentence ?? '',
            at: row.regression_at,
          },
    generation: row.generation,
    assigneeId: row.assignee_id ?? undefined,
    assignee: row.assignee ?? undefined,
    decisions: JSON.parse(row.decisions_json) as Decisions,
    attribution: row.attribution,
    attributionReason: row.attribution_reason ?? undefined,
    attributionMethod: row.attribution_method,
    attributionRemainder:
      row.attribution_json === '{}' ? undefined : (JSON.parse(row.attribution_json) as AttributionRemainder),
    suspectReleaseId: row.suspect_release_id ?? undefined,
    suspectProbability: row.suspect_probability ?? undefined,
  }
}

export interface DefectReport {
  readonly id: number
  readonly source: string
  readonly sourceSlug: string
  /** What the source calls it: the number of an issue, the key of an alert; undefined when it has no name for it. */
  readonly externalId: string | undefined
  readonly title: string | undefined
  readonly url: string | undefined
  readonly firstSeenAt: number | undefined
  readonly lastSeenAt: number | undefined
  readonly firstSaidAt: number
  readonly occurrences: number
}

/** The first `limit` reports of a defect, in the order in which they came; of one source, and after one of them. */
export async function listReports(
  db: Db,
  defectId: number,
  limit = 50,
  { source, after }: { readonly source?: string | undefined; readonly after?: number | undefined } = {},
): Promise<DefectReport[]> {
  const rows = await db
    .selectFrom('reports as r')
    .innerJoin('sources as s', 's.id', 'r.source_id')
    .select(['r.id', 's.name', 's.slug', 'r.identity', 'r.facts_json', 'r.first_seen_at', 'r.last_seen_at'])
    .select(['r.first_said_at', 'r.occurrences'])
    .where('r.defect_id', '=', defectId)
    .$if(source !== undefined, (query) => query.where('s.slug', '=', source as string))
    .$if(after !== undefined, (query) => query.where('r.id', '>', after as number))
    .orderBy('r.id')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    source: row.name,
    sourceSlug: row.slug,
    externalId: externalIdIn(row.identity),
    title: statedText(row.facts_json, 'title'),
    url: statedText(row.facts_json, 'url'),
    firstSeenAt: row.first_seen_at ?? undefined,
    lastSeenAt: row.last_seen_at ?? undefined,
    firstSaidAt: row.first_said_at,
    occurrences: row.occurrences,
  }))
}

/** How many reports each source has of a defect, those with most first. */
export async function countReportsBySource(
  db: Db,
  defectId: number,
): Promise<{ readonly slug: string; readonly name: string; readonly reports: number }[]> {
  const rows = await db
    .selectFrom('reports as r')
    .innerJoin('sources as s', 's.id', 'r.source_id')
    .select((eb) => ['s.slug', 's.name', eb.fn.countAll<number>().as('reports')])
    .where('r.defect_id', '=', defectId)
    .groupBy(['s.id', 's.slug', 's.name'])
    .orderBy('reports', 'desc')
    .orderBy('s.slug')
    .execute()
  return rows.map(({ slug, name, reports }) => ({ slug, name, reports: Number(reports) }))
}

const statedText = (factsJson: string, name: 'title' | 'url'): string | undefined => {
  const facts = JSON.parse(factsJson) as { latest?: Record<string, { value?: unknown } | undefined> }
  const value = facts.latest?.[name]?.value
  return typeof value === 'string' ? value : undefined
}

/** As core/defect/defect.ts reportIdentity writes it. */
function externalIdIn(identity: string): string | undefined {
  const parts = JSON.parse(identity) as unknown[]
  const id = parts[0] === 'delivery' ? undefined : parts.at(-1)
  return typeof id === 'string' ? id : undefined
}

/** How many reports a defect has, and from how many sources. */
export async function countReports(db: Db, defectId: number): Promise<{ reports: number; sources: number }> {
  return db
    .selectFrom('reports')
    .select((eb) => [eb.fn.countAll<number>().as('reports'), eb.fn.count<number>('source_id').distinct().as('sources')])
    .where('defect_id', '=', defectId)
    .executeTakeFirstOrThrow()
}

export interface SuspectRelease {
  readonly rank: number
  readonly releaseId: number
  readonly service: string
  readonly version: string
  readonly probability: number
  readonly evidence: readonly Evidence[]
}

/** Most likely first. */
export async function listSuspects(db: Db, defectId: number): Promise<SuspectRelease[]> {
  const rows = await db
    .selectFrom('suspects as x')
    .innerJoin('releases as r', 'r.id', 'x.release_id')
    .innerJoin('services as s', 's.id', 'r.service_id')
    .select(['x.rank', 'x.release_id', 's.name as service', 'r.version', 'x.probability', 'x.evidence_json'])
    .where('x.defect_id', '=', defectId)
    .orderBy('x.rank')
    .execute()
  return rows.map((row) => ({
    rank: row.rank,
    releaseId: row.release_id,
    service: row.service,
    version: row.version,
    probability: row.probability,
    evidence: JSON.parse(row.evidence_json) as Evidence[],
  }))
}

export const findReleaseName = (db: Db, id: number): Promise<{ service: string; version: string } | undefined> =>
  db
    .selectFrom('releases as r')
    .innerJoin('services as s', 's.id', 'r.service_id')
    .select(['s.name as service', 'r.version'])
    .where('r.id', '=', id)
    .executeTakeFirst()

export interface WentLive {
  readonly environment: string
  readonly at: number
  readonly until: number | undefined
  /** What it replaced there. */
  readonly replaced: string | undefined
}

/**
 * When a release last went live before an instant: in the given environment, or in any of tier production when none is
 * given. Undefined when it never had by then.
 */
export async function findWentLive(
  db: Db,
  releaseId: number,
  place: { readonly environmentId: number | undefined; readonly before: number },
): Promise<WentLive | undefined> {
  const row = await db
    .selectFrom('live_intervals as l')
    .innerJoin('environments as e', 'e.id', 'l.environment_id')
    .innerJoin('deployments as d', 'd.id', 'l.deployment_id')
    .leftJoin('releases as r', 'r.id', 'd.replaced_release_id')
    .select(['e.name as environment', 'l.from_at', 'l.to_at', 'r.version as replaced'])
    .where('l.release_id', '=', releaseId)
    .where('l.from_at', '<=', place.before)
    .where((eb) =>
      place.environmentId === undefined
        ? eb('e.tier', '=', 'production')
        : eb('l.environment_id', '=', place.environmentId),
    )
    .orderBy('l.from_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return (
    row && {
      environment: row.environment,
      at: row.from_at,
      until: row.to_at ?? undefined,
      replaced: row.replaced ?? undefined,
    }
  )
}

/** The releases of the service that went live around an instant, newest first: for a defect that no release explains. */
export async function listDeploymentsAround(
  db: Db,
  serviceId: number,
  at: number,
  each: number,
): Promise<{ version: string; environment: string; at: number }[]> {
  const near = (before: boolean) =>
    db
      .selectFrom('live_intervals as l')
      .innerJoin('environments as e', 'e.id', 'l.environment_id')
      .innerJoin('releases as r', 'r.id', 'l.release_id')
      .select(['r.version', 'e.name as environment', 'l.from_at as at'])
      .where('l.service_id', '=', serviceId)
      .where('e.tier', '=', 'production')
      .where('l.from_at', before ? '<=' : '>', at)
      .orderBy('l.from_at', before ? 'desc' : 'asc')
      .limit(each)
      .execute()
  const [before, after] = await Promise.all([near(true), near(false)])
  return [...after.reverse(), ...before]
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
export type BinMs = typeof HOUR_MS | typeof DAY_MS | 604_800_000

export interface OccurrenceSeries {
  /** Width of one bin, milliseconds: an hour, a day or a week. */
  readonly binMs: BinMs
  /** Only bins with occurrences, earliest first; `at` is the start of the bin. */
  readonly bins: readonly { readonly at: number; readonly count: number }[]
  /** Occurrences before the first bin, when there were too many bins to show. */
  readonly earlier: number
}

/** Bars that can still be told apart. */
const MOST_BINS = 120

/** Occurrences over time in bins as fine as fit, from `from` (e.g. a deployment just before) to the last sighting. */
export async function occurrenceSeries(
  db: Db,
  defectId: number,
  range: { readonly from: number; readonly to: number },
): Promise<OccurrenceSeries> {
  const span = Math.max(0, range.to - range.from)
  const binMs: BinMs = span <= MOST_BINS * HOUR_MS ? HOUR_MS : span <= MOST_BINS * DAY_MS ? DAY_MS : 604_800_000
  // Integer division must stay one: a bound parameter would make it real on SQLite.
  const bin = sql<number>`cast(bucket_at / ${sql.lit(binMs)} as bigint) * ${sql.lit(binMs)}`
  const rows = await db
    .selectFrom('occurrence_buckets')
    .select(bin.as('at'))
    .select((eb) => eb.fn.sum<number>('count').as('count'))
    .where('defect_id', '=', defectId)
    .groupBy(bin)
    .orderBy(bin, 'desc')
    .execute()
  const oldest = range.to - MOST_BINS * binMs
  return {
    binMs,
    bins: rows.filter(({ at }) => at > oldest).reverse(),
    earlier: rows.filter(({ at }) => at <= oldest).reduce((sum, { count }) => sum + count, 0),
  }
}

export interface Activity {
  readonly id: number
  readonly at: number
  readonly actor: string | undefined
  readonly kind: string
  readonly detail: Readonly<Record<string, unknown>>
}

/** What is told of both defects it concerns; while they are one, once is enough. */
const TOLD_TWICE = ['merged-into', 'split-off', 'identity-undone']

/** The newest `limit` activities, newest first. */
export async function listActivities(db: Db, defectId: number, limit = 100): Promise<Activity[]> {
  const rows = await db
    .selectFrom('activities')
    .selectAll()
    .where('defect_id', 'in', numbersOf(db, defectId))
    .where((eb) => eb.or([eb('defect_id', '=', defectId), eb('kind', 'not in', TOLD_TWICE)]))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    actor: row.actor ?? undefined,
    kind: row.kind,
    detail: JSON.parse(row.detail_json) as Record<string, unknown>,
  }))
}

export async function countActivities(db: Db, defectId: number): Promise<number> {
  const { n } = await db
    .selectFrom('activities')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('defect_id', 'in', numbersOf(db, defectId))
    .where((eb) => eb.or([eb('defect_id', '=', defectId), eb('kind', 'not in', TOLD_TWICE)]))
    .executeTakeFirstOrThrow()
  return n
}

export interface Choice {
  readonly id: number
  readonly name: string
}

/** Most choices a menu offers; beyond, people type. */
export const MOST_CHOICES = 500

export const listServiceChoices = (db: Db): Promise<Choice[]> =>
  db.selectFrom('services').select(['id', 'name']).orderBy('name').limit(MOST_CHOICES).execute()

export const listEnvironmentChoices = (db: Db): Promise<Choice[]> =>
  db.selectFrom('environments').select(['id', 'name']).orderBy('name').limit(MOST_CHOICES).execute()

/** By slug, which stands in URLs. */
export const listSourceChoices = (db: Db): Promise<(Choice & { slug: string })[]> =>
  db.selectFrom('sources').select(['id', 'name', 'slug']).orderBy('name').limit(MOST_CHOICES).execute()

/** Releases of one service that a person may blame or name as a fix, newest first. */
export async function listReleaseChoices(db: Db, serviceId: number, limit = 50): Promise<Choice[]> {
  return db
    .selectFrom('releases')
    .select(['id', 'version as name'])
    .where('service_id', '=', serviceId)
    .where('alias_of_id', 'is', null)
    .where('quarantine', 'is', null)
    .orderBy('first_known_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}

/** The id of the defect that became known last; 0 while there is none. */
export async function findNewestDefectId(db: Db): Promise<number> {
  const newest = await db.selectFrom('defects').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
  return newest?.id ?? 0
}

/** Of those that became known after it, the first so many. */
export async function listDefectIdsAfter(db: Db, id: number, most: number): Promise<number[]> {
  const rows = await db.selectFrom('defects').select('id').where('id', '>', id).orderBy('id').limit(most).execute()
  return rows.map((row) => row.id)
}

export const hasAnyDefect = async (db: Db): Promise<boolean> =>
  (await db.selectFrom('defects').select('id').limit(1).executeTakeFirst()) !== undefined

export const findServiceId = async (db: Db, name: string): Promise<number | undefined> =>
  (await db.selectFrom('services').select('id').where('name', '=', name).executeTakeFirst())?.id

export const findEnvironmentId = async (db: Db, name: string): Promise<number | undefined> =>
  (await db.selectFrom('environments').select('id').where('name', '=', name).executeTakeFirst())?.id
