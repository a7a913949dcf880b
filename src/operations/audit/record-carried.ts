import { carriedRecord, withoutCarried } from '../../core/audit/carried-record.ts'
import type { Db } from '../../store/database.ts'
import { replaceHeaders, type StoredDelivery } from '../../store/inbox/deliveries.ts'
import { recordAudit } from './record-audit.ts'

/**
 * Records what a delivery carries for the audit log, once: from then on the delivery carries nothing. Called last in the
 * transaction in which what it says takes effect.
 * @param now epoch ms
 */
export async function recordCarried(
  trx: Db,
  { id, headers }: Pick<StoredDelivery, 'id' | 'headers'>,
  now: number,
): Promise<void> {
  const record = carriedRecord(headers)
  if (!record) return
  await replaceHeaders(trx, id, withoutCarried(headers))
  await recordAudit(trx, { ...record, change: { ...record.change, delivery: id } }, now)
}
