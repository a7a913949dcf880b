import { type Expression, type SqlBool, sql } from 'kysely'
import type { Severity } from '../../core/event.ts'
import type { Db } from '../database.ts'
import { isOneOf } from '../services/of-services.ts'
import type { TrendPlace } from '../trends/place.ts'
import {
  type DefectPlaces,
  type OpenCounts,
  type RunningRelease,
  type SeverityCounts,
  toRunning,
} from './overview-queries.ts'

/** How an environment stood at an instant of the past: just before it, as a stretch of time that ends with it tells. */

/** What ran there then, by service. An index entry for each service. */
export async function listRunningThen(
  db: Db,
  { environmentId, serviceIds }: TrendPlace,
  at: number,
): Promise<RunningRelease[]> {
  const rows = await db
    .selectFrom('services as s')
    .innerJoin('live_intervals as l', (join) =>
      join
        .onRef('l.service_id', '=', 's.id')
        .on('l.environment_id', '=', environmentId)
        .on((eb) =>
          eb(
            'l.from_at',
            '=',
            eb
              .selectFrom('live_intervals as last')
              .select((inner) => inner.fn.max('last.from_at').as('at'))
              .whereRef('last.service_id', '=', 's.id')
              .where('last.environment_id', '=', environmentId)
              .where('last.from_at', '<', at),
          ),
        ),
    )
    .innerJoin('releases as r', 'r.id', 'l.release_id')
    .select(['l.service_id', 's.name as service', 'l.release_id', 'r.version', 'r.kind', 'l.from_at'])
    .where((eb) => eb.or([eb('l.to_at', 'is', null), eb('l.to_at', '>=', at)]))
    .where(isOneOf('s.id', serviceIds))
    .orderBy('s.name')
    .execute()
  return rows.map(toRunning)
}

/** Closed since then, of one place: more would take longer than people wait for a page. */
const MOST_CLOSED = 50_000

/**
 * Defects open then, by the severity and the service that they have now, as the filter `openAt` of their list finds them;
 * undefined when more were closed since then than are read at once.
 */
export async function countOpenThen(
  db: Db,
  places: DefectPlaces,
  at: number,
  {
    serviceIds,
    most = MOST_CLOSED,
  }: { readonly serviceIds?: readonly number[] | undefined; readonly most?: number } = {},
): Promise<OpenCounts | undefined> {
  const total = none()
  const byService = new Map<number, Record<Severity, number>>()
  const add = (serviceId: number | null, severity: Severity, n: number) => {
    total[severity] += n
    if (serviceId === null) return
    const counts = byService.get(serviceId) ?? none()
    counts[severity] += n
    byService.set(serviceId, counts)
  }
  for (const place of places) {
    const stillOpen = await db
      .selectFrom('defects')
      .select((eb) => ['service_id', 'severity', eb.fn.countAll<number>().as('n')])
      .where(inPlace(place))
      .where('open', '=', 1)
      .where('merged_into_id', 'is', null)
      .where('first_seen_at', '<', at)
      .where(isOneOf('service_id', serviceIds))
      .groupBy(['service_id', 'severity'])
      .execute()
    for (const { service_id, severity, n } of stillOpen) add(service_id, severity as Severity, n)
    const closed = await countClosedSince(db, place, at, most + 1)
    if (closed.reduce((sum, { closed: n }) => sum + n, 0) > most) return undefined
    for (const { service_id, severity, open_then } of closed)
      if (serviceIds === undefined || (service_id !== null && serviceIds.includes(service_id)))
        add(service_id, severity, open_then)
  }
  return { total, byService }
}

interface Closed {
  readonly service_id: number | null
  readonly severity: Severity
  readonly closed: number
  /** Of these. */
  readonly open_then: number
}

/** Of one place, `limit` of them at most. From the index of what was closed alone. */
async function countClosedSince(db: Db, place: number | null, at: number, limit: number): Promise<Closed[]> {
  const found = await sql<Closed>`select service_id, severity, count(*) as closed,
      sum(case when first_seen_at < ${at} and resolved_at >= ${at} then 1 else 0 end) as open_then
    from (${selectClosedSince(db, place, at, limit)}) as closed group by service_id, severity`.execute(db)
  return found.rows
}

/** As the index has it, literal on purpose; `resolved_at` alone decides. */
export const selectClosedSince = (db: Db, place: number | null, at: number, limit: number) =>
  db
    .selectFrom('defects')
    .select(['service_id', 'severity', 'first_seen_at', 'resolved_at'])
    .where(inPlace(place))
    .where(sql<SqlBool>`coalesce(resolved_at, status_at) >= ${at} and open = 0 and merged_into_id is null`)
    .limit(limit)

const none = (): Record<Severity, number> & SeverityCounts => ({ S1: 0, S2: 0, S3: 0, S4: 0 })

const inPlace = (place: number | null): Expression<SqlBool> =>
  place === null ? sql<SqlBool>`environment_id is null` : sql<SqlBool>`environment_id = ${place}`
