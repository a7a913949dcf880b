import type { AuditHead } from '../../core/audit/chain.ts'
import { type AuditFault, ChainCheck } from '../../core/audit/check-chain.ts'
import { getAuditHead, listAuditChain } from '../../store/audit/audit-entries.ts'
import type { Db } from '../../store/database.ts'
import { hashOfEntry } from './record-audit.ts'

export interface AuditVerification {
  /** When it began; entries that were written since are not looked at. */
  readonly head: AuditHead
  /** None: the log is whole. */
  readonly faults: readonly AuditFault[]
}

const PORTION = 1_000
/** Of a log that was torn up the first tell enough. */
const MOST_FAULTS = 20

/**
 * Goes through the whole log and checks that every entry is there, in its place and as it was written.
 * @param noted the newest entry as it was known outside of the database
 */
export async function verifyAudit(db: Db, noted: AuditHead | undefined): Promise<AuditVerification> {
  // Before the entries: one that is written meanwhile is beyond it.
  const head = await getAuditHead(db)
  const check = new ChainCheck(hashOfEntry, noted)
  for (let after = 0; check.faults.length < MOST_FAULTS; ) {
    const entries = (await listAuditChain(db, after, PORTION)).filter(({ number }) => number <= head.number)
    for (const entry of entries) check.add(entry)
    if (entries.length < PORTION) break
    after = entries.at(-1)?.number ?? after
  }
  return { head, faults: check.end(head).slice(0, MOST_FAULTS) }
}
