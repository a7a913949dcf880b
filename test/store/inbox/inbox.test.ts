import { createHash } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ensureBuiltInSource } from '../../../src/operations/sources/sources-admin.ts'
import { type Store, sqliteFile } from '../../../src/store/database.ts'
import { isStorageBroken } from '../../../src/store/dialect.ts'
import { NotInTime } from '../../../src/store/inbox/accept-deadline.ts'
import { type InboxRow, threadedSqliteInbox } from '../../../src/store/inbox/inbox.ts'
import { describeOnEachEngine, lockedByAnother, testStoresOn } from '../../support/stores.ts'

async function rowsOf(store: Store) {
  const { id: sourceId } = await ensureBuiltInSource(store.db, 0)
  return (deliveryKey: string, body = `{"delivery":"${deliveryKey}"}`): InboxRow => ({
    sourceId,
    deliveryKey,
    bodySha256: createHash('sha256').update(body).digest('hex'),
    receivedAt: 1_000,
    headersJson: '{}',
    body: Buffer.from(body),
  })
}

const stored = (store: Store) =>
  store.db.selectFrom('deliveries').select(['id', 'delivery_key', 'state', 'body']).orderBy('id').execute()

function behavesAsInbox(openStore: () => Promise<Store>): void {
  test('keeps each delivery once, byte for byte, and gives a repeat the id of the first', async () => {
    const store = await openStore()
    const row = await rowsOf(store)
    const receipts = await Promise.all([row('a'), row('b'), row('a'), row('c')].map((one) => store.inbox.append(one)))
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'duplicate', 'accepted'])
    expect(receipts[2]?.id).toBe(receipts[0]?.id)
    expect(await store.inbox.append(row('b'))).toEqual({ id: receipts[1]?.id, outcome: 'duplicate' })
    const rows = await stored(store)
    expect(rows.map((one) => one.delivery_key)).toEqual(['a', 'b', 'c'])
    expect(rows.map(({ id }) => id)).toEqual([receipts[0]?.id, receipts[1]?.id, receipts[3]?.id])
    expect(rows.every(({ state }) => state === 'accepted')).toBe(true)
    expect(Buffer.from(rows[0]?.body as Uint8Array).toString()).toBe('{"delivery":"a"}')
  })

  test('takes any bytes, an empty body too', async () => {
    const store = await openStore()
    const row = await rowsOf(store)
    const bytes = Buffer.from([0, 255, 1, 254, 0])
    await store.inbox.append({ ...row('bytes'), body: bytes })
    await store.inbox.append(row('empty', ''))
    const rows = await stored(store)
    expect(Buffer.from(rows[0]?.body as Uint8Array)).toEqual(bytes)
    expect(rows[1]?.body).toHaveLength(0)
  })

  test('a row that cannot be kept is refused alone', async () => {
    const store = await openStore()
    const row = await rowsOf(store)
    const results = await Promise.allSettled([
      store.inbox.append(row('a')),
      store.inbox.append({ ...row('orphan'), sourceId: 999 }),
      store.inbox.append(row('b')),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await stored(store)).map((one) => one.delivery_key)).toEqual(['a', 'b'])
  })

  test('a thousand at once are all there', async () => {
    const store = await openStore()
    const row = await rowsOf(store)
    const receipts = await Promise.all(Array.from({ length: 1_000 }, (_, i) => store.inbox.append(row(`d${i}`))))
    expect(new Set(receipts.map(({ id }) => id)).size).toBe(1_000)
    expect(await stored(store)).toHaveLength(1_000)
    expect(store.inbox.waiting).toBe(0)
  })
}

describeOnEachEngine('the inbox on the one connection', (openTestStore) => {
  behavesAsInbox(() => openTestStore())
})

describe('the inbox in its writer thread', () => {
  behavesAsInbox(() => testStoresOn('sqlite')({ writerThread: true }))

  test('serves on when the thread was up before the schema', async () => {
    const openTestStore = testStoresOn('sqlite')
    const { dataDir } = await openTestStore.newEmptyPlace()
    const inbox = threadedSqliteInbox(sqliteFile(dataDir))
    onTestFinished(() => inbox.close())
    const early = { sourceId: 1, deliveryKey: 'early', bodySha256: '', receivedAt: 0, headersJson: '{}' }
    await expect(inbox.append({ ...early, body: Buffer.alloc(0) })).rejects.toThrow('no such table')
    const store = await openTestStore({ dataDir })
    const row = await rowsOf(store)
    expect(await inbox.append(row('a'))).toMatchObject({ outcome: 'accepted' })
  })

  test('a thread that cannot write is a broken storage, so that the process ends instead of refusing for ever', async () => {
    const inbox = threadedSqliteInbox('/nowhere/at/all.db')
    const row = {
      sourceId: 1,
      deliveryKey: 'a',
      bodySha256: '',
      receivedAt: 0,
      headersJson: '{}',
      body: new Uint8Array(),
    }
    const failures: unknown[] = []
    inbox.onFailure((error) => failures.push(error))
    const error = await inbox.append(row).catch((caught: unknown) => caught)
    expect(isStorageBroken(error)).toBe(true)
    expect(failures).toEqual([error])
    await inbox.close()
  })

  test('waits no longer than it may; what is kept after that is there, and sent again is a duplicate', async () => {
    const openTestStore = testStoresOn('sqlite')
    const store = await openTestStore({
      writerThread: true,
      inboxLimits: { rows: 10, bytes: 1_000, acceptWithinMs: 60 },
    })
    const row = await rowsOf(store)
    const committed = new Promise<void>((resolve) => store.inbox.onCommit(() => resolve()))
    const unlock = await lockedByAnother(store)
    await expect(store.inbox.append(row('a'))).rejects.toBeInstanceOf(NotInTime)
    await expect(store.inbox.append(row('b'), 10)).rejects.toThrow('not on disk after 10 ms')
    await expect(store.inbox.append(row('c'), 60_000)).rejects.toThrow('not on disk after 60 ms')
    unlock()
    await committed
    expect(await store.inbox.append(row('a'))).toMatchObject({ outcome: 'duplicate' })
    expect((await stored(store)).map((one) => one.delivery_key)).toEqual(['a', 'b', 'c'])
  })

  test('acknowledges nothing more once the thread has ended', async () => {
    const store = await testStoresOn('sqlite')({ writerThread: true })
    const row = await rowsOf(store)
    await store.inbox.append(row('a'))
    await store.inbox.close()
    await expect(store.inbox.append(row('b'))).rejects.toThrow('shutting down')
  })
})
