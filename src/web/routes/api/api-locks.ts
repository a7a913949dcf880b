import { z } from 'zod'
import { readDispatchKey } from '../../../core/emergency/dispatch.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import type { Store } from '../../../store/database.ts'
import { type DeployLock, listLocks } from '../../../store/deployments/deploy-locks.ts'
import { type FreezeRow, listInForce } from '../../../store/deployments/freezes.ts'
import { findDispatchByKey } from '../../../store/emergency/emergency-dispatches.ts'
import { findEnvironment, findService } from '../../../store/services/services.ts'
import { unknownName } from '../../api/api-answers.ts'
import type { locksAnswer } from '../../api/api-emergency-schemas.ts'
import type { Deps } from '../../deps.ts'
import { badInput } from '../../problems.ts'
import { nameParameter, readQuery } from '../../query.ts'
import type { Routes } from '../../routes.ts'

export const locksQuery = z.object({
  service: nameParameter.meta({ description: 'What is to be deployed.' }),
  environment: nameParameter,
  key: z.string().max(60).optional().meta({
    description: 'Of the request that this run is for: the lock of its own emergency release does not count.',
  }),
})

/** For CI: may this service be deployed to this environment now? */
export function registerLockRoutes(
  routes: Routes,
  { store, config, clock }: Pick<Deps, 'store' | 'config' | 'clock'>,
): void {
  routes.get('/api/v1/locks', { scope: 'read' }, async (c) => {
    const query = readQuery(c, locksQuery)
    if (query instanceof Response) return query
    const environment = await findEnvironment(store.reader, query.environment)
    if (!environment) return badInput(c, [unknownName('environment', query.environment)])
    // One that is new here is locked with the whole environment.
    const service = await findService(store.reader, query.service)
    const locks = await listLocks(
      store.reader,
      {
        serviceId: service?.id ?? 0,
        service: query.service,
        environmentId: environment.id,
        environment: environment.name,
      },
      await ownEmergency(store, query.key),
    )
    const place = { serviceId: service?.id ?? 0, environmentId: environment.id }
    const freezes = await listInForce(store.reader, place, clock())
    return c.json<z.output<typeof locksAnswer>>({
      locked: locks.length + freezes.length > 0,
      locks: [...locks.map((lock) => toLock(lock, config.publicUrl)), ...freezes.map(toFreezeLock)],
    })
  })
}

/** Only a key that was really given out tells whose run it is. */
async function ownEmergency(store: Store, key: string | undefined): Promise<number | undefined> {
  if (key === undefined || !readDispatchKey(key)) return undefined
  return (await findDispatchByKey(store.reader, key))?.emergencyId
}

const toLock = (lock: DeployLock, publicUrl: string) => ({
  kind: lock.kind,
  service: lock.service ?? null,
  environment: lock.environment,
  reason: lock.reason,
  by: lock.by,
  since: formatInstant(lock.since),
  url: lock.kind === 'emergency' ? `${publicUrl}/emergency/ER-${lock.id}` : null,
})

const toFreezeLock = (freeze: FreezeRow) => ({
  kind: 'freeze' as const,
  service: freeze.service ?? null,
  environment: freeze.environment,
  reason: freeze.reason,
  by: freeze.createdBy,
  since: formatInstant(freeze.from),
  url: null,
})
