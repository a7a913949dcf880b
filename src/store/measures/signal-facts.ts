import { sql } from 'kysely'
import { FIRST_MONDAY, type PlaceHistory, WEEK_MS, wantedFrom } from '../../core/signals/weeks.ts'
import { DAY_MS } from '../../core/verdict/weekly-rhythm.ts'
import type { Db } from '../database.ts'
import { isOneOf } from '../services/of-services.ts'

/** A service that runs in an environment now. */
export interface LivePlace {
  readonly serviceId: number
  readonly service: string
  readonly releaseId: number
  readonly version: string
}

/** More services than these are not compared with each other. */
export const MOST_PLACES = 2_000

/** The services that run in an environment, by name, beginning after `after`. One read. */
export async function listLivePlaces(
  db: Db,
  environmentId: number,
  {
    after,
    serviceIds,
    limit,
  }: { after?: string | undefined; serviceIds?: readonly number[] | undefined; limit: number },
): Promise<LivePlace[]> {
  return await db
    .selectFrom('live_intervals as l')
    .innerJoin('services as s', 's.id', 'l.service_id')
    .innerJoin('releases as r', 'r.id', 'l.release_id')
    .select(['l.service_id as serviceId', 's.name as service', 'l.release_id as releaseId', 'r.version'])
    .where('l.environment_id', '=', environmentId)
    .where('l.to_at', 'is', null)
    .$if(after !== undefined, (query) => query.where('s.name', '>', after as string))
    .where(isOneOf('l.service_id', serviceIds))
    .orderBy('s.name')
    .limit(limit)
    .execute()
}

/**
 * How many defects were first seen in the environment since each live release came there, by release; those without any
 * are left out. One read: an index entry for each such defect.
 */
export async function countSinceArrival(db: Db, environmentId: number): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom('live_intervals as l')
    .innerJoin('first_deployments as f', (join) =>
      join.onRef('f.release_id', '=', 'l.release_id').onRef('f.environment_id', '=', 'l.environment_id'),
    )
    .select('l.release_id')
    // Not a join: from the defects' side every one of them would be looked at.
    .select((eb) =>
      eb
        .selectFrom('defects as d')
        .select((count) => count.fn.countAll<number>().as('found'))
        .whereRef('d.service_id', '=', 'l.service_id')
        .whereRef('d.first_seen_at', '>=', 'f.at')
        // Of the service's defects since then, in their order of time; PostgreSQL would rather have all of the environment's.
        .where(sql<boolean>`d.environment_id + 0 = l.environment_id`)
        .where('d.merged_into_id', 'is', null)
        .as('found'),
    )
    .where('l.environment_id', '=', environmentId)
    .where('l.to_at', 'is', null)
    .execute()
  return new Map(
    rows.map(({ release_id, found }) => [release_id, Number(found)] as const).filter(([, found]) => found > 0),
  )
}

/**
 * The last sixty weeks of some services in an environment, by service: a row for each service and day, for each defect
 * that no change caused, and for each removal. As many reads for many services as for one.
 *
 * @param deployments true: how many there were in each week is read as well
 */
export async function loadPlaceHistories(
  db: Db,
  serviceIds: readonly number[],
  environmentId: number,
  now: number,
  { deployments = false }: { readonly deployments?: boolean } = {},
): Promise<ReadonlyMap<number, PlaceHistory>> {
  if (serviceIds.length === 0) return new Map()
  const from = wantedFrom(now)
  const [days, excused, spans, put] = await Promise.all([
    listDays(db, serviceIds, environmentId, from),
    listExcused(db, serviceIds, environmentId, from),
    listRuns(db, serviceIds, environmentId, from),
    deployments ? countDeployments(db, serviceIds, environmentId, from) : undefined,
  ])
  return new Map(
    serviceIds.map((id): [number, PlaceHistory] => [
      id,
      {
        days: [...(days.get(id) ?? []), ...(excused.get(id) ?? [])],
        spans: spans.get(id) ?? [],
        deployments: put && (put.get(id) ?? []),
      },
    ]),
  )
}

/** The same of one service. */
export async function loadPlaceHistory(
  db: Db,
  { serviceId }: Pick<LivePlace, 'serviceId'>,
  environmentId: number,
  now: number,
): Promise<PlaceHistory> {
  return (await loadPlaceHistories(db, [serviceId], environmentId, now)).get(serviceId) as PlaceHistory
}

type Days = PlaceHistory['days'][number][]

async function listDays(
  db: Db,
  serviceIds: readonly number[],
  environmentId: number,
  from: number,
): Promise<ReadonlyMap<number, Days>> {
  const rows = await db
    .selectFrom('defect_days')
    .select(['service_id', 'day', 's1', 's2', 's3', 's4'])
    .where('environment_id', '=', environmentId)
    .where('day', '>=', from / DAY_MS)
    .$if(serviceIds.length === 1, (query) => query.where('service_id', '=', serviceIds[0] as number))
    .execute()
  const days = new Map<number, Days>()
  for (const { service_id, day, s1, s2, s3, s4 } of rows) {
    const known = days.get(service_id) ?? []
    known.push({ from: day * DAY_MS, defects: s1 + s2 + s3 + s4 })
    days.set(service_id, known)
  }
  return days
}

