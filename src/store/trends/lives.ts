import { sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import { type DefectLife, type NewestLives, newestLives } from '../../core/trends/severe-lives.ts'
import type { Db } from '../database.ts'
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
      const rows = await selectSevere(db, environmentId, stretch, mostOfEach + 1)
        .where(isNamedOneOf('service_id', serviceIds))
        .execute()
      return newestLives(rows.map(lifeOf), mostOfEach, stretch.from)
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
      selectSevere(db, place, stretch, most + 1)
        .where(isOneOf('service_id', serviceIds))
        .execute(),
    ),
  )
  const newest = found
    .flat()
    .sort((a, b) => b.first_seen_at - a.first_seen_at)
    .slice(0, most + 1)
  return newestLives(newest.map(lifeOf), most, stretch.from)
}

const selectSevere = (db: Db, environmentId: number | null, { from, to }: Stretch, most: number) =>
  db
    .selectFrom('defects')
    .select(['first_seen_at', 'open', 'status', 'resolved_at', 'status_at'])
    .where('environment_id', environmentId === null ? 'is' : '=', environmentId)
    .where('first_seen_at', '>=', from)
    .where('first_seen_at', '<', to)
    // As the index has it.
    .where(sql<boolean>`severity in ('S1', 'S2') and merged_into_id is null`)
    .orderBy('first_seen_at', 'desc')
    .limit(most)

interface LifeRow {
  readonly first_seen_at: number
  readonly open: number
  readonly status: string
  readonly resolved_at: number | null
  readonly status_at: number
}

const lifeOf = (row: LifeRow): DefectLife => ({
  seenAt: row.first_seen_at,
  closedAt: row.open === 1 ? undefined : (row.resolved_at ?? row.status_at),
  fixed: row.status === 'fixed' || row.status === 'verified',
})

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
