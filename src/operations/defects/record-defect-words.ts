import type { AuditAction } from '../../core/audit/actions.ts'
import { type Asker, type AuditChange, asActor } from '../../core/audit/entry.ts'
import type { Db } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'

/** What its page tells of what was said about a defect. */
export interface DefectWords {
  readonly kind: string
  readonly detail: Readonly<Record<string, unknown>>
}

const ACTIONS: Readonly<Record<string, AuditAction>> = {
  status: 'defect.status-changed',
  severity: 'defect.severity-changed',
  'fixed-in': 'defect.fix-changed',
  assignee: 'defect.assigned',
  time: 'defect.times-changed',
  attribution: 'defect.attributed',
  comment: 'defect.commented',
}

/** Records for the audit log what people said of a defect. Called last in the transaction. */
export async function recordDefectWords(
  trx: Db,
  defectId: number,
  words: readonly DefectWords[],
  { actor, now }: { readonly actor: Asker; readonly now: number },
): Promise<void> {
  for (const { kind, detail } of words) {
    const action = ACTIONS[kind]
    if (!action) continue
    // That somebody commented, not what: text for colleagues is not kept for as long as this is.
    const change = kind === 'comment' ? {} : (detail as AuditChange)
    await recordAudit(trx, { actor: asActor(actor), action, subject: defectSubject(defectId), change }, now)
  }
}

export const defectSubject = (id: number) => ({ kind: 'defect', id, name: `PF-${id}` })
