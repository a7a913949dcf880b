import { beforeAll, describe, expect, test } from 'vitest'
import { formatInstant } from '../../src/core/time/instant.ts'
import { type Api, bodyOf, openApi } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { describeOnEachEngine, testStoresOn } from '../support/stores.ts'

interface Page {
  items: Record<string, unknown>[]
  next: string | null
}

const at = (n: number) => formatInstant(day(n))
const pageOf = async (api: Api, path: string) => bodyOf<Page>(await api.get(path))

/** Every page of a list, one after the other. */
async function walk(api: Api, path: string): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = []
  let cursor: string | null = null
  do {
    const page: Page = await pageOf(api, cursor === null ? path : `${path}&cursor=${encodeURIComponent(cursor)}`)
    expect(page.items.length).toBeLessThanOrEqual(2)
    items.push(...page.items)
    cursor = page.next
  } while (cursor !== null)
  return items
}

const deployment = (version: string, n: number, more: Record<string, unknown> = {}) => ({
  service: 'checkout-api',
  environment: 'production',
  version,
  finishedAt: at(n),
  ...more,
})

async function withHistory(api: Api): Promise<void> {
  const deployments = [
    deployment('1.0.0', 1),
    deployment('1.1.0', 3),
    deployment('1.2.0', 5, { environment: 'staging' }),
    deployment('1.2.0', 6, { status: 'failed' }),
    deployment('7.0.0', 2, { service: 'search' }),
  ]
  await bodyOf(await api.post('/api/v1/deployments', deployments), 202)
  const defects = [
    {
      title: 'Capture fails with 409',
      service: 'checkout-api',
      environment: 'production',
      occurredAt: at(2),
      severity: 'S1',
    },
    {
      title: 'Totals are 100% wrong',
      service: 'checkout-api',
      environment: 'production',
      occurredAt: at(4),
      introducedIn: '1.1.0',
    },
    {
      title: 'Slow search',
      service: 'search',
      environment: 'production',
      occurredAt: at(4.5),
      status: 'fixed',
      severity: 'S4',
    },
  ]
  await bodyOf(await api.post('/api/v1/defects', defects), 202)
}

