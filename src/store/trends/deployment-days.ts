import { type RawBuilder, sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import type { PlacedCounts } from '../../core/trends/change-failures.ts'
import type { Db } from '../database.ts'
import { isOneOf } from '../services/of-services.ts'
import { type CountedByDay, type CountedPlaces, countByStretch, type Part } from './day-counts.ts'
import { countedPlaces, type TrendPlace } from './place.ts'

type Count = keyof PlacedCounts

const PLACED: CountedByDay<Count> = {
  tables: ['deployment_days'],
  columns: { deployments: 'deployments', rollbacks: 'rollbacks', emergencies: 'emergencies', failed: 'failed' },
  countParts,
}

/**
 * How many deployments put a release in place in each of adjoining stretches, by service; one without any is left out.
 */
export const countPlaced = (
  db: Db,
  place: TrendPlace,
  stretches: readonly Stretch[],
): Promise<ReadonlyMap<number, readonly PlacedCounts[]>> => countByStretch(db, countedPlaces(place), stretches, PLACED)

/** A look at an index for each of the few: joined, PostgreSQL, which cannot know how few, reads all releases and failures. */
async function countParts(
  db: Db,
  { environmentIds, serviceIds }: CountedPlaces,
  cuts: RawBuilder<unknown>,
): Promise<Part<Count>[]> {
  const found = await sql<Part<Count>>`
    ${cuts}, placed as (
      select cut, d.service_id, d.effect,
        case when d.effect = 'deploy'
          and (select 1 from releases r where r.id = d.release_id and r.kind = 'emergency') = 1 then 1 else 0 end as emergency,
        coalesce((select 1 from failed_deployments f where f.deployment_id = d.id), 0) as failed
      from cuts cross join deployments d
      where ${isOneOf('d.environment_id', environmentIds)} and d.effect in ('deploy', 'rollback') and d.at >= low and d.at < high
      and ${isOneOf('d.service_id', serviceIds)})
    select cut, service_id as "serviceId", sum(case when effect = 'deploy' then 1 - emergency else 0 end) as deployments,
      sum(case when effect = 'rollback' then 1 else 0 end) as rollbacks, sum(emergency) as emergencies, sum(failed) as failed
    from placed group by cut, service_id`.execute(db)
  return found.rows
}
