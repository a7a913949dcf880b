import { expect, test } from 'vitest'
import { OTHER_ADDRESSES } from '../../../src/core/inbound/refusal.ts'
import { RefusalLog } from '../../../src/operations/intake/refusal-log.ts'
import { listLastRefusals, listRefusals, REFUSALS_KEPT } from '../../../src/store/inbox/refusals.ts'
import { insertSource } from '../../../src/store/sources/sources.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

async function openLog(openTestStore: OpenTestStore) {
  const store = await openTestStore()
  const id = await insertSource(store.db, { slug: 'hub', kind: 'github', name: 'Hub', createdAt: 0 })
  const troubles: unknown[] = []
  let news = 0
  const log = new RefusalLog({ store, onTrouble: (error) => troubles.push(error), onNews: () => news++ })
  return { store, id, log, troubles, news: () => news }
}

describeOnEachEngine('refusals', (openTestStore) => {
  test('are counted by address and reason, over several writes', async () => {
    const { store, id, log, news } = await openLog(openTestStore)
    log.note(id, 'mismatch', '10.0.0.9', 100)
    log.note(id, 'mismatch', '10.0.0.9', 300)
    log.note(id, 'unsigned', '10.0.0.8', 200)
    await log.write()
    log.note(id, 'mismatch', '10.0.0.9', 400)
    await log.write()
    expect(await listRefusals(store.db, id)).toEqual([
      { reason: 'mismatch', address: '10.0.0.9', firstAt: 100, lastAt: 400, times: 3 },
      { reason: 'unsigned', address: '10.0.0.8', firstAt: 200, lastAt: 200, times: 1 },
    ])
    expect(await listLastRefusals(store.db, 0)).toMatchObject([{ sourceId: id, last: { lastAt: 400 }, times: 4 }])
    expect(await listLastRefusals(store.db, 401)).toEqual([])
    await log.write()
    expect(news()).toBe(2)
  })

  test('of a flood from everywhere take no more room than those of a few, and all are counted', async () => {
    const { store, id, log } = await openLog(openTestStore)
    for (let i = 0; i < 1_000; i++) log.note(id, 'unsigned', `10.0.${i >> 8}.${i & 255}`, i)
    await log.write()
    const held = await listRefusals(store.db, id)
    expect(held.length).toBeLessThanOrEqual(REFUSALS_KEPT)
    expect(held[0]).toMatchObject({ address: OTHER_ADDRESSES, times: 1_000 - REFUSALS_KEPT, lastAt: 999 })
    for (let i = 0; i < 100; i++) {
      log.note(id, 'mismatch', `10.1.0.${i}`, 2_000 + i)
      await log.write()
    }
    expect(await listRefusals(store.db, id)).toHaveLength(REFUSALS_KEPT)
  })

  test('that cannot be written wait for the next time', async () => {
    const { store, id, log, troubles } = await openLog(openTestStore)
    log.note(987_654, 'unsigned', '10.0.0.7', 1)
    await log.write()
    expect(troubles).toHaveLength(1)
    log.note(id, 'unsigned', '10.0.0.7', 2)
    await log.write()
    expect(troubles).toHaveLength(2)
    expect(await listRefusals(store.db, id)).toHaveLength(1)
  })
})