describeOnEachEngine('lists of the API', (openTestStore) => {
  test('every list is walked page by page without a repeat or a gap', async () => {
    const api = await openApi(openTestStore)
    await withHistory(api)
    const lengths = { services: 2, environments: 2, releases: 4, deployments: 5, defects: 3, deliveries: 2, live: 3 }
    for (const [name, length] of Object.entries(lengths)) {
      const items = await walk(api, `/api/v1/${name}?limit=2`)
      const keys = items.map((item) => item.id ?? `${item.service} ${item.environment}`)
      expect([name, new Set(keys).size, keys.length]).toEqual([name, length, length])
    }
  })

  test('deployments come newest first, and each filter keeps what it says', async () => {
    const api = await openApi(openTestStore)
    await withHistory(api)
    const found = async (query: string) =>
      (await pageOf(api, `/api/v1/deployments?${query}`)).items.map(
        (item) => `${item.service} ${(item.release as { version: string }).version} ${item.environment}`,
      )
    expect(await found('limit=3')).toEqual([
      'checkout-api 1.2.0 production',
      'checkout-api 1.2.0 staging',
      'checkout-api 1.1.0 production',
    ])
    expect(await found('service=search')).toEqual(['search 7.0.0 production'])
    expect(await found('environment=staging')).toEqual(['checkout-api 1.2.0 staging'])
    expect(await found('status=failed,cancelled')).toEqual(['checkout-api 1.2.0 production'])
    // Half-open: the end is not in it.
    expect(await found(`from=${at(2)}&to=${at(3)}`)).toEqual(['search 7.0.0 production'])
    expect(await found(`from=${encodeURIComponent('2026-03-06T02:00:00+02:00')}&to=${at(5.5)}`)).toEqual([
      'checkout-api 1.2.0 staging',
    ])
  })

  test('a deployment says what it replaced, in times of UTC', async () => {
    const api = await openApi(openTestStore)
    await withHistory(api)
    const [item] = (await pageOf(api, `/api/v1/deployments?from=${at(3)}&to=${at(4)}`)).items
    expect(item).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      status: 'succeeded',
      effect: 'deploy',
      at: at(3),
      finishedAt: at(3),
      startedAt: null,
      replaced: '1.0.0',
      source: 'api',
    })
  })

  test('a removal says what it ended, and is listed even when that is not known', async () => {
    const api = await openApi(openTestStore)
    await withHistory(api)
    const removal = {
      service: 'search',
      environment: 'production',
      action: 'remove',
      version: '7.0.0',
      finishedAt: at(9),
    }
    await bodyOf(await api.post('/api/v1/deployments', removal), 202)
    const [item] = (await pageOf(api, '/api/v1/deployments?service=search')).items
    expect(item).toMatchObject({ action: 'remove', effect: 'removal', release: { version: '7.0.0' } })
    expect((await pageOf(api, '/api/v1/live?environment=production')).items).toHaveLength(1)
    await api.store.db.updateTable('deployments').set({ release_id: null }).where('action', '=', 'remove').execute()
    const [nameless] = (await pageOf(api, '/api/v1/deployments?service=search')).items
    expect(nameless).toMatchObject({ action: 'remove', release: null })
  })

  test('releases are filtered by service, kind and when they were first known', async () => {
    const api = await openApi(openTestStore)
    await withHistory(api)
    const found = async (query: string) =>
      (await pageOf(api, `/api/v1/releases?${query}`)).items.map((item) => item.version)
    expect(await found('service=checkout-api')).toEqual(['1.2.0', '1.1.0', '1.0.0'])
    expect(await found('kind=minor&service=checkout-api')).toEqual(['1.2.0', '1.1.0'])
    expect(await found('kind=emergency,pre-release')).toEqual([])
    expect(await found(`since=${at(3)}`)).toEqual(['1.2.0', '1.1.0'])
  })

  test('defects are filtered by each of their sides', async () => {
    const api = await openApi(openTestStore)
    await withHistory(api)
    const found = async (query: string) =>
      (await pageOf(api, `/api/v1/defects?${query}`)).items.map((item) => item.title)
    const [search, totals, capture] = ['Slow search', 'Totals are 100% wrong', 'Capture fails with 409']
    expect(await found('limit=50')).toEqual([search, totals, capture])
    expect(await found('service=checkout-api')).toEqual([totals, capture])
    expect(await found('environment=production&severity=S1,S4')).toEqual([search, capture])
    expect(await found('status=fixed')).toEqual([search])
    expect(await found('open=true')).toEqual([totals, capture])
    expect(await found('open=false')).toEqual([search])
    expect(await found('release=checkout-api@1.1.0')).toEqual([totals])
    expect(await found('q=CAPTURE')).toEqual([capture])
    expect(await found(`q=${encodeURIComponent('100%')}`)).toEqual([totals])
    expect(await found(`q=${encodeURIComponent('%low%')}`)).toEqual([])
  })

  test('deliveries say what was concluded, and are filtered by source and state', async () => {
    const api = await openApi(openTestStore)
    await withHistory(api)
    const { items } = await pageOf(api, '/api/v1/deliveries?source=api&state=processed')
    expect(items).toHaveLength(2)
    expect(items[0]).toMatchObject({ source: 'api', state: 'processed', receivedAt: at(100) })
    expect(items[0]?.conclusions).toContainEqual(expect.objectContaining({ kind: 'defect', effect: 'created' }))
    expect((await pageOf(api, '/api/v1/deliveries?state=failed')).items).toEqual([])
    expect((await pageOf(api, '/api/v1/deliveries?source=github')).items).toEqual([])
  })

  test('live says what runs where, now and at an instant', async () => {
    const api = await openApi(openTestStore)
    await withHistory(api)
    const live = async (query: string) =>
      (await pageOf(api, `/api/v1/live?${query}`)).items.map(
        (item) => `${item.service} ${item.environment} ${(item.release as { version: string }).version}`,
      )
    expect(await live('environment=production')).toEqual(['checkout-api production 1.1.0', 'search production 7.0.0'])
    expect(await live(`at=${at(2.5)}`)).toEqual(['checkout-api production 1.0.0', 'search production 7.0.0'])
    // At the very instant of the change the new one runs.
    expect(await live(`environment=production&at=${at(3)}`)).toEqual([
      'checkout-api production 1.1.0',
      'search production 7.0.0',
    ])
    expect(await live(`at=${at(0)}`)).toEqual([])
    const [first] = (await pageOf(api, `/api/v1/live?at=${at(2.5)}`)).items
    expect(first).toMatchObject({ since: at(1), until: at(3), tier: 'production' })
  })
})

