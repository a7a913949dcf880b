import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import type { CameAndWent } from '../../core/trends/facts.ts'
import type { Db } from '../database.ts'
import { isNamedOneOf, isOneOf } from '../services/of-services.ts'
import { type CountedByDay, type CountedPlaces, countByStretch, type Part } from './day-counts.ts'
import { countedPlaces, type TrendPlace } from './place.ts'

type Count = keyof CameAndWent

const NOTHING: CameAndWent = { s1: 0, s2: 0, s3: 0, s4: 0, byPeople: 0, fixed: 0, givenUp: 0 }
const CAME_AND_WENT: CountedByDay<Count> = {
  tables: ['defect_days'],
  hours: 'defect_hours',
  columns: { s1: 's1', s2: 's2', s3: 's3', s4: 's4', byPeople: 'by_people', fixed: 'fixed', givenUp: 'given_up' },
  countParts,
}

/** How many defects came and went in each of adjoining stretches, by service; one without any is left out. */
export const countCameAndWent = (
  db: Db,
  place: TrendPlace,
  stretches: readonly Stretch[],
): Promise<ReadonlyMap<number, readonly CameAndWent[]>> =>
  countByStretch(db, countedPlaces(place), stretches, CAME_AND_WENT)

async function countParts(db: Db, places: CountedPlaces, cuts: RawBuilder<unknown>): Promise<Part<Count>[]> {
  const [came, went] = await Promise.all([countCame(db, places, cuts), countWent(db, places, cuts)])
  return [
    ...came.map(({ cut, service_id, severity, by_people, n }) => ({
      ...{ ...NOTHING, cut, serviceId: service_id, byPeople: by_people },
      [severity.toLowerCase()]: n,
    })),
    ...went.map(({ cut, service_id, status, n }) => ({
      ...{ ...NOTHING, cut, serviceId: service_id },
      ...(status === 'fixed' || status === 'verified' ? { fixed: n } : { givenUp: n }),
    })),
  ]
}

async function countCame(db: Db, { environmentIds, serviceIds }: CountedPlaces, cuts: RawBuilder<unknown>) {
  const byPeople = serviceIds === undefined ? sql`0` : sql`sum(case when d.detection = 'issue' then 1 else 0 end)`
  const { rows } = await sql<{ cut: number; service_id: number; severity: string; by_people: number; n: number }>`
    ${cuts} select cut, d.service_id, d.severity, ${byPeople} as by_people, count(*) as n
    from cuts cross join defects d
    where ${isOneOf('d.environment_id', environmentIds)} and d.open in (0, 1) and d.severity in ('S1', 'S2', 'S3', 'S4')
    and d.first_seen_at >= low and d.first_seen_at < high and d.merged_into_id is null
    and ${isNamedOneOf('d.service_id', serviceIds)} group by cut, d.service_id, d.severity`.execute(db)
  return rows
}

async function countWent(db: Db, { environmentIds, serviceIds }: CountedPlaces, cuts: RawBuilder<unknown>) {
  const { rows } = await sql<{ cut: number; service_id: number; status: string; n: number }>`
    ${cuts} select cut, d.service_id, d.status, count(*) as n
    from cuts cross join defects d
    where ${isOneOf('d.environment_id', environmentIds)} and d.open = 0 and d.merged_into_id is null
    and coalesce(d.resolved_at, d.status_at) >= low and coalesce(d.resolved_at, d.status_at) < high
    and ${isNamedOneOf('d.service_id', serviceIds)} group by cut, d.service_id, d.status`.execute(db)
  return rows
}

/** How many defects are open, those first seen at `before` or later left out: of all that are, less these, mostly none. */
export async function countOpenDefects(
  db: Db,
  { environmentId, serviceIds }: TrendPlace,
  before: number,
): Promise<number> {
  const { all, later } = await db
    .selectNoFrom((eb) => [
      eb
        .selectFrom('open_defects')
        .select((sum) => sum.fn.sum<number>('defects').as('n'))
        .where('environment_id', '=', environmentId)
        .where(serviceIds === undefined ? sql<SqlBool>`service_id > 0` : isOneOf('service_id', serviceIds))
        .as('all'),
      eb
        .selectFrom('defects')
        .select((count) => count.fn.countAll<number>().as('n'))
        .where('environment_id', '=', environmentId)
        .where(sql<SqlBool>`open = 1 and severity in ('S1', 'S2', 'S3', 'S4') and merged_into_id is null`)
        .where('first_seen_at', '>=', before)
        .where(isNamedOneOf('service_id', serviceIds))
        .as('later'),
    ])
    .executeTakeFirstOrThrow()
  return (all ?? 0) - (later ?? 0)
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