/** What no change caused was counted on its day; taken off again here. Few: a person said so of each. */
async function listExcused(
  db: Db,
  serviceIds: readonly number[],
  environmentId: number,
  from: number,
): Promise<ReadonlyMap<number, Days>> {
  const rows = await db
    .selectFrom('defects')
    .select(['service_id', 'environment_id', 'first_seen_at'])
    .where('attribution', 'in', [sql.lit('manual'), sql.lit('not-a-change')])
    .where('attribution', '=', 'not-a-change')
    .where('merged_into_id', 'is', null)
    .where('service_id', 'in', serviceIds)
    .execute()
  const days = new Map<number, Days>()
  for (const { service_id, environment_id, first_seen_at } of rows) {
    // Asked for in the query, these would make SQLite read every defect of the time instead of the few decided ones.
    if (environment_id !== environmentId || first_seen_at < from) continue
    const known = days.get(service_id as number) ?? []
    known.push({ from: Math.floor(first_seen_at / DAY_MS) * DAY_MS, defects: -1 })
    days.set(service_id as number, known)
  }
  return days
}

/**
 * When anything ran, since an instant. One release follows another without a gap except after a removal
 * (core/timeline.ts), so only removals are read, however many releases there were.
 */
async function listRuns(
  db: Db,
  serviceIds: readonly number[],
  environmentId: number,
  since: number,
): Promise<ReadonlyMap<number, PlaceHistory['spans']>> {
  const [starts, removals] = await Promise.all([
    listStarts(db, serviceIds, environmentId, since),
    listRemovals(db, serviceIds, environmentId, since),
  ])
  const begun = new Map(starts.map(({ id, before, end, next }) => [id, startOf({ before, end, next }, since)]))
  const runs = new Map<number, { from: number; to: number | undefined }[]>(serviceIds.map((id) => [id, []]))
  for (const { service_id, at, back } of removals) {
    const from = begun.get(service_id)
    if (from !== undefined && at > from) runs.get(service_id)?.push({ from, to: at })
    begun.set(service_id, back ?? undefined)
  }
  for (const [id, from] of begun) if (from !== undefined) runs.get(id)?.push({ from, to: undefined })
  return runs
}

/** From when on the first run counts: what was live at `since` counts from then on. */
const startOf = (
  { before, end, next }: { before: number | null; end: number | null; next: number | null },
  since: number,
): number | undefined => (before !== null && (end === null || end > since) ? since : (next ?? undefined))

/** The last interval that had begun by `since`, and the beginning of the one after it; each the first of an index. */
const listStarts = (db: Db, serviceIds: readonly number[], environmentId: number, since: number) =>
  db
    .selectFrom('services')
    .select('id')
    .select((eb) => {
      const there = eb
        .selectFrom('live_intervals')
        .whereRef('live_intervals.service_id', '=', 'services.id')
        .where('environment_id', '=', environmentId)
        .limit(1)
      const before = there.where('from_at', '<=', since).orderBy('from_at', 'desc')
      return [
        before.select('from_at').as('before'),
        before.select('to_at').as('end'),
        there.where('from_at', '>', since).orderBy('from_at').select('from_at').as('next'),
      ]
    })
    .where('id', 'in', serviceIds)
    .execute()

/** In order of time, each with what ran there next. */
const listRemovals = (db: Db, serviceIds: readonly number[], environmentId: number, since: number) =>
  db
    .selectFrom('deployments as d')
    .select(['d.service_id', 'd.at'])
    .select((eb) =>
      eb
        .selectFrom('live_intervals as l')
        .select('l.from_at')
        .whereRef('l.service_id', '=', 'd.service_id')
        .whereRef('l.environment_id', '=', 'd.environment_id')
        .whereRef('l.from_at', '>=', 'd.at')
        .orderBy('l.from_at')
        .limit(1)
        .as('back'),
    )
    .where('d.service_id', 'in', serviceIds)
    .where('d.environment_id', '=', environmentId)
    .where('d.at', '>=', since)
    // As the index has it.
    .where(sql<boolean>`d.effect = 'removal'`)
    .orderBy('d.at')
    .orderBy('d.id')
    .execute()

async function countDeployments(
  db: Db,
  serviceIds: readonly number[],
  environmentId: number,
  from: number,
): Promise<ReadonlyMap<number, { readonly from: number; readonly count: number }[]>> {
  const week = sql<number>`(from_at - ${sql.lit(FIRST_MONDAY)}) / ${sql.lit(WEEK_MS)}`
  const rows = await db
    .selectFrom('live_intervals')
    .select((eb) => ['service_id', week.as('week'), eb.fn.countAll<number>().as('count')])
    .where('service_id', 'in', serviceIds)
    .where('environment_id', '=', environmentId)
    .where('from_at', '>=', from)
    .groupBy(['service_id', week])
    .execute()
  const counts = new Map<number, { from: number; count: number }[]>(serviceIds.map((id) => [id, []]))
  for (const row of rows)
    counts.get(row.service_id)?.push({ from: FIRST_MONDAY + Number(row.week) * WEEK_MS, count: Number(row.count) })
  return counts
}
