import type { Db } from '../database.ts'

export interface Passkey {
  readonly id: number
  readonly userId: number
  /** What the authenticator calls its owner by, base64url. */
  readonly userHandle: string
  /** base64url */
  readonly credentialId: string
  /** COSE, base64url. */
  readonly publicKey: string
  readonly signCount: number
  readonly transports: readonly string[]
  readonly name: string
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export type NewPasskey = Omit<Passkey, 'id' | 'lastUsedAt'>

/** Throws a unique violation when the credential is registered already, whoever's it is. */
export async function insertPasskey(db: Db, passkey: NewPasskey): Promise<void> {
  await db
    .insertInto('passkeys')
    .values({
      user_id: passkey.userId,
      user_handle: passkey.userHandle,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      sign_count: passkey.signCount,
      transports: passkey.transports.join(','),
      name: passkey.name,
      created_at: passkey.createdAt,
      last_used_at: null,
    })
    .execute()
}

/** In the order in which they were added. */
export async function listPasskeys(db: Db, userId: number): Promise<Passkey[]> {
  const rows = await db.selectFrom('passkeys').selectAll().where('user_id', '=', userId).orderBy('id').execute()
  return rows.map(asPasskey)
}

export async function findPasskey(db: Db, credentialId: string): Promise<Passkey | undefined> {
  const row = await db.selectFrom('passkeys').selectAll().where('credential_id', '=', credentialId).executeTakeFirst()
  return row && asPasskey(row)
}

/**
 * Notes a use, unless the authenticator's count went back or stood still: then there are two with the same key. Those
 * that do not count always say 0. @returns whether it was noted
 */
export async function notePasskeyUse(db: Db, id: number, signCount: number, now: number): Promise<boolean> {
  const noted = await db
    .updateTable('passkeys')
    .set({ sign_count: signCount, last_used_at: now })
    .where('id', '=', id)
    .where((eb) => (signCount === 0 ? eb('sign_count', '=', 0) : eb('sign_count', '<', signCount)))
    .returning('id')
    .executeTakeFirst()
  return noted !== undefined
}

/** @returns its name; undefined when this person has no such passkey */
export async function deletePasskey(db: Db, userId: number, id: number): Promise<string | undefined> {
  const deleted = await db
    .deleteFrom('passkeys')
    .where('id', '=', id)
    .where('user_id', '=', userId)
    .returning('name')
    .executeTakeFirst()
  return deleted?.name
}

const asPasskey = (row: {
  id: number
  user_id: number
  user_handle: string
  credential_id: string
  public_key: string
  sign_count: number
  transports: string
  name: string
  created_at: number
  last_used_at: number | null
}): Passkey => ({
  id: row.id,
  userId: row.user_id,
  userHandle: row.user_handle,
  credentialId: row.credential_id,
  publicKey: row.public_key,
  signCount: row.sign_count,
  transports: row.transports === '' ? [] : row.transports.split(','),
  name: row.name,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
})
