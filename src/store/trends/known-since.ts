import type { Db } from '../database.ts'
import { atMost } from '../dialect.ts'
import { isOneOf } from '../services/of-services.ts'
import type { TrendPlace } from './place.ts'

const DAY_MS = 86_400_000

/** When the first deployment, or the day of UTC on which the first defect, became known; undefined while none is. */
export async function findKnownSince(db: Db, { environmentId, serviceIds }: TrendPlace): Promise<number | undefined> {
  const known = await db
    .selectNoFrom((eb) => [
      eb
        .selectFrom('defect_days')
        .select('day')
        .where('environment_id', '=', environmentId)
        .where(isOneOf('service_id', serviceIds))
        .orderBy('day')
        .limit(atMost(1))
        .as('day'),
      eb
        .selectFrom('first_deployments')
        .select('at')
        .where('environment_id', '=', environmentId)
        .where(isOneOf('service_id', serviceIds))
        .orderBy('at')
        .limit(atMost(1))
        .as('deployed'),
    ])
    .executeTakeFirstOrThrow()
  const since = [
    ...(known.day === null ? [] : [known.day * DAY_MS]),
    ...(known.deployed === null ? [] : [known.deployed]),
  ]
  return since.length === 0 ? undefined : Math.min(...since)
}
