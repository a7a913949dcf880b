import { describe, expect, test } from 'vitest'
import { type Api, bodyOf, openApi } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { describeOnEachEngine, testStoresOn } from '../support/stores.ts'

const openSqlite = testStoresOn('sqlite')
const ask = async (api: Api, path: string) => await api.app.request(path)

describe('whether the process lives', () => {
  test.each(['/healthz', '/livez'])('%s answers anyone, even with the store gone', async (path) => {
    const api = await openApi(openSqlite)
    await api.store.reader.destroy()
    expect(await bodyOf(await ask(api, path))).toEqual({ status: 'ok' })
  })
})

describeOnEachEngine('whether it should get traffic', (openTestStore) => {
  test('a working server is ready, and says no more than that to a stranger', async () => {
    const api = await openApi(openTestStore)
    expect(await bodyOf(await ask(api, '/readyz'))).toEqual({ status: 'ready' })
  })

  test('whoever may read sees the details', async () => {
    const api = await openApi(openTestStore)
    expect((await ask(api, '/readyz/full')).status).toBe(401)
    expect(await bodyOf(await api.get('/readyz/full'))).toMatchObject({
      status: 'ready',
      database: { engine: openTestStore.engine },
      inbox: { waitingForCommit: 0 },
      diskFreeBytes: expect.any(Number),
    })
  })
})

describe('whether it should get traffic', () => {
  test('not while it stops', async () => {
    const stopping = new AbortController()
    const api = await openApi(openSqlite, { stopping: stopping.signal })
    expect((await ask(api, '/readyz')).status).toBe(200)
    stopping.abort()
    expect(await bodyOf(await ask(api, '/readyz'), 503)).toMatchObject({ reasons: ['stopping'] })
  })

  test('not when the database does not answer, and again when asked a second later', async () => {
    let now = day(1)
    const api = await openApi(openSqlite, { clock: () => now })
    expect((await ask(api, '/readyz')).status).toBe(200)
    await api.store.reader.destroy()
    // The answer of a second ago still stands; nobody can make us ask more often.
    expect((await ask(api, '/readyz')).status).toBe(200)
    now += 1_000
    expect(await bodyOf(await ask(api, '/readyz'), 503)).toMatchObject({ reasons: ['the database does not answer'] })
  })

  test('not when deliveries have waited for ten seconds without a commit', async () => {
    let now = day(1)
    const api = await openApi(openSqlite, { clock: () => now })
    Object.defineProperty(api.store.inbox, 'waiting', { get: () => 3 })
    for (const seconds of [0, 10]) {
      now = day(1) + seconds * 1_000
      expect((await ask(api, '/readyz')).status).toBe(200)
    }
    now += 1_001
    expect(await bodyOf(await ask(api, '/readyz'), 503)).toMatchObject({
      reasons: ['deliveries wait and are not committed'],
    })
  })
})

describeOnEachEngine('metrics', (openTestStore) => {
  test('count what hooks, inbox and processing did, and who may not read does not see them', async () => {
    const api = await openApi(openTestStore)
    api.store.inbox.onCommit((commit) => api.deps.metrics.inboxCommitted(commit))
    expect((await ask(api, '/metrics')).status).toBe(401)
    for (const source of ['github', 'nobody'])
      await api.app.request(`/hooks/${source}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': 'sha256=00' },
        body: '{}',
      })
    await bodyOf(await api.post('/api/v1/defects', { title: 'Slow' }), 202)
    const response = await api.get('/metrics')
    expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=/)
    const text = await response.text()
    for (const line of [
      'hook_requests_total{source="github",code="401"} 1',
      'hook_requests_total{source="unknown",code="401"} 1',
      'signature_failures_total{source="unknown"} 1',
      'inbox_commit_seconds_count 1',
      'inbox_batch_rows_sum 1',
      'inbox_depth 0',
      'inbox_dead 0',
      'last_event_age_seconds{source="api"} 0',
    ])
      expect(text.split('\n')).toContain(line)
    expect(text).toMatch(/^disk_free_bytes \d/m)
    expect(text).toMatch(/^build_info\{version="\d+\.\d+\.\d+",node="v\d+/m)
  })

  test('tell of what waits and of what failed for good', async () => {
    const api = await openApi(openTestStore)
    const row = (key: string) => ({
      sourceId: 1,
      deliveryKey: key,
      bodySha256: key,
      receivedAt: api.deps.clock() - 90_000,
      headersJson: '{}',
      body: Buffer.from('{}'),
    })
    await api.store.inbox.append(row('a'))
    const { id } = await api.store.inbox.append(row('b'))
    await api.store.db.updateTable('deliveries').set({ state: 'failed' }).where('id', '=', id).execute()
    const text = await (await api.get('/metrics')).text()
    for (const line of ['inbox_depth 1', 'inbox_oldest_age_seconds 90', 'inbox_dead 1'])
      expect(text.split('\n')).toContain(line)
  })

  test('no stranger can add a series', async () => {
    const api = await openApi(openTestStore)
    for (let i = 0; i < 20; i++) await api.app.request(`/hooks/made-up-${i}`, { method: 'POST', body: '{}' })
    const text = await (await api.get('/metrics')).text()
    expect(text).not.toContain('made-up')
  })
})
