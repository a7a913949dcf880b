import type { Db } from '../database.ts'

/** What is still to be derived anew because the tier of an environment changed: what was deployed there, oldest first. */
export interface TierRange {
  readonly environmentId: number
  /** The deployment after which they wait. */
  readonly after: DeploymentPlace
}

interface DeploymentPlace {
  readonly at: number
  readonly id: number
}

/** Asks for all that was deployed to the environment; work under way there starts over. */
export async function markTier(db: Db, environmentId: number): Promise<void> {
  const start = { after_at: Number.MIN_SAFE_INTEGER, after_id: 0 }
  await db
    .insertInto('tier_ranges')
    .values({ environment_id: environmentId, ...start })
    .onConflict((conflict) => conflict.column('environment_id').doUpdateSet(start))
    .execute()
}

export async function findTierRange(db: Db): Promise<TierRange | undefined> {
  const row = await db.selectFrom('tier_ranges').selectAll().orderBy('environment_id').limit(1).executeTakeFirst()
  return row && { environmentId: row.environment_id, after: { at: row.after_at, id: row.after_id } }
}

export async function listDeploymentsInRange(
  db: Db,
  { environmentId, after }: TierRange,
  limit: number,
): Promise<(DeploymentPlace & { readonly releaseId: number | null })[]> {
  const rows = await db
    .selectFrom('deployments')
    .select(['at', 'id', 'release_id'])
    .where('environment_id', '=', environmentId)
    .where((eb) => eb(eb.refTuple('at', 'id'), '>', eb.tuple(after.at, after.id)))
    .orderBy('at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ at, id, release_id }) => ({ at, id, releaseId: release_id }))
}

/** Remembers how far the work has come; undefined: it is done. */
export async function moveTierRange(db: Db, environmentId: number, after: DeploymentPlace | undefined): Promise<void> {
  if (after === undefined) await db.deleteFrom('tier_ranges').where('environment_id', '=', environmentId).execute()
  else
    await db
      .updateTable('tier_ranges')
      .set({ after_at: after.at, after_id: after.id })
      .where('environment_id', '=', environmentId)
      .execute()
}
