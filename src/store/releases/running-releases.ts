import type { Db } from '../database.ts'
import { isOneOf } from '../services/of-services.ts'

/** What runs in production, of one service or of all: ids, deployed last first, at most `limit`. */
export async function listRunningInProduction(
  db: Db,
  serviceIds: readonly number[] | undefined,
  limit: number,
): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('live_intervals as l')
    .innerJoin('environments as e', 'e.id', 'l.environment_id')
    .select((eb) => ['l.release_id as id', eb.fn.max('l.from_at').as('since')])
    .where('l.to_at', 'is', null)
    .where('e.tier', '=', 'production')
    .where(isOneOf('l.service_id', serviceIds))
    .groupBy('l.release_id')
    .orderBy('since', 'desc')
    .orderBy('l.release_id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Ids of the environments in which a service runs: those with this version of it, where there are any, else all. */
export async function listWhereRunning(db: Db, service: string, version: string | undefined): Promise<number[]> {
  const rows = await db
    .selectFrom('live_intervals as l')
    .innerJoin('services as s', 's.id', 'l.service_id')
    .innerJoin('releases as r', 'r.id', 'l.release_id')
    .select(['l.environment_id', 'r.version'])
    .where('s.name', '=', service)
    .where('l.to_at', 'is', null)
    .execute()
  const there = rows.filter((row) => row.version === version)
  return (there.length > 0 ? there : rows).map(({ environment_id }) => environment_id)
}
