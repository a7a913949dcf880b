import { type PlaceHistory, wantedFrom } from '../../core/signals/weeks.ts'
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
    .innerJoin('defects as d', (join) =>
      join
        .onRef('d.service_id', '=', 'l.service_id')
        .onRef('d.environment_id', '=', 'l.environment_id')
        .onRef('d.first_seen_at', '>=', 'f.at'),
    )
    .select('l.release_id')
    .select((eb) => eb.fn.countAll<number>().as('found'))
    .where('l.environment_id', '=', environmentId)
    .where('l.to_at', 'is', null)
    .where('d.merged_into_id', 'is', null)
    .groupBy('l.release_id')
    .execute()
  return new Map(rows.map(({ release_id, found }) => [release_id, Number(found)]))
}

/**
 * The last sixty weeks of a service in an environment. Two indexed reads of at most ten thousand rows.
 *
 * @param most rows of each; fewer are for tests
 */
export async function loadPlaceHistory(
  db: Db,
  { serviceId }: Pick<LivePlace, 'serviceId'>,
  environmentId: number,
  now: number,
  most = MOST_ROWS,
): Promise<PlaceHistory> {
  const from = wantedFrom(now)
  const [seen, spans] = await Promise.all([
    db
      .selectFrom('defects')
      .select('first_seen_at')
      .where('service_id', '=', serviceId)
      .where('environment_id', '=', environmentId)
      .where('first_seen_at', '>=', from)
      .where('first_seen_at', '<', now)
      .where('merged_into_id', 'is', null)
      .where('attribution', '!=', 'not-a-change')
      .orderBy('first_seen_at', 'desc')
      .limit(most)
      .execute(),
    db
      .selectFrom('live_intervals')
      .select(['from_at', 'to_at'])
      .where('service_id', '=', serviceId)
      .where('environment_id', '=', environmentId)
      .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>', from)]))
      .orderBy('from_at', 'desc')
      .limit(most)
      .execute(),
  ])
  const oldestSeen = seen.length < most ? from : (seen.at(-1)?.first_seen_at ?? from)
  const oldestSpan = spans.length < most ? from : (spans.at(-1)?.from_at ?? from)
  return {
    completeFrom: Math.max(from, oldestSeen, oldestSpan),
    seenAt: seen.map(({ first_seen_at }) => first_seen_at),
    spans: spans.map(({ from_at, to_at }) => ({ from: from_at, to: to_at ?? undefined })),
  }
}