describeOnEachEngine('a query that cannot be right', (openTestStore) => {
  let api: Api
  beforeAll(async () => {
    api = await openApi(openTestStore)
  })

  test.each([
    ['/api/v1/deployments?colour=red', 'colour', 'is not a parameter here'],
    ['/api/v1/deployments?limit=0', 'limit', '1 to 200'],
    ['/api/v1/deployments?limit=201', 'limit', '1 to 200'],
    ['/api/v1/deployments?limit=5&limit=6', 'limit', 'more than once'],
    ['/api/v1/deployments?limit=1e2', 'limit', '1 to 200'],
    ['/api/v1/deployments?from=yesterday', 'from', 'RFC 3339'],
    ['/api/v1/deployments?from=2026-02-30T00:00:00Z', 'from', 'RFC 3339'],
    ['/api/v1/deployments?status=succeeded,happy', 'status', '"happy"'],
    ['/api/v1/deployments?environment=prd', 'environment', 'there is no environment "prd"'],
    ['/api/v1/services?cursor=Ilx1MDAwMCI', 'cursor', 'is not a cursor'],
    ['/api/v1/live?environment=prd', 'environment', 'there is no environment "prd"'],
    ['/api/v1/deployments?cursor=!!!', 'cursor', 'is not a cursor'],
    ['/api/v1/deployments?cursor=WyJhIiwiYiJd', 'cursor', 'is not a cursor'],
    ['/api/v1/services?cursor=WzEsMl0', 'cursor', 'is not a cursor'],
    ['/api/v1/releases?kind=huge', 'kind', '"huge"'],
    ['/api/v1/defects?release=4.18.0', 'release', 'service@version'],
    ['/api/v1/defects?release=nobody@1', 'release', 'there is no release'],
    ['/api/v1/defects?open=yes', 'open', 'true'],
    ['/api/v1/defects?open=true&status=fixed', 'open', 'rules out'],
    ['/api/v1/deliveries?state=lost', 'state', 'accepted'],
    ['/api/v1/deliveries?source=jenkins', 'source', 'there is no source'],
    ['/api/v1/defects/PF-1?verbose=1', 'verbose', 'is not a parameter here'],
  ])('%s is refused at %s', async (path, where, why) => {
    const response = await api.get(path)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    const problem = await bodyOf<{ errors: unknown[] }>(response, 400)
    expect(problem.errors).toContainEqual({ path: where, message: expect.stringContaining(why) })
  })
})

describe('a token without the scope read', () => {
  let api: Api
  beforeAll(async () => {
    api = await openApi(testStoresOn('sqlite'))
  })

  test.each(['services', 'releases', 'deployments', 'defects', 'deliveries', 'live', 'defects/PF-1', 'releases/a/b'])(
    'does not see %s, and neither does nobody',
    async (name) => {
      const token = await api.token('deployments:write', 'defects:write')
      const response = await api.app.request(`/api/v1/${name}`, { headers: { Authorization: `Bearer ${token}` } })
      expect(response.status).toBe(403)
      expect((await api.app.request(`/api/v1/${name}`)).status).toBe(401)
    },
  )
})
