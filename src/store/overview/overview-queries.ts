import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { DeploymentEffect } from '../../core/deployment/timeline.ts'
import type { DeploymentStatus, EnvironmentTier, ReleaseKind, Severity } from '../../core/event.ts'
import type { Db } from '../database.ts'
import { type DefectListRow, listRows } from '../defects/defect-list.ts'
import { atMost, isAmong } from '../dialect.ts'
import type { Database } from '../schema.ts'
import { isOneOf } from '../services/of-services.ts'
import type { TrendPlace } from '../trends/place.ts'

/**
 * What the overview shows besides what is counted (period-counts.ts). Each query reads an index range that does not grow
 * with the history: what is open, what is live, or what happened last.
 */

export interface EnvironmentChoice {
  readonly id: number
  readonly name: string
  readonly tier: EnvironmentTier
}

/** Production first, then by name. */
export async function listEnvironmentChoices(db: Db): Promise<EnvironmentChoice[]> {
  const rows = await db.selectFrom('environments').select(['id', 'name', 'tier']).orderBy('name').execute()
  const choices = rows.map(({ id, name, tier }) => ({ id, name, tier: tier as EnvironmentTier }))
  return [...choices.filter(isProduction), ...choices.filter((choice) => !isProduction(choice))]
}

const isProduction = ({ tier }: EnvironmentChoice): boolean => tier === 'production'

/**
 * The environments whose defects count. Issue trackers rarely name one; a defect that names none is held against
 * production and nothing else, so that it is neither lost nor counted twice.
 */
export type DefectPlaces = readonly (number | null)[]
export const placesOf = (environment: EnvironmentChoice): DefectPlaces =>
  isProduction(environment) ? [environment.id, null] : [environment.id]

const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

type DefectsExpression = ExpressionBuilder<Database, 'defects'>

const inPlace = (eb: DefectsExpression, place: number | null): Expression<SqlBool> =>
  place === null ? eb('environment_id', 'is', null) : eb('environment_id', '=', place)

export type SeverityCounts = Readonly<Record<Severity, number>>
const noDefects = (): Record<Severity, number> => ({ S1: 0, S2: 0, S3: 0, S4: 0 })

export interface OpenCounts {
  readonly total: SeverityCounts
  /** By service id; a service without open defects is not in it. */
  readonly byService: ReadonlyMap<number, SeverityCounts>
}

/** Open defects by severity, in total and by service; where no services are asked for, those without one too. */
export async function countOpen(db: Db, places: DefectPlaces, serviceIds?: readonly number[]): Promise<OpenCounts> {
  const total = noDefects()
  const byService = new Map<number, Record<Severity, number>>()
  const rows = await db
    .selectFrom('open_defects')
    .select(['service_id', 'severity', 'defects'])
    .where(
      'environment_id',
      'in',
      places.map((place) => place ?? NONE),
    )
    .where(isOneOf('service_id', serviceIds))
    .execute()
  for (const { service_id, severity, defects } of rows) {
    total[severity as Severity] += defects
    if (service_id === NONE) continue
    const counts = byService.get(service_id) ?? noDefects()
    counts[severity as Severity] += defects
    byService.set(service_id, counts)
  }
  return { total, byService }
}

/** As `open_defects` has it. */
const NONE = 0

/** `limit` open defects: worst first, within a severity newest first. The first entries of an index for each place. */
export async function listWorstOpen(
  db: Db,
  places: DefectPlaces,
  limit: number,
  options: {
    readonly severities?: readonly Severity[]
    readonly unassigned?: boolean
    readonly serviceIds?: readonly number[] | undefined
  } = {},
): Promise<DefectListRow[]> {
  const ids: number[] = []
  for (const severity of options.severities ?? SEVERITIES) {
    const newest = places.map((place) =>
      db
        .selectFrom('defects')
        .select(['id', 'first_seen_at'])
        .where((eb) => inPlace(eb, place))
        .where('open', '=', 1)
        .where('severity', '=', severity)
        .where('merged_into_id', 'is', null)
        .where(isOneOf('service_id', options.serviceIds))
        .$if(options.unassigned === true, (query) => query.where('assignee_id', 'is', null))
        .orderBy('first_seen_at', 'desc')
        .orderBy('id', 'desc')
        .limit(atMost(limit)),
    )
    const { rows } = await sql<{ id: number }>`
      select id from (${sql.join(
        newest.map((query) => sql`select * from (${query}) as newest`),
        sql` union all `,
      )}) as found
      order by first_seen_at desc, id desc limit ${atMost(limit)}`.execute(db)
    ids.push(...rows.slice(0, limit - ids.length).map(({ id }) => id))
    if (ids.length === limit) break
  }
  return await listRows(db, ids)
}

/** Open S1 and S2 that nobody owns, counted up to `cap` + 1. */
export async function countUnowned(
  db: Db,
  places: DefectPlaces,
  cap: number,
  serviceIds?: readonly number[],
): Promise<number> {
  const ofPlaces = places.map((place) => {
    const found = selectUnowned(db, place).where(isOneOf('service_id', serviceIds))
    return sql`(select count(*) from (${found.limit(atMost(cap + 1))}) as unowned)`
  })
  const { rows } = await sql<{ n: number }>`select ${sql.join(ofPlaces, sql` + `)} as n`.execute(db)
  return Math.min(rows[0]?.n ?? 0, cap + 1)
}

/** As the index has it, literal on purpose. */
export const selectUnowned = (db: Db, place: number | null) =>
  db
    .selectFrom('defects')
    .select('id')
    .where((eb) => inPlace(eb, place))
    .where(sql<SqlBool>`open = 1 and severity in ('S1', 'S2') and assignee_id is null and merged_into_id is null`)

