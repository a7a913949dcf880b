import type { Db } from '../database.ts'

export interface TotpSecret {
  readonly sealedSecret: string
  readonly createdAt: number
  /** null: set up, but no code of it was shown yet. */
  readonly confirmedAt: number | null
}

export async function findTotpSecret(db: Db, userId: number): Promise<TotpSecret | undefined> {
  const row = await db
    .selectFrom('totp_secrets')
    .select(['sealed_secret', 'created_at', 'confirmed_at'])
    .where('user_id', '=', userId)
    .executeTakeFirst()
  return row && { sealedSecret: row.sealed_secret, createdAt: row.created_at, confirmedAt: row.confirmed_at }
}

/** Whether signing in asks this person for a code. */
export async function hasTotp(db: Db, userId: number): Promise<boolean> {
  return ((await findTotpSecret(db, userId))?.confirmedAt ?? null) !== null
}

/** In place of one that was not confirmed. @returns false, and nothing changed, when one is in use */
export async function putTotpSecret(db: Db, userId: number, sealedSecret: string, now: number): Promise<boolean> {
  const put = await db
    .insertInto('totp_secrets')
    .values({ user_id: userId, sealed_secret: sealedSecret, created_at: now, confirmed_at: null, last_step: 0 })
    .onConflict((conflict) =>
      conflict
        .column('user_id')
        .doUpdateSet({ sealed_secret: sealedSecret, created_at: now, last_step: 0 })
        .where('totp_secrets.confirmed_at', 'is', null),
    )
    .returning('user_id')
    .executeTakeFirst()
  return put !== undefined
}

/** From now on it counts. @returns whether there was one to confirm, with the same secret still */
export async function confirmTotpSecret(db: Db, userId: number, sealedSecret: string, now: number): Promise<boolean> {
  const confirmed = await db
    .updateTable('totp_secrets')
    .set({ confirmed_at: now })
    .where('user_id', '=', userId)
    .where('sealed_secret', '=', sealedSecret)
    .where('confirmed_at', 'is', null)
    .returning('user_id')
    .executeTakeFirst()
  return confirmed !== undefined
}

/** Uses up all codes up to that of `step`. Of several that come with the same one, exactly one gets true. */
export async function takeTotpStep(db: Db, userId: number, step: number): Promise<boolean> {
  const taken = await db
    .updateTable('totp_secrets')
    .set({ last_step: step })
    .where('user_id', '=', userId)
    .where('last_step', '<', step)
    .returning('user_id')
    .executeTakeFirst()
  return taken !== undefined
}

/** The secret and what stands in for it. @returns whether there was a secret */
export async function deleteTotp(db: Db, userId: number): Promise<boolean> {
  await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
  const deleted = await db.deleteFrom('totp_secrets').where('user_id', '=', userId).executeTakeFirst()
  return deleted.numDeletedRows > 0n
}

/** In place of all former ones, used and unused. */
export async function replaceRecoveryCodes(
  db: Db,
  userId: number,
  hashes: readonly string[],
  now: number,
): Promise<void> {
  await db.deleteFrom('recovery_codes').where('user_id', '=', userId).execute()
  await db
    .insertInto('recovery_codes')
    .values(hashes.map((code_hash) => ({ user_id: userId, code_hash, created_at: now, used_at: null })))
    .execute()
}

/** Uses a code up. Of several that come with it, exactly one gets true. */
export async function takeRecoveryCode(db: Db, userId: number, codeHash: string, now: number): Promise<boolean> {
  const taken = await db
    .updateTable('recovery_codes')
    .set({ used_at: now })
    .where('user_id', '=', userId)
    .where('code_hash', '=', codeHash)
    .where('used_at', 'is', null)
    .returning('user_id')
    .executeTakeFirst()
  return taken !== undefined
}

export async function countUnusedRecoveryCodes(db: Db, userId: number): Promise<number> {
  const { n } = await db
    .selectFrom('recovery_codes')
    .select((eb) => eb.fn.countAll().as('n'))
    .where('user_id', '=', userId)
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(n)
}
