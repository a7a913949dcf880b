import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Severity } from '../../core/event.ts'
import type { Stretch } from '../../core/time/calendar.ts'
import type { Db } from '../database.ts'
import { rowsOf } from '../dialect.ts'
import { isOneOf } from '../services/of-services.ts'
import { type CountedByDay, type CountedPlaces, countTogether, type Part } from '../trends/day-counts.ts'
import { countedPlaces, type TrendPlace } from '../trends/place.ts'
import type { DefectPlaces, SeverityCounts } from './overview-queries.ts'

/**
 * What came in adjoining stretches of time, all services together or some of them: added up from what triggers count by
 * day and, of defects, by hour.
 */

/** Defects first seen in each stretch, by severity. */
export async function countNewDefects(
  db: Db,
  places: DefectPlaces,
  stretches: readonly Stretch[],
  serviceIds?: readonly number[],
): Promise<readonly SeverityCounts[]> {
  const environmentIds = places.map((place) => place ?? NOWHERE)
  return await countTogether(db, { environmentIds, serviceIds }, stretches, NEW_DEFECTS)
}

/** As the counted tables have it. */
const NOWHERE = 0

const NEW_DEFECTS: CountedByDay<Severity> & { readonly together: true } = {
  tables: ['defect_days', 'unplaced_defect_days'],
  hours: 'defect_hours',
  columns: { S1: 's1', S2: 's2', S3: 's3', S4: 's4' },
  together: true,
  countParts: countFirstSeen,
}

/** A range of the index for each severity and state: it is sorted by them before the time. */
async function countFirstSeen(
  db: Db,
  { environmentIds, serviceIds }: CountedPlaces,
  cuts: RawBuilder<unknown>,
): Promise<Part<Severity>[]> {
  const of = (place: RawBuilder<SqlBool>) => sql`select cut, d.severity
    from cuts cross join defects d
    where ${place} and d.open in (0, 1) and d.severity in ('S1', 'S2', 'S3', 'S4')
    and d.first_seen_at >= low and d.first_seen_at < high and d.merged_into_id is null
    and ${isOneOf('d.service_id', serviceIds)}`
  const named = environmentIds.filter((id) => id !== NOWHERE)
  const places = [
    ...(named.length > 0 ? [isOneOf('d.environment_id', named)] : []),
    ...(named.length < environmentIds.length ? [sql<SqlBool>`d.environment_id is null`] : []),
  ]
  const sums = ['S1', 'S2', 'S3', 'S4'].map(
    (severity) => sql`sum(case when severity = ${sql.lit(severity)} then 1 else 0 end) as ${sql.ref(severity)}`,
  )
  const found = await sql<Part<Severity>>`${cuts}
    select cut, 0 as "serviceId", ${sql.join(sums)} from (${sql.join(places.map(of), sql` union all `)}) as seen
    group by cut`.execute(db)
  return found.rows
}

export interface DeploymentCounts {
  /** Succeeded, rollbacks included, removals not. */
  readonly deployments: number
  readonly rollbacks: number
}

/** Deployments to the environment in each stretch. */
export async function countDeployments(
  db: Db,
  place: TrendPlace,
  stretches: readonly Stretch[],
): Promise<readonly DeploymentCounts[]> {
  const [placed, others] = await Promise.all([
    countTogether(db, countedPlaces(place), stretches, PLACED),
    countOfNoEffect(db, place, stretches),
  ])
  return placed.map(({ deployments, rollbacks, emergencies }, i) => ({
    deployments: deployments + rollbacks + emergencies + (others.get(i) ?? 0),
    rollbacks,
  }))
}

const PLACED: CountedByDay<'deployments' | 'rollbacks' | 'emergencies'> & { readonly together: true } = {
  tables: ['deployment_days'],
  columns: { deployments: 'deployments', rollbacks: 'rollbacks', emergencies: 'emergencies' },
  together: true,
  async countParts(db, { environmentIds, serviceIds }, cuts) {
    const of = (effect: string) => sql`(select count(*) from deployments
      where ${isOneOf('environment_id', environmentIds)} and effect in ('deploy', 'rollback') and effect = ${effect}
      and at >= low and at < high and ${isOneOf('service_id', serviceIds)})`
    // Emergency releases are deployed as others are; which are some does not matter here.
    const found = await sql<Part<'deployments' | 'rollbacks' | 'emergencies'>>`${cuts}
      select cut, 0 as "serviceId", ${of('deploy')} as deployments, ${of('rollback')} as rollbacks, 0 as emergencies
      from cuts`.execute(db)
    return found.rows
  },
}

/** Those that put there what ran there already; as the index has it, literal on purpose. */
async function countOfNoEffect(
  db: Db,
  { environmentId, serviceIds }: TrendPlace,
  stretches: readonly Stretch[],
): Promise<ReadonlyMap<number, number>> {
  const rows = stretches.map(({ from, to }, i) => [i, from, to])
  const found = await sql<{ i: number; n: number }>`with stretches (i, low, high) as materialized (${rowsOf(db, rows)})
    select i, (select count(*) from deployments where environment_id = ${environmentId} and at >= low and at < high
      and status = 'succeeded' and (effect is null or effect = 'redeploy')
      and ${isOneOf('service_id', serviceIds)}) as n from stretches`.execute(db)
  return new Map(found.rows.map(({ i, n }) => [i, n]))
}