/** Half-open, epoch milliseconds. */
export interface Period {
  readonly from: number
  readonly to: number
}

export interface RunningRelease {
  readonly serviceId: number
  readonly service: string
  readonly releaseId: number
  readonly version: string
  readonly kind: ReleaseKind
  /** Live since then. */
  readonly since: number
}

/** What runs in the environment now, by service. */
export async function listRunning(db: Db, { environmentId, serviceIds }: TrendPlace): Promise<RunningRelease[]> {
  const rows = await db
    .selectFrom('live_intervals as l')
    .innerJoin('services as s', 's.id', 'l.service_id')
    .innerJoin('releases as r', 'r.id', 'l.release_id')
    .select(['l.service_id', 's.name as service', 'l.release_id', 'r.version', 'r.kind', 'l.from_at'])
    .where('l.environment_id', '=', environmentId)
    .where('l.to_at', 'is', null)
    .where(isOneOf('l.service_id', serviceIds))
    .orderBy('s.name')
    .execute()
  return rows.map(toRunning)
}

interface RunningRow {
  readonly service_id: number
  readonly service: string
  readonly release_id: number
  readonly version: string
  readonly kind: string
  readonly from_at: number
}

export const toRunning = (row: RunningRow): RunningRelease => ({
  serviceId: row.service_id,
  service: row.service,
  releaseId: row.release_id,
  version: row.version,
  kind: row.kind as ReleaseKind,
  since: row.from_at,
})

/** When the newest defect of each of the services was first seen, by service id. One read, an index entry for each. */
export async function listNewestFirstSeen(db: Db, serviceIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (serviceIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('services as s')
    .select(['s.id'])
    .select((eb) =>
      eb
        .selectFrom('defects as d')
        .select('d.first_seen_at')
        .whereRef('d.service_id', '=', 's.id')
        .orderBy('d.first_seen_at', 'desc')
        .limit(atMost(1))
        .as('newest'),
    )
    .where('s.id', 'in', [...serviceIds])
    .execute()
  return new Map(rows.flatMap(({ id, newest }) => (newest === null ? [] : [[id, Number(newest)]])))
}

export interface RecentDeployment {
  readonly id: number
  readonly serviceId: number
  readonly service: string
  readonly version: string
  readonly status: DeploymentStatus
  /** Undefined until it succeeded. */
  readonly effect: DeploymentEffect | undefined
  readonly at: number
  /** Version it took the place of. */
  readonly replaced: string | undefined
  readonly actor: string | undefined
}

/** The newest deployments to the environment; the newest before an instant. An index range for each service asked for. */
export async function listRecentDeployments(
  db: Db,
  { environmentId, serviceIds }: TrendPlace,
  limit: number,
  before?: number,
): Promise<RecentDeployment[]> {
  const newest = async (serviceId?: number) =>
    await db
      .selectFrom('deployments')
      .select(['id', 'at'])
      .where('environment_id', '=', environmentId)
      .$if(serviceId !== undefined, (query) => query.where('service_id', '=', serviceId as number))
      .$if(before !== undefined, (query) => query.where('at', '<', before as number))
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(atMost(limit))
      .execute()
  const found = (await Promise.all(serviceIds?.map(newest) ?? [newest()])).flat()
  found.sort((a, b) => b.at - a.at || b.id - a.id)
  const ids = found.slice(0, limit).map(({ id }) => id)
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('deployments as d')
    .innerJoin('services as s', 's.id', 'd.service_id')
    .innerJoin('releases as r', 'r.id', 'd.release_id')
    .leftJoin('releases as replaced', 'replaced.id', 'd.replaced_release_id')
    .select(['d.id', 'd.service_id', 's.name as service', 'r.version', 'd.status', 'd.effect', 'd.at', 'd.actor'])
    .select('replaced.version as replaced')
    .where(isAmong(db, 'd.id', ids))
    .orderBy('d.at', 'desc')
    .orderBy('d.id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    serviceId: row.service_id,
    service: row.service,
    version: row.version,
    status: row.status as DeploymentStatus,
    effect: (row.effect ?? undefined) as DeploymentEffect | undefined,
    at: row.at,
    replaced: row.replaced ?? undefined,
    actor: row.actor ?? undefined,
  }))
}

export interface FailedDeliveries {
  readonly source: string
  readonly reason: string | undefined
  readonly receivedAt: number
}

/** The newest delivery that failed. */
export async function findNewestFailedDelivery(db: Db): Promise<FailedDeliveries | undefined> {
  const row = await db
    .selectFrom('deliveries as d')
    .innerJoin('sources as s', 's.id', 'd.source_id')
    .select(['s.name', 'd.reason', 'd.received_at'])
    .where('d.state', '=', 'failed')
    .orderBy('d.id', 'desc')
    .limit(atMost(1))
    .executeTakeFirst()
  return row && { source: row.name, reason: row.reason ?? undefined, receivedAt: row.received_at }
}

/** Whether anything was ever received: only then there is something to show. */
export async function hasAnyHistory(db: Db): Promise<{ readonly deployments: boolean; readonly defects: boolean }> {
  const row = await db
    .selectNoFrom((eb) => [
      eb.selectFrom('deployments').select('id').limit(atMost(1)).as('deployment'),
      eb.selectFrom('defects').select('id').limit(atMost(1)).as('defect'),
    ])
    .executeTakeFirstOrThrow()
  return { deployments: row.deployment !== null, defects: row.defect !== null }
}
