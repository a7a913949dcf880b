import { type Asked, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import { cleanLine } from '../../core/text/text.ts'
import type { Store } from '../../store/database.ts'
import { findService, saveOwner } from '../../store/services/services.ts'
import { recordAudit } from '../audit/record-audit.ts'

const LONGEST = 200

/**
 * Says whose a service is: a team, or whatever people call it.
 * @param owner empty: nobody's
 * @returns false when there is no such service
 */
export function setOwner(store: Store, serviceName: string, owner: string, asked: Asked): Promise<boolean> {
  return store.transaction(async (trx) => {
    const service = await findService(trx, serviceName)
    if (!service) return false
    const named = cleanLine(owner, LONGEST) || null
    await saveOwner(trx, service.id, named)
    const subject = { kind: 'service', id: serviceName, name: serviceName }
    const actor = asActor(asked.by ?? THE_SYSTEM)
    await recordAudit(trx, { actor, action: 'service.changed', subject, change: { owner: named } }, asked.now)
    return true
  })
}
