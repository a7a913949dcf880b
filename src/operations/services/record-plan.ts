import type { AuditActor } from '../../core/audit/entry.ts'
import type { Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'

/** Records for the audit log that somebody gave a release a date; what they said is on disk by then, as a delivery. */
export const recordPlan = (
  store: Store,
  plan: { readonly service: string; readonly version: string; readonly plannedAt: string; readonly deliveryId: number },
  { actor, now }: { readonly actor: AuditActor; readonly now: number },
): Promise<void> => {
  const { service, version, plannedAt, deliveryId } = plan
  const subject = { kind: 'release', id: `${service} ${version}`, name: `${service} ${version}` }
  const change = { service, version, plannedAt, delivery: deliveryId }
  return store.transaction((trx) => recordAudit(trx, { actor, action: 'release.planned', subject, change }, now))
}
