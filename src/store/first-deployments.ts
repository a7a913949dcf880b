import type { EnvironmentTier } from '../core/event.ts'
import type { Db } from './database.ts'

/** When a release first reached an environment. */
export interface FirstDeployment {
  readonly environmentId: number
  readonly tier: EnvironmentTier
  /** When its first success was finished; undefined while it is only under way. */
  readonly succeededAt: number | undefined
}

/**
 * Finds out anew where a release was deployed first, and remembers it. A roll-out counts from its start, one that is
 * under way too: what it has reached so far can already fail.
 * @returns one for each environment that it reached
 */
export async function refreshFirstDeployments(
  db: Db,
  release: { readonly id: number; readonly serviceId: number },
): Promise<FirstDeployment[]> {
  const rows = await db
    .selectFrom('deployments')
    .innerJoin('environments', 'environments.id', 'deployments.environment_id')
    .select((eb) => [
      'environments.id as environment_id',
      'environments.tier',
      eb.fn.min<number>(eb.fn.coalesce('started_at', 'at')).as('began_at'),
      eb.fn
        .min<number | null>(eb.case().when('deployments.status', '=', 'succeeded').then(eb.ref('at')).else(null).end())
        .as('succeeded_at'),
    ])
    .where('release_id', '=', release.id)
    .where('action', '!=', 'remove')
    .where('status', 'in', ['succeeded', 'in-progress'])
    .groupBy(['environments.id', 'environments.tier'])
    .execute()
  const firsts = rows.map((row) => ({
    service_id: release.serviceId,
    environment_id: row.environment_id,
    release_id: release.id,
    at: Number(row.began_at),
  }))
  const held = await db.selectFrom('first_deployments').selectAll().where('release_id', '=', release.id).execute()
  const placeAndTime = ({ environment_id, at }: { environment_id: number; at: number }) => `${environment_id} ${at}`
  if (!sameMembers(firsts.map(placeAndTime), held.map(placeAndTime))) {
    await db.deleteFrom('first_deployments').where('release_id', '=', release.id).execute()
    if (firsts.length > 0) await db.insertInto('first_deployments').values(firsts).execute()
  }
  return rows.map((row) => ({
    environmentId: row.environment_id,
    tier: row.tier as EnvironmentTier,
    succeededAt: row.succeeded_at === null ? undefined : Number(row.succeeded_at),
  }))
}

const sameMembers = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((member) => b.includes(member))
