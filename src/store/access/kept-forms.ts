import type { Db } from '../database.ts'

export interface KeptFormRow {
  readonly idHash: string
  readonly userId: number
  readonly sealedForm: string
  readonly keptAt: number
  readonly expiresAt: number
}

/** Puts it in, and lets go of what has ended at `keptAt` and of all but the newest `most` of the same person. */
export async function insertKeptForm(trx: Db, form: KeptFormRow, most: number): Promise<void> {
  await trx.deleteFrom('kept_forms').where('expires_at', '<=', form.keptAt).execute()
  const surplus = await trx
    .selectFrom('kept_forms')
    .select('id_hash')
    .where('user_id', '=', form.userId)
    .orderBy('kept_at', 'desc')
    .orderBy('id_hash')
    .offset(most - 1)
    .limit(most)
    .execute()
  for (const { id_hash } of surplus) await trx.deleteFrom('kept_forms').where('id_hash', '=', id_hash).execute()
  await trx
    .insertInto('kept_forms')
    .values({
      id_hash: form.idHash,
      user_id: form.userId,
      sealed_form: form.sealedForm,
      kept_at: form.keptAt,
      expires_at: form.expiresAt,
    })
    .execute()
}

/** Of this person alone, as long as it is kept. */
export async function findKeptFormRow(
  db: Db,
  idHash: string,
  userId: number,
  now: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('kept_forms')
    .select('sealed_form')
    .where('id_hash', '=', idHash)
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row?.sealed_form
}
