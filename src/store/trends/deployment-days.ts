import { sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import type { PlacedCounts } from '../../core/trends/change-failures.ts'
import type { Db } from '../database.ts'
import { addUpDays, cutDays, edgesOf, wholeDays } from './day-counts.ts'
import type { TrendPlace } from './place.ts'

const NOTHING: PlacedCounts = { deployments: 0, rollbacks: 0, emergencies: 0, failed: 0 }

/**
 * How many deployments put a release in place in each of adjoining stretches, by service; one without any is left out.
 * Whole days of UTC are added up as they were counted (`deployment_days`); what a stretch cuts off a day is counted
 * one by one, from indexes.
 */
export async function countPlaced(
  db: Db,
  place: TrendPlace,
  stretches: readonly Stretch[],
): Promise<ReadonlyMap<number, readonly PlacedCounts[]>> {
  const edges = edgesOf(stretches)
  const [days, parts] = await Promise.all([sumDays(db, place, edges), countParts(db, place, edges)])
  return addUpDays<keyof PlacedCounts>(NOTHING, edges, days, parts)
}

interface Sums extends PlacedCounts {
  /** Counted from 0. */
  readonly stretch: number
  readonly serviceId: number
}

/** Added up by the engine, for a year has many days. */
async function sumDays(db: Db, { environmentId, serviceId }: TrendPlace, edges: readonly number[]): Promise<Sums[]> {
  const stretches = wholeDays(edges)
  if (!stretches) return []
  const found = await sql<Sums>`
    ${stretches} select stretch, d.service_id as "serviceId", sum(d.deployments) as deployments,
      sum(d.rollbacks) as rollbacks, sum(d.emergencies) as emergencies, sum(d.failed) as failed
    from stretches cross join deployment_days d
    where d.environment_id = ${environmentId} and d.day >= low and d.day < high
    and ${serviceId === undefined ? sql`true` : sql`d.service_id = ${serviceId}`}
    group by stretch, d.service_id`.execute(db)
  return found.rows
}

interface Part extends PlacedCounts {
  /** Counted from 0; from midnight UTC until then. */
  readonly edge: number
  readonly serviceId: number
}

async function countParts(db: Db, { environmentId, serviceId }: TrendPlace, edges: readonly number[]): Promise<Part[]> {
  const cuts = cutDays(edges)
  if (!cuts) return []
  const found = await sql<Part>`
    ${cuts}, placed as (
      select edge, d.service_id, d.effect,
        case when d.effect = 'deploy' and r.kind = 'emergency' then 1 else 0 end as emergency,
        case when f.deployment_id is null then 0 else 1 end as failed
      from cuts cross join deployments d left join releases r on r.id = d.release_id
      left join failed_deployments f on f.deployment_id = d.id
      where d.environment_id = ${environmentId} and d.effect in ('deploy', 'rollback') and d.at >= low and d.at < high
      and ${serviceId === undefined ? sql`true` : sql`d.service_id = ${serviceId}`})
    select edge, service_id as "serviceId", sum(case when effect = 'deploy' then 1 - emergency else 0 end) as deployments,
      sum(case when effect = 'rollback' then 1 else 0 end) as rollbacks, sum(emergency) as emergencies, sum(failed) as failed
    from placed group by edge, service_id`.execute(db)
  return found.rows
}
