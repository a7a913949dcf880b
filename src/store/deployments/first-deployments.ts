import type { EnvironmentTier } from '../../core/event.ts'
import type { Db } from '../database.ts'

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
 * @returns `deployed`: one for each environment that it reached; `changedFrom`: the earliest instant at which what is
 *   remembered is another now
 */
export async function refreshFirstDeployments(
  db: Db,
  release: { readonly id: number; readonly serviceId: number },
): Promise<{ deployed: FirstDeployment[]; changedFrom: number | undefined }> {
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
  const changed = [...without(firsts, held), ...without(held, firsts)]
  if (changed.length > 0) {
    await db.deleteFrom('first_deployments').where('release_id', '=', release.id).execute()
    if (firsts.length > 0) await db.insertInto('first_deployments').values(firsts).execute()
  }
  return {
    deployed: rows.map((row) => ({
      environmentId: row.environment_id,
      tier: row.tier as EnvironmentTier,
      succeededAt: row.succeeded_at === null ? undefined : Number(row.succeeded_at),
    })),
    changedFrom: changed.length > 0 ? Math.min(...changed.map(({ at }) => at)) : undefined,
  }
}

interface Arrival {
  readonly environment_id: number
  readonly at: number
}

const without = (arrivals: readonly Arrival[], others: readonly Arrival[]): Arrival[] =>
  arrivals.filter((one) => !others.some((other) => other.environment_id === one.environment_id && other.at === one.at))

/** When a release first reached any environment; undefined when it never did. */
export async function findFirstArrival(db: Db, releaseId: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('first_deployments')
    .select((eb) => eb.fn.min<number | null>('at').as('at'))
    .where('release_id', '=', releaseId)
    .executeTakeFirst()
  return row?.at == null ? undefined : Number(row.at)
}
