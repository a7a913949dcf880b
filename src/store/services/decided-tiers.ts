import type { EnvironmentTier } from '../../core/event.ts'
import type { Db } from '../database.ts'

export interface DecidedTier {
  readonly name: string
  readonly tier: EnvironmentTier
  /** What its name or senders say. */
  readonly said: EnvironmentTier
  readonly isDecided: boolean
}

export async function findTier(db: Db, environmentId: number): Promise<DecidedTier | undefined> {
  const row = await db
    .selectFrom('environments')
    .select(['name', 'tier', 'said_tier'])
    .where('id', '=', environmentId)
    .executeTakeFirst()
  return (
    row && {
      name: row.name,
      tier: row.tier as EnvironmentTier,
      said: (row.said_tier ?? row.tier) as EnvironmentTier,
      isDecided: row.said_tier !== null,
    }
  )
}

/** @param decided undefined: what its name and senders say holds again */
export async function saveTier(
  db: Db,
  environmentId: number,
  said: EnvironmentTier,
  decided: { readonly tier: EnvironmentTier; readonly by: string; readonly at: number } | undefined,
): Promise<void> {
  await db
    .updateTable('environments')
    .set({
      tier: decided?.tier ?? said,
      said_tier: decided ? said : null,
      tier_decided_by: decided?.by ?? null,
      tier_decided_at: decided?.at ?? null,
    })
    .where('id', '=', environmentId)
    .execute()
}
