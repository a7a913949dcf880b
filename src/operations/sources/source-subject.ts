import type { AuditSubject } from '../../core/audit/entry.ts'
import type { Db } from '../../store/database.ts'
import { getSourceName } from '../../store/sources/sources.ts'

/** A source as the audit log names it. */
export async function sourceSubject(trx: Db, id: number): Promise<AuditSubject> {
  const { slug, name } = await getSourceName(trx, id)
  return { kind: 'source', id: slug, name }
}
