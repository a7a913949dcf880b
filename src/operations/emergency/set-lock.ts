import type { Store } from '../../store/database.ts'
import { insertLock } from '../../store/deployments/deploy-locks.ts'
import { announce } from '../notifications/announce.ts'

/** Locks a place, or an environment for every service, and has it told. @returns the id of the lock */
export function setLock(
  store: Store,
  lock: {
    /** Undefined: every service. */
    readonly service: { readonly id: number; readonly name: string } | undefined
    readonly environment: { readonly id: number; readonly name: string }
    readonly reason: string
    readonly by: string
    readonly at: number
  },
): Promise<number> {
  const { service, environment, reason, by, at } = lock
  return store.transaction(async (trx) => {
    const id = await insertLock(trx, { serviceId: service?.id, environmentId: environment.id, reason, by, at })
    await announce(
      trx,
      {
        event: 'lock-set',
        key: `lock-set:${id}`,
        at,
        service: service?.name,
        environment: environment.name,
        reason,
        by,
      },
      at,
    )
    return id
  })
}
