import type { Db } from '../database.ts'

/** The word that was last seen of a release in an environment; undefined: nobody looked before. */
export async function findWatchedWord(db: Db, releaseId: number, environmentId: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('watched_verdicts')
    .select('word')
    .where('release_id', '=', releaseId)
    .where('environment_id', '=', environmentId)
    .executeTakeFirst()
  return row?.word
}

export async function saveWatchedWord(
  trx: Db,
  releaseId: number,
  environmentId: number,
  seen: { readonly word: string; readonly since: number },
): Promise<void> {
  await trx
    .insertInto('watched_verdicts')
    .values({ release_id: releaseId, environment_id: environmentId, ...seen })
    .onConflict((conflict) => conflict.columns(['release_id', 'environment_id']).doUpdateSet(seen))
    .execute()
}

/** Environments of tier production. */
export async function listProductionEnvironments(db: Db): Promise<{ readonly id: number; readonly name: string }[]> {
  return await db
    .selectFrom('environments')
    .select(['id', 'name'])
    .where('tier', '=', 'production')
    .orderBy('name')
    .execute()
}

/** When a release first went live in an environment; undefined: it never did. */
export async function findFirstLive(db: Db, releaseId: number, environmentId: number): Promise<number | undefined> {
  const row = await db
    .selectFrom('first_deployments')
    .select('at')
    .where('release_id', '=', releaseId)
    .where('environment_id', '=', environmentId)
    .executeTakeFirst()
  return row?.at
}
