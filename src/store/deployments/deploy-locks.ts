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

export async function insertLock(
  trx: Db,
  lock: {
    readonly serviceId: number | undefined
    readonly environmentId: number
    readonly reason: string
    readonly by: string
    readonly at: number
  },
): Promise<number> {
  const { id } = await trx
    .insertInto('deploy_locks')
    .values({
      service_id: lock.serviceId ?? null,
      environment_id: lock.environmentId,
      reason: lock.reason,
      set_name: lock.by,
      set_at: lock.at,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
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
