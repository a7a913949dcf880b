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
