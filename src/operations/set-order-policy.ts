import type { OrderPolicy } from '../core/version-order.ts'
import type { Store } from '../store/database.ts'
import { listReleaseIds } from '../store/releases.ts'
import { findService, saveOrderPolicy } from '../store/services.ts'
import { Changes, settleChanges } from './settle-changes.ts'

/**
 * Puts the releases of a service in another order; their kinds and what depends on "the first release with this commit"
 * follow. O(releases of the service).
 * @returns how many releases it has; undefined when there is no such service
 */
export function setOrderPolicy(store: Store, serviceName: string, policy: OrderPolicy): Promise<number | undefined> {
  return store.change(async (trx) => {
    const service = await findService(trx, serviceName)
    if (!service) return undefined
    await saveOrderPolicy(trx, service.id, policy)
    const releaseIds = await listReleaseIds(trx, service.id)
    // Twice: a kind is counted from its neighbours, which have their new places only after the first round.
    for (let round = 0; round < 2; round++) {
      const changes = new Changes()
      for (const id of releaseIds) changes.release(id)
      await settleChanges(trx, changes)
    }
    return releaseIds.length
  })
}
