import { expect, test } from 'vitest'
import { type Api, bodyOf, openApi } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const iso = (at: number) => new Date(at).toISOString()
const DAY = day(2) - day(1)

interface Freeze {
  readonly id: string
  readonly service: string | null
  readonly environment: string
  readonly state: string
  readonly createdBy: string
  readonly endedBy: string | null
}

async function withReleases(openTestStore: OpenTestStore): Promise<Api> {
  const api = await openApi(openTestStore)
  await bodyOf(
    await api.post(
      '/api/v1/deployments',
      ['checkout-api', 'ledger'].flatMap((service) =>
        ['production', 'staging'].map((environment) => ({
          service,
          environment,
          version: '2.0.0',
          finishedAt: iso(day(90)),
        })),
      ),
    ),
    202,
  )
  return api
}

const freeze = async (api: Api, more: Record<string, unknown> = {}) => {
  const to = iso(api.deps.clock() + DAY)
  return bodyOf<Freeze>(
    await api.post('/api/v1/freezes', { environment: 'production', to, reason: 'Year end', ...more }),
    201,
  )
}

const listed = async (api: Api, query = '') =>
  (await bodyOf<{ items: Freeze[] }>(await api.get(`/api/v1/freezes${query}`))).items.map(({ id }) => id)

const end = async (api: Api, id: string) => {
  const headers = { Authorization: `Bearer ${await api.token('freezes:write')}` }
  return await api.app.request(`/api/v1/freezes/${id}`, { method: 'DELETE', headers })
}

describeOnEachEngine('freezes', (openTestStore) => {
  test('are made, listed for a service with those of all, and ended before their time', async () => {
    const api = await withReleases(openTestStore)
    const now = api.deps.clock()
    const all = await freeze(api)
    const ledger = await freeze(api, { service: 'ledger', from: iso(now + 1000) })
    const staging = await freeze(api, { environment: 'staging' })
    expect(all).toMatchObject({ service: null, environment: 'production', state: 'in force', endedBy: null })
    expect(ledger).toMatchObject({ service: 'ledger', state: 'planned' })
    expect((await listed(api)).sort()).toEqual([all.id, ledger.id, staging.id].sort())
    expect(await listed(api, '?service=checkout-api&environment=production')).toEqual([all.id])
    expect(await listed(api, '?service=ledger&environment=production')).toEqual([ledger.id, all.id])
    expect((await listed(api, `?at=${iso(now)}`)).sort()).toEqual([all.id, staging.id].sort())
    expect(await bodyOf<Freeze>(await end(api, all.id))).toMatchObject({
      state: expect.stringMatching(/over|cancelled/),
    })
    expect((await end(api, all.id)).status).toBe(409)
    expect(await bodyOf<Freeze>(await end(api, ledger.id))).toMatchObject({ state: 'cancelled' })
    expect(await listed(api, `?at=${iso(now + DAY / 2)}`)).toEqual([staging.id])
    expect(await listed(api)).toHaveLength(3)
  })

  test('pages go on where the one before ends', async () => {
    const api = await withReleases(openTestStore)
    const ids: string[] = []
    for (let i = 0; i < 5; i++) ids.unshift((await freeze(api, { from: iso(api.deps.clock() + i) })).id)
    const found: string[] = []
    let cursor = ''
    do {
      const { items, next } = await bodyOf<{ items: Freeze[]; next: string | null }>(
        await api.get(`/api/v1/freezes?limit=2${cursor && `&cursor=${cursor}`}`),
      )
      found.push(...items.map(({ id }) => id))
      cursor = next ?? ''
    } while (cursor)
    expect(found).toEqual(ids)
  })

  test('what makes no sense is refused with its field', async () => {
    const api = await withReleases(openTestStore)
    const now = api.deps.clock()
    for (const [more, path] of [
      [{ to: iso(now - 1) }, 'to'],
      [{ from: iso(now + 2 * DAY) }, 'to'],
      [{ reason: ' ' }, 'reason'],
      [{ environment: 'nowhere' }, 'environment'],
      [{ service: 'nobody' }, 'service'],
      [{ until: 1 }, ''],
    ] as const) {
      const body = { environment: 'production', to: iso(now + DAY), reason: 'Year end', ...more }
      const { errors } = await bodyOf<{ errors: { path: string }[] }>(await api.post('/api/v1/freezes', body), 400)
      expect(errors[0]?.path).toBe(path)
    }
    for (const id of ['0', '77', 'x']) expect((await end(api, id)).status).toBe(404)
    expect(await listed(api)).toEqual([])
  })

  test('only a token with their scope makes one', async () => {
    const api = await withReleases(openTestStore)
    const headers = {
      'Content-Type': 'application/json',
      Authorization: `Bearer ${await api.token('read', 'deployments:write', 'defects:write')}`,
    }
    const answer = await api.app.request('/api/v1/freezes', { method: 'POST', headers, body: '{}' })
    expect(answer.status).toBe(403)
  })
})

interface Gate {
  readonly pass: boolean
  readonly verdict: string
  readonly reasons: readonly string[]
}

describeOnEachEngine('the gate during a freeze', (openTestStore) => {
  const gate = async (api: Api, more = '', service = 'checkout-api') =>
    await bodyOf<Gate>(
      await api.get(`/api/v1/releases/${service}/2.0.0/gate?environment=production&accept=too%20early${more}`),
    )

  test('does not pass, names it, and leaves the verdict as it is', async () => {
    const api = await withReleases(openTestStore)
    const before = await gate(api)
    expect(before.pass).toBe(true)
    const { id } = await freeze(api)
    const during = await gate(api)
    expect(during).toMatchObject({ pass: false, verdict: before.verdict })
    expect(during.reasons[0]).toMatch(/^frozen: all services in production until .*: Year end$/)
    expect(during.reasons.slice(1)).toEqual(before.reasons)
    await end(api, id)
    expect(await gate(api)).toEqual(before)
  })

  test('passes when told to accept it, and says so still', async () => {
    const api = await withReleases(openTestStore)
    await freeze(api)
    const told = await gate(api, ',frozen')
    expect(told.pass).toBe(true)
    expect(told.reasons.at(-1)).toMatch(/^frozen: /)
    expect(told.reasons[0]).not.toMatch(/^frozen/)
    // Accepting the freeze alone accepts no verdict.
    const path = '/api/v1/releases/checkout-api/2.0.0/gate?environment=production&accept=frozen'
    expect((await bodyOf<Gate>(await api.get(path))).pass).toBe(false)
  })

  test('stops the service that is frozen and no other, where it is to go', async () => {
    const api = await withReleases(openTestStore)
    await freeze(api, { service: 'ledger', environment: 'staging' })
    expect((await gate(api, '', 'ledger')).pass).toBe(true)
    expect((await gate(api, '&into=staging', 'ledger')).pass).toBe(false)
    expect((await gate(api, '&into=staging')).pass).toBe(true)
    const path = '/api/v1/releases/ledger/2.0.0/gate?environment=production&into=nowhere'
    const { errors } = await bodyOf<{ errors: { path: string }[] }>(await api.get(path), 400)
    expect(errors[0]?.path).toBe('into')
  })

  test('one that has not begun stops nothing', async () => {
    const api = await withReleases(openTestStore)
    await freeze(api, { from: iso(api.deps.clock() + DAY / 2) })
    expect((await gate(api)).pass).toBe(true)
  })
})
