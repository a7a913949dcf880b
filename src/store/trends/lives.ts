import { sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import { type DefectLife, type NewestLives, newestLives } from '../../core/trends/severe-lives.ts'
import type { Db } from '../database.ts'
import { columnAsJson, inColumn } from '../dialect.ts'
import { isNamedOneOf, isOneOf } from '../services/of-services.ts'
import type { TrendPlace } from './place.ts'

/** The S1 and S2 first seen in each stretch, the newest so many of it. One read of an index for each. */
export async function listSevereLives(
  db: Db,
  { environmentId, serviceIds }: TrendPlace,
  stretches: readonly Stretch[],
  mostOfEach: number,
): Promise<NewestLives[]> {
  return await Promise.all(
    stretches.map(async (stretch) => {
      const found = selectSevere(db, environmentId, stretch, mostOfEach + 1)
      const lives = await readLives(db, found.where(isNamedOneOf('service_id', serviceIds)))
      return newestLives(lives, mostOfEach, stretch.from)
    }),
  )
}

/** The same of one stretch in some environments, null for those that name none; those without a service too, if none are asked for. */
export async function listSevereLivesAt(
  db: Db,
  places: readonly (number | null)[],
  stretch: Stretch,
  most: number,
  serviceIds?: readonly number[],
): Promise<NewestLives> {
  const found = await Promise.all(
    places.map((place) =>
      readLives(db, selectSevere(db, place, stretch, most + 1).where(isOneOf('service_id', serviceIds))),
    ),
  )
  const newest = found
    .flat()
    .sort(newestFirst)
    .slice(0, most + 1)
  return newestLives(newest, most, stretch.from)
}

const selectSevere = (db: Db, environmentId: number | null, { from, to }: Stretch, most: number) =>
  db
    .selectFrom('defects')
    .select('first_seen_at')
    .select(sql<number | null>`case when open = 1 then null else coalesce(resolved_at, status_at) end`.as('closed_at'))
    .select(sql<number>`case when status in ('fixed', 'verified') then 1 else 0 end`.as('fixed'))
    .where('environment_id', environmentId === null ? 'is' : '=', environmentId)
    .where('first_seen_at', '>=', from)
    .where('first_seen_at', '<', to)
    // As the index has it.
    .where(sql<boolean>`severity in ('S1', 'S2') and merged_into_id is null`)
    .orderBy('first_seen_at', 'desc')
    .limit(most)

/** The newest first. Thousands of them, so column by column. */
async function readLives(db: Db, found: ReturnType<typeof selectSevere>): Promise<DefectLife[]> {
  const columns = await db
    .selectFrom(found.as('found'))
    .select([columnAsJson(db, 'first_seen_at').as('seen'), columnAsJson(db, 'closed_at').as('closed')])
    .select(columnAsJson(db, 'fixed').as('fixed'))
    .executeTakeFirst()
  const closed = inColumn<number | null>(columns?.closed)
  const fixed = inColumn<number>(columns?.fixed)
  return inColumn<number>(columns?.seen)
    .map((seenAt, i) => ({ seenAt, closedAt: closed[i] ?? undefined, fixed: fixed[i] === 1 }))
    .sort(newestFirst)
}

const newestFirst = (a: DefectLife, b: DefectLife): number => b.seenAt - a.seenAt

/** When defects that had been fixed were seen again in an environment, in order of time. */
export async function listRegressions(
  db: Db,
  { environmentId, serviceIds }: TrendPlace,
  { from, to }: Stretch,
): Promise<{ readonly defectId: number; readonly at: number }[]> {
  const rows = await db
    .selectFrom('generations as g')
    .innerJoin('defects as d', 'd.id', 'g.defect_id')
    .select(['g.defect_id', 'g.since_at'])
    .where(sql<boolean>`g.number > 1`)
    .where('g.since_at', '>=', from)
    .where('g.since_at', '<', to)
    .where(isNamedOneOf('d.service_id', serviceIds))
    .where('d.environment_id', '=', environmentId)
    .where('d.merged_into_id', 'is', null)
    .orderBy('g.since_at')
    .execute()
  return rows.map(({ defect_id, since_at }) => ({ defectId: defect_id, at: since_at }))
}
