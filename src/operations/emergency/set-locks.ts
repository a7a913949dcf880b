import { type Asker, asActor } from '../../core/audit/entry.ts'
import type { Store } from '../../store/database.ts'
import { insertLock, listManualLocks, releaseLock } from '../../store/deployments/deploy-locks.ts'
import { recordAudit } from '../audit/record-audit.ts'

interface By {
  readonly by: Asker
  readonly now: number
}

/** Locks a place, or all of an environment, against deployments until a person releases it. */
export const setLock = (
  store: Store,
  lock: {
    readonly service: { readonly id: number; readonly name: string } | undefined
    readonly environment: { readonly id: number; readonly name: string }
    readonly reason: string
  },
  { by, now }: By,
): Promise<void> =>
  store.transaction(async (trx) => {
    const { service, environment, reason } = lock
    const fresh = { serviceId: service?.id, environmentId: environment.id, reason, by: by.name, at: now }
    const id = await insertLock(trx, fresh)
    const subject = lockSubject(id, { service: service?.name, environment: environment.name })
    await recordAudit(trx, { actor: asActor(by), action: 'lock.set', subject, change: { reason } }, now)
  })

/** @returns whether it was in force */
export const endLock = (store: Store, id: number, { by, now }: By): Promise<boolean> =>
  store.transaction(async (trx) => {
    const lock = (await listManualLocks(trx)).find((one) => one.id === id)
    if (!(await releaseLock(trx, id, by.name, now))) return false
    const subject = lockSubject(id, lock)
    await recordAudit(trx, { actor: asActor(by), action: 'lock.released', subject }, now)
    return true
  })

const lockSubject = (
  id: number,
  place: { readonly service: string | undefined; readonly environment: string } | undefined,
) => ({ kind: 'lock', id, name: place ? `${place.service ?? 'all services'} in ${place.environment}` : `lock ${id}` })
