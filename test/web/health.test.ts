import { existsSync } from 'node:fs'
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type Api, type ApiOptions, bodyOf, openApi } from '../support/api.ts'
import { day, hours } from '../support/factories.ts'
import { describeOnEachEngine, type OpenTestStore, testStoresOn } from '../support/stores.ts'

const openSqlite = testStoresOn('sqlite')
const ask = async (api: Api, path = '/readyz') => await api.app.request(path)

/** As it runs: processing at work, and a monotonic clock that the test moves. */
async function openRunning(openTestStore: OpenTestStore, options: ApiOptions = {}) {
  const monotonic = { now: 1_000_000 }
  const api = await openApi(openTestStore, { monotonic: () => monotonic.now, ...options })
  api.deps.processor.start()
  onTestFinished(() => api.deps.processor.stop())
  return { ...api, monotonic }
}

/**
 * Asserts why it is not ready, a second later; nothing when it is. Asked until a check is through: on a busy machine one
 * takes longer than an answer waits, and what was known before stands in.
 */
async function expectReasons(api: Awaited<ReturnType<typeof openRunning>>, ...expected: string[]): Promise<void> {
  api.monotonic.now += 1_000
  const reasons = async () => {
    const answer = await ask(api)
    const { reasons } = (await answer.json()) as { reasons?: string[] }
    expect(answer.status).toBe(reasons ? 503 : 200)
    return reasons ?? []
  }
  await expect.poll(reasons).toEqual(expected)
}

describe('whether the process lives', () => {
  test.each(['/healthz', '/livez'])('%s answers anyone, even with the store gone', async (path) => {
    const api = await openApi(openSqlite)
    await api.store.reader.destroy()
    expect(await bodyOf(await ask(api, path))).toEqual({ status: 'ok' })
  })
})

describeOnEachEngine('whether it should get traffic', (openTestStore) => {
  test('a working server is ready, and says no more than that and its time to a stranger', async () => {
    const api = await openRunning(openTestStore, { clock: () => day(3) })
    await expectReasons(api)
    expect(await bodyOf(await ask(api))).toEqual({ status: 'ready', time: '2026-03-04T00:00:00.000Z' })
  })

  test('whoever may read sees the details', async () => {
    const time = { now: day(3) }
    const api = await openRunning(openTestStore, { clock: () => time.now })
    await expectReasons(api)
    expect((await ask(api, '/readyz/full')).status).toBe(401)
    expect(await bodyOf(await api.get('/readyz/full'))).toMatchObject({
      status: 'ready',
      time: '2026-03-04T00:00:00.000Z',
      clock: { lastJump: null },
      database: { engine: openTestStore.engine },
      inbox: { waitingForCommit: 0 },
      processing: { secondsSinceLastStep: 0 },
      diskFreeBytes: expect.any(Number),
    })
    time.now -= hours(2)
    expect(await bodyOf(await api.get('/readyz/full'))).toMatchObject({
      clock: { lastJump: { at: '2026-03-03T22:00:00.000Z', seconds: -7200 } },
    })
  })

  test('not when the database is older than this version', async () => {
    const api = await openRunning(openTestStore)
    await expectReasons(api)
    await sql`delete from kysely_migration`.execute(api.store.db)
    await expectReasons(api, 'the database lacks migrations of this version')
  })

  test.skipIf(openTestStore.engine === 'sqlite')('not when the database takes longer than it may', async () => {
    const api = await openRunning(openTestStore)
    await api.store.transaction(async (trx) => {
      await sql`lock table kysely_migration in access exclusive mode`.execute(trx)
      await expectReasons(api, 'the database did not answer within 100 ms')
    })
  })
})

describe('whether it should get traffic', () => {
  test('not while it stops', async () => {
    const stopping = new AbortController()
    const api = await openRunning(openSqlite, { stopping: stopping.signal })
    await expectReasons(api)
    stopping.abort()
    await expectReasons(api, 'stopping')
  })

  test('not when the database does not answer, and again when asked a second later', async () => {
    const api = await openRunning(openSqlite)
    await expectReasons(api)
    await api.store.reader.destroy()
    // The answer of a moment ago still stands; nobody can make us ask more often.
    expect((await ask(api)).status).toBe(200)
    await expectReasons(api, 'the database does not answer')
  })

  test('what was last known gets old by a clock that nobody sets', async () => {
    const time = { now: day(3) }
    const api = await openRunning(openSqlite, { clock: () => time.now })
    await expectReasons(api)
    time.now -= hours(5)
    await api.store.reader.destroy()
    await expectReasons(api, 'the database does not answer')
  })

  test('not when deliveries have waited for ten seconds without a commit', async () => {
    const api = await openRunning(openSqlite)
    Object.defineProperty(api.store.inbox, 'waiting', { get: () => 3 })
    await expectReasons(api)
    api.monotonic.now += 9_000
    await expectReasons(api)
    await expectReasons(api, 'deliveries wait and are not committed')
  })

  test('not for ten seconds after a commit failed, unless one succeeds before', async () => {
    const api = await openRunning(openSqlite)
    const limit = async (pages: number) => await sql.raw(`pragma max_page_count = ${pages}`).execute(api.store.db)
    const append = (key: string) =>
      api.store.inbox.append({
        sourceId: 1,
        deliveryKey: key,
        bodySha256: key,
        receivedAt: api.deps.clock(),
        headersJson: '{}',
        body: Buffer.alloc(100_000),
      })
    // SQLite takes the least that is possible: not one page more.
    await limit(1)
    await expect(append('a')).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    await expectReasons(api, 'deliveries cannot be committed')
    api.monotonic.now += 8_000
    await expectReasons(api)
    await expect(append('b')).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    await expectReasons(api, 'deliveries cannot be committed')
    await limit(1_000_000)
    await append('c')
    await expectReasons(api)
  })

  // A file system that never has any.
  test.skipIf(!existsSync('/proc/self'))('not when there is no room on the disk', async () => {
    const { dataDir } = await openSqlite.newPlace()
    const api = await openRunning(openSqlite, { env: { DATA_DIR: '/proc', KEY_FILE: `${dataDir}/key` } })
    await expectReasons(api, 'the disk is full')
  })

  test('not when processing has taken no step for two minutes, until it takes the next', async () => {
    const api = await openRunning(openSqlite)
    await api.deps.processor.runUntilIdle()
    await expectReasons(api)
    api.monotonic.now += 118_000
    await expectReasons(api)
    // What a caller has worked out at once is no step of the work in the background.
    await api.deps.processor.processNow(999)
    await expectReasons(api, 'deliveries are not processed')
    await api.deps.processor.runUntilIdle()
    await expectReasons(api)
  })

  test('not when processing has ended', async () => {
    const api = await openRunning(openSqlite)
    await api.deps.processor.stop()
    await expectReasons(api, 'deliveries are not processed')
  })
})
