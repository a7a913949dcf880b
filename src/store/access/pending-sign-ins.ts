import type { Db } from '../database.ts'

export type PendingKind = 'code' | 'passkey' | 'passkey-registration' | 'oidc'

export interface PendingSignIn {
  readonly kind: PendingKind
  /** Whose it is, where that is known. */
  readonly userId: number | null
  /** JSON of whoever began it. */
  readonly data: string
  readonly expiresAt: number
}

export interface NewPendingSignIn extends PendingSignIn {
  readonly idHash: string
  readonly network: string
  readonly createdAt: number
}

/** Puts it in, and lets go of what has ended at `createdAt` and of all but the newest `keep` of the same network. */
export async function insertPendingSignIn(db: Db, pending: NewPendingSignIn, keep: number): Promise<void> {
  await db.deleteFrom('pending_sign_ins').where('expires_at', '<=', pending.createdAt).execute()
  const surplus = await db
    .selectFrom('pending_sign_ins')
    .select('id_hash')
    .where('network', '=', pending.network)
    .orderBy('created_at', 'desc')
    .offset(keep - 1)
    .limit(keep)
    .execute()
  if (surplus.length > 0)
    await db
      .deleteFrom('pending_sign_ins')
      .where(
        'id_hash',
        'in',
        surplus.map((row) => row.id_hash),
      )
      .execute()
  await db
    .insertInto('pending_sign_ins')
    .values({
      id_hash: pending.idHash,
      kind: pending.kind,
      user_id: pending.userId,
      data_json: pending.data,
      network: pending.network,
      created_at: pending.createdAt,
      expires_at: pending.expiresAt,
    })
    .execute()
}

/** Also one that has ended; the caller judges. */
export async function findPendingSignIn(db: Db, idHash: string, kind: PendingKind): Promise<PendingSignIn | undefined> {
  const row = await db
    .selectFrom('pending_sign_ins')
    .select(['user_id', 'data_json', 'expires_at'])
    .where('id_hash', '=', idHash)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return row && { kind, userId: row.user_id, data: row.data_json, expiresAt: row.expires_at }
}

/** Takes it out. Of several that come with the same one, exactly one gets it. Also one that has ended. */
export async function takePendingSignIn(db: Db, idHash: string, kind: PendingKind): Promise<PendingSignIn | undefined> {
  const row = await db
    .deleteFrom('pending_sign_ins')
    .where('id_hash', '=', idHash)
    .where('kind', '=', kind)
    .returning(['user_id', 'data_json', 'expires_at'])
    .executeTakeFirst()
  return row && { kind, userId: row.user_id, data: row.data_json, expiresAt: row.expires_at }
}
