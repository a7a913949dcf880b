import { type Asked, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import type { OrderRule } from '../../core/release/version.ts'
import type { Store } from '../../store/database.ts'
import { listReleaseIds } from '../../store/releases/releases.ts'
import { findService, saveOrderRule } from '../../store/services/services.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { Changes, settleChanges } from '../derivation/settle-changes.ts'

/**
 * Puts the releases of a service in another order; their kinds and what depends on "the first release with this commit"
 * follow. O(releases of the service).
 * @returns how many releases it has; undefined when there is no such service
 */
export function setOrderPolicy(
  store: Store,
  serviceName: string,
  rule: OrderRule,
  asked: Asked,
): Promise<number | undefined> {
  return store.change(async (trx) => {
    const service = await findService(trx, serviceName)
    if (!service) return undefined
    await saveOrderRule(trx, service.id, rule)
    const releaseIds = await listReleaseIds(trx, service.id)
    const changes = new Changes()
    changes.order(service.id)
    for (const id of releaseIds) changes.release(id)
    await settleChanges(trx, changes)
    const subject = { kind: 'service', id: serviceName, name: serviceName }
    await recordAudit(
      trx,
      {
        actor: asActor(asked.by ?? THE_SYSTEM),
        action: 'service.order-changed',
        subject,
        change: { policy: rule.policy, listed: rule.listed },
      },
      asked.now,
    )
    return releaseIds.length
  })
}
