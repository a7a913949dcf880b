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
