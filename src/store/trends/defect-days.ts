import { type RawBuilder, sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import type { CameAndWent } from '../../core/trends/facts.ts'
import type { Db } from '../database.ts'
import { addUpDays, cutDays, edgesOf, wholeDays } from './day-counts.ts'
import type { TrendPlace } from './place.ts'

const NOTHING: CameAndWent = { s1: 0, s2: 0, s3: 0, s4: 0, byPeople: 0, fixed: 0, givenUp: 0 }

/**
 * How many defects came and went in each of adjoining stretches, by service; one without any is left out. Whole days
 * of UTC are added up as they were counted (`defect_days`). Where a stretch begins within
 * such a day, the defects of the day until then are counted one by one, from indexes.
 */
export async function countCameAndWent(
  db: Db,
  place: TrendPlace,
  stretches: readonly Stretch[],
): Promise<ReadonlyMap<number, readonly CameAndWent[]>> {
  const edges = edgesOf(stretches)
  const [days, parts] = await Promise.all([sumDays(db, place, edges), countParts(db, place, edges)])
  return addUpDays<keyof CameAndWent>(NOTHING, edges, days, parts)
}

interface Sums extends CameAndWent {
  /** Counted from 0. */
  readonly stretch: number
  readonly serviceId: number
}

/** Added up by the engine, for a year has many days. */
async function sumDays(db: Db, { environmentId, serviceId }: TrendPlace, edges: readonly number[]): Promise<Sums[]> {
  const stretches = wholeDays(edges)
  if (!stretches) return []
  const found = await sql<Sums>`
    ${stretches} select stretch, d.service_id as "serviceId", sum(d.s1) as s1, sum(d.s2) as s2, sum(d.s3) as s3,
      sum(d.s4) as s4, sum(d.by_people) as "byPeople", sum(d.fixed) as fixed, sum(d.given_up) as "givenUp"
    from stretches cross join defect_days d
    where d.environment_id = ${environmentId} and d.day >= low and d.day < high
    and ${serviceId === undefined ? sql`true` : sql`d.service_id = ${serviceId}`}
    group by stretch, d.service_id`.execute(db)
  return found.rows
}

interface Part extends CameAndWent {
  /** Counted from 0; from midnight UTC until then. */
  readonly edge: number
  readonly serviceId: number
}

async function countParts(db: Db, place: TrendPlace, edges: readonly number[]): Promise<Part[]> {
  const cuts = cutDays(edges)
  if (!cuts) return []
  const [came, went] = await Promise.all([countCame(db, place, cuts), countWent(db, place, cuts)])
  return [
    ...came.map(({ edge, service_id, severity, by_people, n }) => ({
      ...{ ...NOTHING, edge, serviceId: service_id, byPeople: by_people },
      [severity.toLowerCase()]: n,
    })),
    ...went.map(({ edge, service_id, status, n }) => ({
      ...{ ...NOTHING, edge, serviceId: service_id },
      ...(status === 'fixed' || status === 'verified' ? { fixed: n } : { givenUp: n }),
    })),
  ]
}

async function countCame(db: Db, { environmentId, serviceId }: TrendPlace, cuts: RawBuilder<unknown>) {
  const byPeople = serviceId === undefined ? sql`0` : sql`sum(case when d.detection = 'issue' then 1 else 0 end)`
  const { rows } = await sql<{ edge: number; service_id: number; severity: string; by_people: number; n: number }>`
    ${cuts} select edge, d.service_id, d.severity, ${byPeople} as by_people, count(*) as n
    from cuts cross join defects d
    where d.environment_id = ${environmentId} and d.open in (0, 1) and d.severity in ('S1', 'S2', 'S3', 'S4')
    and d.first_seen_at >= low and d.first_seen_at < high and d.merged_into_id is null
    and ${ofService(serviceId)} group by edge, d.service_id, d.severity`.execute(db)
  return rows
}

async function countWent(db: Db, { environmentId, serviceId }: TrendPlace, cuts: RawBuilder<unknown>) {
  const { rows } = await sql<{ edge: number; service_id: number; status: string; n: number }>`
    ${cuts} select edge, d.service_id, d.status, count(*) as n
    from cuts cross join defects d
    where d.environment_id = ${environmentId} and d.open = 0 and d.merged_into_id is null
    and coalesce(d.resolved_at, d.status_at) >= low and coalesce(d.resolved_at, d.status_at) < high
    and ${ofService(serviceId)} group by edge, d.service_id, d.status`.execute(db)
  return rows
}

const ofService = (serviceId: number | undefined) =>
  serviceId === undefined ? sql`d.service_id is not null` : sql`d.service_id = ${serviceId}`

/** How many defects are open, those first seen at `before` or later left out. */
export async function countOpenDefects(db: Db, place: TrendPlace, before: number): Promise<number> {
  const { n } = await db
    .selectFrom('defects')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('environment_id', '=', place.environmentId)
    .where('open', '=', 1)
    .where('severity', 'in', ['S1', 'S2', 'S3', 'S4'])
    .where('first_seen_at', '<', before)
    .where('merged_into_id', 'is', null)
    .where((eb) =>
      place.serviceId === undefined ? eb('service_id', 'is not', null) : eb('service_id', '=', place.serviceId),
    )
    .executeTakeFirstOrThrow()
  return n
}

/** How many defects were open at an instant that is past, told backwards from now; are open now, if it is to come. */
export async function countOpenAt(db: Db, place: TrendPlace, at: number, now: number): Promise<number> {
  if (at > now) return countOpenDefects(db, place, at)
  const [open, since] = await Promise.all([
    countOpenDefects(db, place, now + 1),
    countCameAndWent(db, place, [{ from: at, to: now + 1 }]),
  ])
  return [...since.values()].reduce((sum, [counts]) => {
    const { s1, s2, s3, s4, fixed, givenUp } = counts as CameAndWent
    return sum + fixed + givenUp - (s1 + s2 + s3 + s4)
  }, open)
}
