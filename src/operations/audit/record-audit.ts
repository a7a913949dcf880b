import { createHash } from 'node:crypto'
import { canonicalEntry, type LinkedFacts } from '../../core/audit/chain.ts'
import { type AuditRecord, auditFacts } from '../../core/audit/entry.ts'
import { appendAuditEntry, takeAuditTurn } from '../../store/audit/audit-entries.ts'
import type { Db } from '../../store/database.ts'

/**
 * Writes down who did what to what, in the transaction that does it: neither is kept without the other. Called last in
 * it, because until its end nobody else can write an entry.
 * @param trx a transaction, never a handle outside of one
 * @param record names and values as they are now; no secrets, not even sealed or hashed ones
 * @param now epoch ms
 */
export async function recordAudit(trx: Db, record: AuditRecord, now: number): Promise<void> {
  if (!trx.isTransaction) throw new Error(`${record.action} was to be recorded outside of the transaction that does it`)
  const head = await takeAuditTurn(trx)
  const entry: LinkedFacts = { ...auditFacts(record), number: head.number + 1, at: now, previousHash: head.hash }
  await appendAuditEntry(trx, { ...entry, hash: hashOfEntry(entry) })
}

/** SHA-256 in hex. */
export const hashOfEntry = (entry: LinkedFacts): string =>
  createHash('sha256').update(canonicalEntry(entry), 'utf8').digest('hex')
