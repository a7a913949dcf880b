import { z } from 'zod'
import type { Asker } from '../../../core/audit/entry.ts'
import { readDispatchKey } from '../../../core/emergency/dispatch.ts'
import { cleanText } from '../../../core/text/text.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import { endLock, setLock } from '../../../operations/emergency/set-locks.ts'
import { parseWith } from '../../../sources/reading/payload.ts'
import type { Store } from '../../../store/database.ts'
import { type DeployLock, findLock, listLocks, type SetLock } from '../../../store/deployments/deploy-locks.ts'
import { type FreezeRow, listInForce } from '../../../store/deployments/freezes.ts'
import { findDispatchByKey } from '../../../store/emergency/emergency-dispatches.ts'
import { findEnvironment, findService } from '../../../store/services/services.ts'
import { auditActorOf } from '../../actor.ts'
import { timeOrNull, unknownName } from '../../api/api-answers.ts'
import type { lockItem, locksAnswer } from '../../api/api-emergency-schemas.ts'
import type { Deps } from '../../deps.ts'
import { badInput, notFoundProblem } from '../../problems.ts'
import { nameParameter, readQuery } from '../../query.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { readJsonBody } from '../../server/body.ts'
import { mustMayChange } from '../../service-limit.ts'

const LONGEST_REASON = 300

export const locksQuery = z.object({
  service: nameParameter.meta({ description: 'What is to be deployed.' }),
  environment: nameParameter,
  key: z.string().max(60).optional().meta({
    description: 'Of the request that this run is for: the lock of its own emergency release does not count.',
  }),
})

export const lockBody = z.strictObject({
  service: nameParameter.optional().meta({ description: 'Absent: every service of the environment.' }),
  environment: nameParameter,
  reason: z.string().min(1).max(LONGEST_REASON),
})

/** May this service be deployed to this environment now? And locks: set, and released. */
export function registerLockRoutes(
  routes: Routes,
  deps: Pick<Deps, 'store' | 'config' | 'clock' | 'liveEvents'>,
): void {
  const { store, config, clock, liveEvents } = deps

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

  routes.post('/api/v1/locks', { scope: 'locks:write', perService: true }, async (c) => {
    const body = await readJsonBody(c, config.maxBodyBytes)
    if (body instanceof Response) return body
    const parsed = parseWith(lockBody as z.ZodType<z.output<typeof lockBody>>, body.value)
    if (!parsed.ok) return badInput(c, parsed.problems)
    mustMayChange(c, [parsed.value.service])
    const by = auditActorOf(c, config)
    const key = callKey(c, by)
    if (key === undefined)
      return badInput(c, [{ path: 'Idempotency-Key', message: 'is required: 1 to 200 printable characters' }])
    const reason = cleanText(parsed.value.reason, LONGEST_REASON).trim()
    if (reason === '') return badInput(c, [{ path: 'reason', message: 'is required' }])
    const environment = await findEnvironment(store.db, parsed.value.environment)
    if (!environment) return badInput(c, [unknownName('environment', parsed.value.environment)])
    const name = parsed.value.service
    const service = name === undefined ? undefined : await findService(store.db, name)
    if (name !== undefined && !service) return badInput(c, [unknownName('service', name)])
    const { lock, isNew } = await setLock(store, { service, environment, reason, key }, { by, now: clock() })
    if (isNew) liveEvents.publish({ topic: 'emergencies' })
    return c.json(toItem(lock), isNew ? 201 : 200)
  })

  routes.delete('/api/v1/locks/:id', { scope: 'locks:write', perService: true }, async (c) => {
    const text = c.req.param('id') ?? ''
    const id = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0
    const known = await findLock(store.db, id)
    if (!known) return noSuchLock(c)
    mustMayChange(c, [known.service])
    // One that was released before stays as it is, whoever asks again.
    if (await endLock(store, id, { by: auditActorOf(c, config), now: clock() }))
      liveEvents.publish({ topic: 'emergencies' })
    const lock = await findLock(store.db, id)
    return lock ? c.json(toItem(lock)) : noSuchLock(c)
  })
}

/** Of this caller: nobody else's call can have set it. */
function callKey(c: Ctx, by: Asker): string | undefined {
  const key = c.req.header('Idempotency-Key') ?? ''
  return /^[\x21-\x7e]{1,200}$/.test(key) ? `api:${by.id}:${key}` : undefined
}

const noSuchLock = (c: Ctx): Response =>
  notFoundProblem(c, 'There is no lock with this id; that of an emergency release ends with it.')

/** Only a key that was really given out tells whose run it is. */
async function ownEmergency(store: Store, key: string | undefined): Promise<number | undefined> {
  if (key === undefined || !readDispatchKey(key)) return undefined
  return (await findDispatchByKey(store.reader, key))?.emergencyId
}

const toItem = (lock: SetLock): z.output<typeof lockItem> => ({
  id: String(lock.id),
  service: lock.service ?? null,
  environment: lock.environment,
  reason: lock.reason,
  by: lock.by,
  since: formatInstant(lock.since),
  releasedBy: lock.releasedBy ?? null,
  releasedAt: timeOrNull(lock.releasedAt),
})

const toLock = (lock: DeployLock, publicUrl: string) => ({
  id: lock.kind === 'manual' ? String(lock.id) : null,
  kind: lock.kind,
  service: lock.service ?? null,
  environment: lock.environment,
  reason: lock.reason,
  by: lock.by,
  since: formatInstant(lock.since),
  url: lock.kind === 'emergency' ? `${publicUrl}/emergency/ER-${lock.id}` : null,
})

const toFreezeLock = (freeze: FreezeRow) => ({
  id: null,
  kind: 'freeze' as const,
  service: freeze.service ?? null,
  environment: freeze.environment,
  reason: freeze.reason,
  by: freeze.createdBy,
  since: formatInstant(freeze.from),
  url: null,
})
