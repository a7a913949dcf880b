import { sql } from 'kysely'
import { type PlaceHistory, wantedFrom } from '../../core/signals/weeks.ts'
import { DAY_MS } from '../../core/verdict/weekly-rhythm.ts'
import type { Db } from '../database.ts'

/** A service that runs in an environment now. */
export interface LivePlace {
  readonly serviceId: number
  readonly service: string
  readonly releaseId: number
  readonly version: string
}

/** More services than these are not compared with each other. */
export const MOST_PLACES = 2_000
/** Of one service; where there are more the history begins later. */
const MOST_ROWS = 10_000

/** The services that run in an environment, by name, beginning after `after`. One read. */
export async function listLivePlaces(
  db: Db,
  environmentId: number,
  { after, serviceId, limit }: { after?: string | undefined; serviceId?: number | undefined; limit: number },
): Promise<LivePlace[]> {
  return await db
    .selectFrom('live_intervals as l')
    .innerJoin('services as s', 's.id', 'l.service_id')
    .innerJoin('releases as r', 'r.id', 'l.release_id')
    .select(['l.service_id as serviceId', 's.name as service', 'l.release_id as releaseId', 'r.version'])
    .where('l.environment_id', '=', environmentId)
    .where('l.to_at', 'is', null)
    .$if(after !== undefined, (query) => query.where('s.name', '>', after as string))
    .$if(serviceId !== undefined, (query) => query.where('l.service_id', '=', serviceId as number))
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
        .whereRef('d.environment_id', '=', 'l.environment_id')
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
 * The last sixty weeks of some services in an environment, by service. Three reads: a row for each service and day, for
 * each defect that no change caused, and for the newest ten thousand runs of each service.
 *
 * @param most runs of each; fewer are for tests
 */
export async function loadPlaceHistories(
  db: Db,
  serviceIds: readonly number[],
  environmentId: number,
  now: number,
  most = MOST_ROWS,
): Promise<ReadonlyMap<number, PlaceHistory>> {
  if (serviceIds.length === 0) return new Map()
  const from = wantedFrom(now)
  const [days, excused, ...spans] = await Promise.all([
    listDays(db, serviceIds, environmentId, from),
    listExcused(db, serviceIds, environmentId, from),
    ...serviceIds.map((serviceId) => listSpans(db, serviceId, environmentId, from, most)),
  ])
  return new Map(
    serviceIds.map((serviceId, i) => {
      const own = spans[i] ?? []
      const oldestSpan = own.length < most ? from : (own.at(-1)?.from_at ?? from)
      const history: PlaceHistory = {
        completeFrom: Math.max(from, oldestSpan),
        days: [...(days.get(serviceId) ?? []), ...(excused.get(serviceId) ?? [])],
        spans: own.map(({ from_at, to_at }) => ({ from: from_at, to: to_at ?? undefined })),
      }
      return [serviceId, history] as const
    }),
  )
}

/** The same of one service. */
export async function loadPlaceHistory(
  db: Db,
  { serviceId }: Pick<LivePlace, 'serviceId'>,
  environmentId: number,
  now: number,
  most?: number,
): Promise<PlaceHistory> {
  return (await loadPlaceHistories(db, [serviceId], environmentId, now, most)).get(serviceId) as PlaceHistory
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

const listSpans = (db: Db, serviceId: number, environmentId: number, from: number, most: number) =>
  db
    .selectFrom('live_intervals')
    .select(['from_at', 'to_at'])
    .where('service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', from)]))
    .orderBy('from_at', 'desc')
    .limit(most)
    .execute()
