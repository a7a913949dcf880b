import { sql } from 'kysely'
import type { AttributedHarm, PlacedDeployment } from '../../core/trends/change-failures.ts'
import type { Db } from '../database.ts'
import type { TrendPlace } from './place.ts'

/** Those since an instant, in order of time; one read of an index that holds all of it. */
export async function listPlacements(
  db: Db,
  { environmentId, serviceId }: TrendPlace,
  since: number,
): Promise<PlacedDeployment[]> {
  // Tens of thousands in a busy year: handed on as they are read.
  return (await db
    .selectFrom('deployments')
    .select(['id', 'service_id as serviceId', 'release_id as releaseId', 'effect', 'at'])
    .where('environment_id', '=', environmentId)
    .where('at', '>=', since)
    // As the index has it.
    .where(sql<boolean>`effect in ('deploy', 'rollback')`)
    .$if(serviceId !== undefined, (query) => query.where('service_id', '=', serviceId as number))
    .orderBy('at')
    .orderBy('id')
    .execute()) as PlacedDeployment[]
}

/** The releases that were put in place more than once: which deployment brought a defect has to be asked. */
export function placedAgain(placements: readonly PlacedDeployment[]): number[] {
  const seen = new Set<number>()
  const again = new Set<number>()
  for (const { releaseId } of placements) if (releaseId !== null) (seen.has(releaseId) ? again : seen).add(releaseId)
  return [...again]
}

/** The emergency releases among those that were ever deployed. */
export async function listEmergencyReleases(db: Db): Promise<ReadonlySet<number>> {
  const rows = await db.selectFrom('releases').select('id').where(sql<boolean>`kind = 'emergency'`).execute()
  return new Set(rows.map(({ id }) => id))
}

/**
 * The releases with S1 or S2 defects attributed to them, by the method or by a person, that were first seen since an
 * instant, in the environment or in none that was named: the first defect of each release. Reads of an index alone.
 */
export async function listHarmful(
  db: Db,
  { environmentId, serviceId }: TrendPlace,
  since: number,
): Promise<AttributedHarm[]> {
  const harmful = db
    .selectFrom('defects')
    .select(['service_id as serviceId', 'suspect_release_id as releaseId'])
    .select((eb) => eb.fn.min<number>('first_seen_at').as('at'))
    .where('first_seen_at', '>=', since)
    .where(isHarm)
    .where('service_id', 'is not', null)
    .where('suspect_release_id', 'is not', null)
    .$if(serviceId !== undefined, (query) => query.where('service_id', '=', serviceId as number))
    .groupBy(['service_id', 'suspect_release_id'])
  const parts = await Promise.all([
    harmful.where('environment_id', '=', environmentId).execute(),
    harmful.where('environment_id', 'is', null).execute(),
  ])
  return parts.flat() as AttributedHarm[]
}

/** All such defects of some releases, by id. */
export async function listHarm(
  db: Db,
  { environmentId, serviceId }: TrendPlace,
  since: number,
  releaseIds: readonly number[],
): Promise<(AttributedHarm & { readonly id: number })[]> {
  const harm: (AttributedHarm & { readonly id: number })[] = []
  for (let start = 0; start < releaseIds.length; start += AT_ONCE)
    harm.push(
      ...((await db
        .selectFrom('defects')
        .select(['id', 'service_id as serviceId', 'suspect_release_id as releaseId', 'first_seen_at as at'])
        .where('suspect_release_id', 'in', releaseIds.slice(start, start + AT_ONCE))
        .where((eb) => eb.or([eb('environment_id', '=', environmentId), eb('environment_id', 'is', null)]))
        .where('open', 'in', [0, 1])
        .where('severity', 'in', ['S1', 'S2'])
        .where('first_seen_at', '>=', since)
        .where(isHarm)
        .where('service_id', 'is not', null)
        .$if(serviceId !== undefined, (query) => query.where('service_id', '=', serviceId as number))
        .execute()) as (AttributedHarm & { readonly id: number })[]),
    )
  return harm
}

const AT_ONCE = 500
/** As the index has it. */
const isHarm = sql<boolean>`severity in ('S1', 'S2') and merged_into_id is null and attribution in ('attributed', 'manual')`
