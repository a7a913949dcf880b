import type { Selectable } from 'kysely'
import type { AuditHead, ChainedEntry } from '../../core/audit/chain.ts'
import type { AuditFacts } from '../../core/audit/entry.ts'
import type { Db } from '../database.ts'
import type { Database } from '../schema.ts'

/**
 * Takes the number after the newest entry, and with it the right to write the next: whoever else wants it waits until
 * this transaction ends.
 * @returns the newest entry until now
 */
export async function takeAuditTurn(trx: Db): Promise<AuditHead> {
  const { number, hash } = await trx
    .updateTable('audit_head')
    .set(({ eb }) => ({ number: eb('number', '+', 1) }))
    .returning(['number', 'hash'])
    .executeTakeFirstOrThrow()
  return { number: number - 1, hash }
}

/** Writes the entry whose turn it is. */
export async function appendAuditEntry(trx: Db, entry: ChainedEntry): Promise<void> {
  await trx
    .insertInto('audit_entries')
    .values({
      number: entry.number,
      at: entry.at,
      actor_kind: entry.actorKind,
      actor_id: entry.actorId,
      actor_name: entry.actorName,
      address: entry.address,
      action: entry.action,
      subject_kind: entry.subjectKind,
      subject_id: entry.subjectId,
      subject_name: entry.subjectName,
      change_json: entry.changeJson,
      previous_hash: entry.previousHash,
      hash: entry.hash,
    })
    .execute()
  await trx.updateTable('audit_head').set({ hash: entry.hash }).where('number', '=', entry.number).execute()
}

/** The newest entry, as the log says itself. */
export const getAuditHead = (db: Db): Promise<AuditHead> =>
  db.selectFrom('audit_head').select(['number', 'hash']).executeTakeFirstOrThrow()

/** Entries after `after` in the order of their numbers, `limit` at most. */
export async function listAuditChain(db: Db, after: number, limit: number): Promise<ChainedEntry[]> {
  const rows = await db
    .selectFrom('audit_entries')
    .selectAll()
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...auditRowOf(row), previousHash: row.previous_hash }))
}

export interface AuditRow extends AuditFacts {
  readonly number: number
  readonly at: number
  readonly hash: string
}

export const auditRowOf = (row: Selectable<Database['audit_entries']>): AuditRow => ({
  number: row.number,
  at: row.at,
  actorKind: row.actor_kind,
  actorId: row.actor_id,
  actorName: row.actor_name,
  address: row.address,
  action: row.action,
  subjectKind: row.subject_kind,
  subjectId: row.subject_id,
  subjectName: row.subject_name,
  changeJson: row.change_json,
  hash: row.hash,
})

export async function findAuditHash(db: Db, number: number): Promise<string | undefined> {
  const row = await db.selectFrom('audit_entries').select('hash').where('number', '=', number).executeTakeFirst()
  return row?.hash
}
