import type { Db } from '../database.ts'

export interface PasswordRequest {
  readonly id: number
  readonly sealedEmail: string
  readonly address: string
  readonly askedAt: number
}

/** @param seal what to keep, by the id of the row */
export async function insertPasswordRequest(
  trx: Db,
  { address, askedAt }: Pick<PasswordRequest, 'address' | 'askedAt'>,
  seal: (id: number) => string,
): Promise<void> {
  const { id } = await trx
    .insertInto('password_requests')
    .values({ sealed_email: '', address, asked_at: askedAt })
    .returning('id')
    .executeTakeFirstOrThrow()
  await trx
    .updateTable('password_requests')
    .set({ sealed_email: seal(id) })
    .where('id', '=', id)
    .execute()
}

/** Oldest first. */
export async function listPasswordRequests(db: Db, limit: number): Promise<number[]> {
  const rows = await db.selectFrom('password_requests').select('id').orderBy('id').limit(limit).execute()
  return rows.map(({ id }) => id)
}

/** Of several that take it at once, exactly one gets it. */
export async function takePasswordRequest(trx: Db, id: number): Promise<PasswordRequest | undefined> {
  const row = await trx.deleteFrom('password_requests').where('id', '=', id).returningAll().executeTakeFirst()
  return row && { id, sealedEmail: row.sealed_email, address: row.address, askedAt: row.asked_at }
}
