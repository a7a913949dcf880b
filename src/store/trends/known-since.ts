import type { Db } from '../database.ts'
import { isOneOf } from '../services/of-services.ts'
import type { TrendPlace } from './place.ts'

const DAY_MS = 86_400_000

/** When the first deployment, or the day of UTC on which the first defect, became known; undefined while none is. */
export async function findKnownSince(db: Db, { environmentId, serviceIds }: TrendPlace): Promise<number | undefined> {
  const [day, deployed] = await Promise.all([
    db
      .selectFrom('defect_days')
      .select('day')
      .where('environment_id', '=', environmentId)
      .where(isOneOf('service_id', serviceIds))
      .orderBy('day')
      .limit(1)
      .executeTakeFirst(),
    db
      .selectFrom('first_deployments')
      .select('at')
      .where('environment_id', '=', environmentId)
      .where(isOneOf('service_id', serviceIds))
      .orderBy('at')
      .limit(1)
      .executeTakeFirst(),
  ])
  const known = [...(day ? [day.day * DAY_MS] : []), ...(deployed ? [deployed.at] : [])]
  return known.length === 0 ? undefined : Math.min(...known)
}
