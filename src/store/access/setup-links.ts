import type { Db } from '../database.ts'

/** There is one link at most; a new one replaces it. */
export async function replaceSetupLink(db: Db, tokenHash: string, expiresAt: number): Promise<void> {
  await db
    .insertInto('setup_links')
    .values({ id: 1, token_hash: tokenHash, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ token_hash: tokenHash, expires_at: expiresAt }))
    .execute()
}

export async function findSetupLink(db: Db): Promise<{ tokenHash: string; expiresAt: number } | undefined> {
  const row = await db.selectFrom('setup_links').selectAll().executeTakeFirst()
  return row && { tokenHash: row.token_hash, expiresAt: row.expires_at }
}

/** Uses the link up. Of several that try at once, exactly one gets true. */
export async function takeSetupLink(db: Db, tokenHash: string): Promise<boolean> {
  const taken = await db.deleteFrom('setup_links').where('token_hash', '=', tokenHash).returning('id').execute()
  return taken.length === 1
}

export async function deleteSetupLink(db: Db): Promise<void> {
  await db.deleteFrom('setup_links').execute()
}
