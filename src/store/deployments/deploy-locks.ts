import type { Db } from '../database.ts'
import { findOpenEmergency } from '../emergency/emergencies.ts'

/** Why nothing else should be deployed to a place now. */
export interface DeployLock {
  readonly kind: 'emergency' | 'manual'
  /** Of the emergency release, or of the lock that a person set. */
  readonly id: number
  /** Undefined: every service of the environment. */
  readonly service: string | undefined
  readonly environment: string
  readonly reason: string
  readonly by: string
  readonly since: number
}

/**
 * The locks in force for a service in an environment, or for all of the environment, the oldest first.
 * @param except an emergency release whose own lock does not count: what deploys for it must pass
 */
export async function listLocks(
  db: Db,
  place: {
    readonly serviceId: number | undefined
    readonly service: string | undefined
    readonly environmentId: number
    readonly environment: string
  },
  except?: number,
): Promise<DeployLock[]> {
  const { serviceId, environmentId, environment } = place
  let manual = db
    .selectFrom('deploy_locks')
    .leftJoin('services', 'services.id', 'deploy_locks.service_id')
    .select(['deploy_locks.id', 'services.name as service', 'reason', 'set_name', 'set_at'])
    .where('environment_id', '=', environmentId)
    .where('released_at', 'is', null)
  if (serviceId !== undefined)
    manual = manual.where((eb) => eb.or([eb('service_id', 'is', null), eb('service_id', '=', serviceId)]))
  const locks = (await manual.execute()).map(
    (row): DeployLock => ({
      kind: 'manual',
      id: row.id,
      service: row.service ?? undefined,
      environment,
      reason: row.reason,
      by: row.set_name,
      since: row.set_at,
    }),
  )
  const open = serviceId === undefined ? undefined : await findOpenEmergency(db, serviceId, environmentId)
  if (open && open.id !== except)
    locks.push({
      kind: 'emergency',
      id: open.id,
      service: open.service,
      environment,
      reason: `ER-${open.id} is open: ${open.reason}`,
      by: open.openedName,
      since: open.openedAt,
    })
  return locks.sort((a, b) => a.since - b.since || a.id - b.id)
}

/** Those that people set, in force, everywhere; the oldest first. */
export async function listManualLocks(db: Db): Promise<DeployLock[]> {
  const rows = await db
    .selectFrom('deploy_locks')
    .leftJoin('services', 'services.id', 'deploy_locks.service_id')
    .innerJoin('environments', 'environments.id', 'deploy_locks.environment_id')
    .select(['deploy_locks.id', 'services.name as service', 'environments.name as environment'])
    .select(['reason', 'set_name', 'set_at'])
    .where('released_at', 'is', null)
    .orderBy('set_at')
    .orderBy('deploy_locks.id')
    .limit(200)
    .execute()
  return rows.map((row) => ({
    kind: 'manual',
    id: row.id,
    service: row.service ?? undefined,
    environment: row.environment,
    reason: row.reason,
    by: row.set_name,
    since: row.set_at,
  }))
}

/** A lock that a person or a program set, as it is kept: released ones stay known. */
export interface SetLock extends DeployLock {
  readonly kind: 'manual'
  readonly releasedBy: string | undefined
  readonly releasedAt: number | undefined
}

/** In force or not. */
export const findLock = (db: Db, id: number): Promise<SetLock | undefined> => findLockWhere(db, 'id', id)

/** The one that was set by this call. */
export const findLockByKey = (db: Db, key: string): Promise<SetLock | undefined> => findLockWhere(db, 'set_key', key)

async function findLockWhere(db: Db, column: 'id' | 'set_key', value: number | string): Promise<SetLock | undefined> {
  const row = await db
    .selectFrom('deploy_locks')
    .leftJoin('services', 'services.id', 'deploy_locks.service_id')
    .innerJoin('environments', 'environments.id', 'deploy_locks.environment_id')
    .select(['deploy_locks.id', 'services.name as service', 'environments.name as environment'])
    .select(['reason', 'set_name', 'set_at', 'released_name', 'released_at'])
    .where(`deploy_locks.${column}`, '=', value)
    .executeTakeFirst()
  return (
    row && {
      kind: 'manual',
      id: row.id,
      service: row.service ?? undefined,
      environment: row.environment,
      reason: row.reason,
      by: row.set_name,
      since: row.set_at,
      releasedBy: row.released_name ?? undefined,
      releasedAt: row.released_at ?? undefined,
    }
  )
}

/** @returns its id; undefined when a lock was set with this key before */
export async function insertLock(
  trx: Db,
  lock: {
    readonly serviceId: number | undefined
    readonly environmentId: number
    readonly reason: string
    readonly by: string
    readonly at: number
    readonly key?: string | undefined
  },
): Promise<number | undefined> {
  const inserted = await trx
    .insertInto('deploy_locks')
    .values({
      service_id: lock.serviceId ?? null,
      environment_id: lock.environmentId,
      reason: lock.reason,
      set_name: lock.by,
      set_at: lock.at,
      set_key: lock.key ?? null,
    })
    .onConflict((conflict) => conflict.column('set_key').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted?.id
}

/** @returns whether it was in force */
export async function releaseLock(trx: Db, id: number, by: string, at: number): Promise<boolean> {
  const released = await trx
    .updateTable('deploy_locks')
    .set({ released_name: by, released_at: at })
    .where('id', '=', id)
    .where('released_at', 'is', null)
    .executeTakeFirst()
  return Number(released.numUpdatedRows) === 1
}
