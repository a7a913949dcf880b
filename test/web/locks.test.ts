import { expect, test } from 'vitest'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { listAuditChain } from '../../src/store/audit/audit-entries.ts'
import { type Api, bodyOf, openApi } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const PLACE = { service: 'checkout-api', environment: 'production' }

interface Lock {
  readonly id: string
  readonly service: string | null
  readonly by: string
  readonly releasedBy: string | null
}

async function openWithPlaces(openTestStore: OpenTestStore) {
  const api = await openApi(openTestStore)
  const finishedAt = new Date(day(90)).toISOString()
  const told = ['checkout-api', 'ledger'].map((service) => ({ ...PLACE, service, version: '2.0.0', finishedAt }))
  await bodyOf(await api.post('/api/v1/deployments', told), 202)
  return { ...api, caller: await api.token('locks:write') }
}

function call(api: Api & { caller: string }, method: string, path = '', body?: unknown, options: Options = {}) {
  const { key = 'once', token = api.caller } = options
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  return api.app.request(`/api/v1/locks${path}`, {
    method,
    headers: { ...headers, ...(key !== '' && { 'Idempotency-Key': key }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

interface Options {
  readonly key?: string
  readonly token?: string
}

const inForce = async (api: Api) =>
  (
    await bodyOf<{ locks: { id: string | null; reason: string }[] }>(
      await api.get('/api/v1/locks?service=checkout-api&environment=production'),
    )
  ).locks

const audited = async (api: Api) =>
  (await listAuditChain(api.store.db, 0, 1_000))
    .filter(({ action }) => action.startsWith('lock.'))
    .map(({ action, actorKind, changeJson }) => [action, actorKind, changeJson])

describeOnEachEngine('locks by API', (openTestStore) => {
  test('are set, seen by CI, and released by their id, with who it was', async () => {
    const api = await openWithPlaces(openTestStore)
    const lock = await bodyOf<Lock>(await call(api, 'POST', '', { ...PLACE, reason: ' Migration \u0000' }), 201)
    expect(lock).toMatchObject({ service: 'checkout-api', reason: 'Migration', by: 'Test script', releasedBy: null })
    expect(await inForce(api)).toMatchObject([{ id: lock.id, reason: 'Migration' }])
    const released = await bodyOf<Lock>(await call(api, 'DELETE', `/${lock.id}`))
    expect(released).toMatchObject({ id: lock.id, releasedBy: 'Test script', releasedAt: expect.any(String) })
    expect(await inForce(api)).toEqual([])
    expect(await audited(api)).toEqual([
      ['lock.set', 'token', expect.stringContaining('Migration')],
      ['lock.released', 'token', expect.anything()],
    ])
  })

  test('the same call again sets no second one, at once or after it was released; releasing twice is once', async () => {
    const api = await openWithPlaces(openTestStore)
    const set = () => call(api, 'POST', '', { ...PLACE, reason: 'Migration' })
    const both = await Promise.all([set(), set()])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 201])
    expect(await inForce(api)).toHaveLength(1)
    const { id } = await bodyOf<Lock>(await set())
    const first = await bodyOf<Lock>(await call(api, 'DELETE', `/${id}`))
    expect(await bodyOf<Lock>(await call(api, 'DELETE', `/${id}`))).toEqual(first)
    expect(await bodyOf<Lock>(await set())).toEqual(first)
    expect(await inForce(api)).toEqual([])
    expect((await audited(api)).map(([action]) => action)).toEqual(['lock.set', 'lock.released'])
    // A key is its caller's own.
    const token = await api.token('locks:write')
    expect((await call(api, 'POST', '', { ...PLACE, reason: 'Another' }, { token })).status).toBe(201)
  })

  test('need a reason, a key, and a place that is known', async () => {
    const api = await openWithPlaces(openTestStore)
    for (const [body, path, key] of [
      [PLACE, 'reason', 'k'],
      [{ ...PLACE, reason: ' ' }, 'reason', 'k'],
      [{ ...PLACE, reason: 'x' }, 'Idempotency-Key', ''],
      [{ ...PLACE, reason: 'x', environment: 'nowhere' }, 'environment', 'k'],
      [{ ...PLACE, reason: 'x', service: 'nobody' }, 'service', 'k'],
      [{ ...PLACE, reason: 'x', until: 1 }, '', 'k'],
    ] as const) {
      const { errors } = await bodyOf<{ errors: { path: string }[] }>(await call(api, 'POST', '', body, { key }), 400)
      expect(errors[0]?.path).toBe(path)
    }
    for (const id of ['0', '77', 'x']) expect((await call(api, 'DELETE', `/${id}`)).status).toBe(404)
    expect(await inForce(api)).toEqual([])
    expect(await audited(api)).toEqual([])
  })

  test('no other scope sets or releases one', async () => {
    const api = await openWithPlaces(openTestStore)
    const { id } = await bodyOf<Lock>(await call(api, 'POST', '', { ...PLACE, reason: 'Migration' }), 201)
    const token = await api.token('read', 'deployments:write', 'defects:write', 'freezes:write', 'releases:fire')
    expect((await call(api, 'POST', '', { ...PLACE, reason: 'x' }, { token, key: 'k' })).status).toBe(403)
    expect((await call(api, 'DELETE', `/${id}`, undefined, { token })).status).toBe(403)
    expect(await inForce(api)).toHaveLength(1)
  })

  test('a token that is limited to some services locks those alone, and no whole environment', async () => {
    const api = await openWithPlaces(openTestStore)
    const wanted = { name: 'limited', scopes: ['locks:write'], services: ['ledger'] }
    const { token } = await createApiToken(api.store, wanted, api.deps.clock())
    const set = (place: Record<string, string>, key: string) =>
      call(api, 'POST', '', { ...place, reason: 'x' }, { token, key })
    expect((await set(PLACE, 'a')).status).toBe(403)
    expect((await set({ environment: 'production' }, 'b')).status).toBe(403)
    const own = await bodyOf<Lock>(await set({ ...PLACE, service: 'ledger' }, 'c'), 201)
    const all = await bodyOf<Lock>(await call(api, 'POST', '', { environment: 'production', reason: 'Year end' }), 201)
    expect(all.service).toBeNull()
    expect((await call(api, 'DELETE', `/${all.id}`, undefined, { token })).status).toBe(403)
    expect((await call(api, 'DELETE', `/${own.id}`, undefined, { token })).status).toBe(200)
    expect(await inForce(api)).toMatchObject([{ id: all.id }])
  })
})
