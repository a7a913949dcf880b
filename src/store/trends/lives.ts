import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import { type DefectLife, type NewestLives, newestLives } from '../../core/trends/severe-lives.ts'
import type { Db } from '../database.ts'
import { atMost, columnAsJson, inColumn } from '../dialect.ts'
import { isNamedOneOf, isOneOf } from '../services/of-services.ts'
import type { TrendPlace } from './place.ts'

/** The S1 and S2 first seen in each stretch, the newest so many of it. One statement, a read of an index for each. */
export async function listSevereLives(
  db: Db,
  { environmentId, serviceIds }: TrendPlace,
  stretches: readonly Stretch[],
  mostOfEach: number,
): Promise<NewestLives[]> {
  const service = isNamedOneOf('service_id', serviceIds)
  const parts = stretches.map((stretch) => ({ place: environmentId, stretch }))
  const found = await readLives(db, parts, service, mostOfEach + 1)
  return stretches.map(({ from }, i) => newestLives(found[i] ?? [], mostOfEach, from))
}

/** The same in some environments, null for those that name none; those without a service too, if none are asked for. */
export async function listSevereLivesAt(
  db: Db,
  places: readonly (number | null)[],
  stretches: readonly Stretch[],
  mostOfEach: number,
  serviceIds?: readonly number[],
): Promise<NewestLives[]> {
  const parts = stretches.flatMap((stretch) => places.map((place) => ({ place, stretch })))
  const found = await readLives(db, parts, isOneOf('service_id', serviceIds), mostOfEach + 1)
  return stretches.map(({ from }, i) => {
    const ofPlaces = found.slice(i * places.length, (i + 1) * places.length).flat()
    return newestLives(ofPlaces.sort(newestFirst).slice(0, mostOfEach + 1), mostOfEach, from)
  })
}

interface Part {
  readonly place: number | null
  readonly stretch: Stretch
}

/** Of each part the newest first. Thousands of them, so column by column. */
async function readLives(
  db: Db,
  parts: readonly Part[],
  service: RawBuilder<SqlBool>,
  mostOfEach: number,
): Promise<DefectLife[][]> {
  const lives: DefectLife[][] = parts.map(() => [])
  if (parts.length === 0) return lives
  const ofParts = parts.map(
    (part, i) => sql`select * from (${selectSevere(db, part, i, mostOfEach).where(service)}) as ${sql.ref(`part${i}`)}`,
  )
  const names = ['part', 'seen', 'closed', 'fixed']
  const columns = names.map((name) => sql`${columnAsJson(db, name)} as ${sql.ref(name)}`)
  const { rows } = await sql<Record<string, string | null>>`
    select ${sql.join(columns)} from (${sql.join(ofParts, sql` union all `)}) as found`.execute(db)
  const seen = inColumn<number>(rows[0]?.seen)
  const closed = inColumn<number | null>(rows[0]?.closed)
  const fixed = inColumn<number>(rows[0]?.fixed)
  for (const [i, part] of inColumn<number>(rows[0]?.part).entries())
    lives[part]?.push({ seenAt: seen[i] as number, closedAt: closed[i] ?? undefined, fixed: fixed[i] === 1 })
  for (const ofPart of lives) ofPart.sort(newestFirst)
  return lives
}

const selectSevere = (db: Db, { place, stretch: { from, to } }: Part, part: number, most: number) =>
  db
    .selectFrom('defects')
    .select([sql<number>`${sql.lit(part)}`.as('part'), 'first_seen_at as seen'])
    .select(sql<number | null>`case when open = 1 then null else coalesce(resolved_at, status_at) end`.as('closed'))
    .select(sql<number>`case when status in ('fixed', 'verified') then 1 else 0 end`.as('fixed'))
    .where('environment_id', place === null ? 'is' : '=', place)
    .where('first_seen_at', '>=', from)
    .where('first_seen_at', '<', to)
    // As the index has it.
    .where(sql<boolean>`severity in ('S1', 'S2') and merged_into_id is null`)
    .orderBy('first_seen_at', 'desc')
    .limit(atMost(most))

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
