import { type Asker, asActor } from '../../core/audit/entry.ts'
import type { Store } from '../../store/database.ts'
import { findLock, findLockByKey, insertLock, releaseLock, type SetLock } from '../../store/deployments/deploy-locks.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { announce } from '../notifications/announce.ts'

interface By {
  readonly by: Asker
  readonly now: number
}

/**
 * Locks a place, or all of an environment, against deployments until somebody releases it, and has it told.
 * @returns the lock; `isNew` false when one was set with the same key before, which is then as it is now
 */
export const setLock = (
  store: Store,
  lock: {
    readonly service: { readonly id: number; readonly name: string } | undefined
    readonly environment: { readonly id: number; readonly name: string }
    readonly reason: string
    /** Of a call that may come twice. */
    readonly key?: string | undefined
  },
  { by, now }: By,
): Promise<{ readonly lock: SetLock; readonly isNew: boolean }> =>
  store.transaction(async (trx) => {
    const { service, environment, reason, key } = lock
    const fresh = { serviceId: service?.id, environmentId: environment.id, reason, by: by.name, at: now, key }
    const id = await insertLock(trx, fresh)
    const kept = id === undefined ? await findLockByKey(trx, key ?? '') : await findLock(trx, id)
    if (!kept) throw new Error('a lock that was set cannot be read')
    if (id === undefined) return { lock: kept, isNew: false }
    const subject = lockSubject(id, { service: service?.name, environment: environment.name })
    await recordAudit(trx, { actor: asActor(by), action: 'lock.set', subject, change: { reason } }, now)
    const place = { service: service?.name, environment: environment.name }
    const told = { event: 'lock-set', key: `lock-set:${id}`, at: now, ...place, reason, by: by.name } as const
    await announce(trx, told, now)
    return { lock: kept, isNew: true }
  })

/** @returns whether it was in force */
export const endLock = (store: Store, id: number, { by, now }: By): Promise<boolean> =>
  store.transaction(async (trx) => {
    const lock = await findLock(trx, id)
    if (!(await releaseLock(trx, id, by.name, now))) return false
    const subject = lockSubject(id, lock)
    await recordAudit(trx, { actor: asActor(by), action: 'lock.released', subject }, now)
    return true
  })

const lockSubject = (
  id: number,
  place: { readonly service: string | undefined; readonly environment: string } | undefined,
) => ({ kind: 'lock', id, name: place ? `${place.service ?? 'all services'} in ${place.environment}` : `lock ${id}` })
