import { type Asked, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import { markForAttribution } from '../../store/attribution/attribution-ranges.ts'
import { type Detection, saveDetection } from '../../store/attribution/service-profiles.ts'
import type { Store } from '../../store/database.ts'
import { findService } from '../../store/services/services.ts'
import { recordAudit } from '../audit/record-audit.ts'

export const DETECTIONS: readonly Detection[] = ['hosted', 'shipped']

/**
 * States who runs a service: defects of shipped software show late, so its suspects are judged anew.
 * @returns false when there is no such service
 */
export function setDetection(store: Store, serviceName: string, detection: Detection, asked: Asked): Promise<boolean> {
  return store.change(async (trx) => {
    const service = await findService(trx, serviceName)
    if (!service) return false
    await saveDetection(trx, service.id, detection)
    await markForAttribution(trx, service.id, 0)
    await markForAttribution(trx, undefined, 0)
    const subject = { kind: 'service', id: serviceName, name: serviceName }
    await recordAudit(
      trx,
      { actor: asActor(asked.by ?? THE_SYSTEM), action: 'service.changed', subject, change: { detection } },
      asked.now,
    )
    return true
  })
}
