import type { Db } from '../database.ts'

/** Who a person of another system is here; notes that they came. */
export async function findUserByIdentity(
  db: Db,
  issuer: string,
  subject: string,
  now: number,
): Promise<number | undefined> {
  const row = await db
    .updateTable('outside_identities')
    .set({ last_used_at: now })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .returning('user_id')
    .executeTakeFirst()
  return row?.user_id
}

export async function insertIdentity(
  db: Db,
  identity: { issuer: string; subject: string; userId: number },
  now: number,
): Promise<void> {
  await db
    .insertInto('outside_identities')
    .values({
      issuer: identity.issuer,
      subject: identity.subject,
      user_id: identity.userId,
      linked_at: now,
      last_used_at: now,
    })
    .execute()
}

export interface LinkedIdentity {
  readonly issuer: string
  readonly subject: string
  readonly linkedAt: number
  readonly lastUsedAt: number
}

/** In the order in which they were linked. */
export async function listIdentities(db: Db, userId: number): Promise<LinkedIdentity[]> {
  const rows = await db
    .selectFrom('outside_identities')
    .select(['issuer', 'subject', 'linked_at', 'last_used_at'])
    .where('user_id', '=', userId)
    .orderBy('linked_at')
    .orderBy('issuer')
    .orderBy('subject')
    .execute()
  return rows.map(({ issuer, subject, linked_at, last_used_at }) => ({
    issuer,
    subject,
    linkedAt: linked_at,
    lastUsedAt: last_used_at,
  }))
}

export async function deleteIdentity(
  trx: Db,
  { issuer, subject }: Pick<LinkedIdentity, 'issuer' | 'subject'>,
): Promise<void> {
  await trx.deleteFrom('outside_identities').where('issuer', '=', issuer).where('subject', '=', subject).execute()
}
