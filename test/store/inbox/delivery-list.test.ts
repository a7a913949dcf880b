import { expect, test } from 'vitest'
import { countDeliveries } from '../../../src/store/inbox/deliveries-queries.ts'
import { type DeliveryFilter, listDeliveries } from '../../../src/store/inbox/delivery-list.ts'
import { insertSource } from '../../../src/store/sources/sources.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const STATES = ['accepted', 'processed', 'ignored', 'failed'] as const

/** 400 deliveries of two sources, one each second, in all states, with gaps in their numbers. */
async function withDeliveries(openTestStore: OpenTestStore) {
  const store = await openTestStore()
  const sources = [
    await insertSource(store.db, { slug: 'a', kind: 'native', name: 'A', createdAt: 0 }),
    await insertSource(store.db, { slug: 'b', kind: 'native', name: 'B', createdAt: 0 }),
  ]
  const all = Array.from({ length: 400 }, (_, i) => ({
    id: i * 3 + 1,
    receivedAt: i * 3_600_000,
    sourceId: sources[i % 2] as number,
    state: STATES[(i >> 1) % 4] as (typeof STATES)[number],
    event: i % 7 === 0 ? 'rare' : 'usual',
  }))
  await store.db
    .insertInto('deliveries')
    .values(
      all.map((one) => ({
        id: one.id,
        source_id: one.sourceId,
        delivery_key: `key-${one.id}`,
        body_sha256: '',
        received_at: one.receivedAt,
        headers_json: '{}',
        state: one.state,
        attempts: 1,
        due_at: one.state === 'accepted' ? 0 : null,
        conclusions_json: '[]',
        event: one.event,
        replay_suspect: 0 as const,
        body: new Uint8Array(),
      })),
    )
    .execute()
  return { ...store, all, sources }
}

describeOnEachEngine('the list of deliveries', (openTestStore) => {
  test('finds by every filter what going through all of them finds, page by page', async () => {
    const { db, all, sources } = await withDeliveries(openTestStore)
    const hour = 3_600_000
    const filters: DeliveryFilter[] = [
      {},
      { state: 'failed' },
      { sourceId: sources[1] },
      { sourceId: sources[0], state: 'ignored' },
      { sourceId: sources[0], state: 'accepted' },
      { from: 100 * hour },
      { to: 17 * hour },
      { from: 20 * hour, to: 21 * hour },
      { from: 399 * hour + 1 },
      { event: 'rare', from: 50 * hour, state: 'processed' },
      { text: 'KEY-31' },
    ]
    for (const filter of filters) {
      const expected = all
        .filter(
          (one) =>
            (filter.state ?? one.state) === one.state &&
            (filter.sourceId ?? one.sourceId) === one.sourceId &&
            (filter.event ?? one.event) === one.event &&
            one.receivedAt >= (filter.from ?? 0) &&
            one.receivedAt < (filter.to ?? Number.POSITIVE_INFINITY) &&
            `key-${one.id}`.includes(filter.text?.toLowerCase() ?? ''),
        )
        .map(({ id }) => id)
        .reverse()
      const found: number[] = []
      let before: number | undefined
      do {
        const page: Awaited<ReturnType<typeof listDeliveries>> = await listDeliveries(db, filter, { before, limit: 30 })
        found.push(...page.rows.map(({ id }) => id))
        before = page.lookedUpTo ?? (page.more ? page.rows.at(-1)?.id : undefined)
      } while (before !== undefined)
      expect([filter, found]).toEqual([filter, expected])
    }
  })

  test('goes through so many and no more, and goes on from there', async () => {
    const { db } = await withDeliveries(openTestStore)
    const none = await listDeliveries(db, { text: 'never' }, { limit: 10, lookAtMost: 1 })
    expect(none).toEqual({ rows: [], more: false })
    const source = await insertSource(db, { slug: 'c', kind: 'native', name: 'C', createdAt: 0 })
    await db
      .insertInto('deliveries')
      .values(
        Array.from({ length: 600 }, (_, i) => ({
          source_id: source,
          delivery_key: `more-${i}`,
          body_sha256: '',
          received_at: 0,
          headers_json: '{}',
          state: 'ignored',
          attempts: 1,
          conclusions_json: '[]',
          replay_suspect: 0 as const,
          body: new Uint8Array(),
          id: 10_000 + i,
        })),
      )
      .execute()
    const cut = await listDeliveries(db, { text: 'key-1198' }, { limit: 10, lookAtMost: 1 })
    expect(cut).toMatchObject({ rows: [], more: false, lookedUpTo: 10_100 })
    const rest = await listDeliveries(db, { text: 'key-1198' }, { before: cut.lookedUpTo, limit: 10 })
    expect(rest.rows.map(({ deliveryKey }) => deliveryKey)).toEqual(['key-1198'])
  })

  test('counts by state, of a source and a time, up to a cap', async () => {
    const { db, sources } = await withDeliveries(openTestStore)
    const hour = 3_600_000
    expect(await countDeliveries(db, 1_000)).toEqual({ accepted: 100, processed: 100, ignored: 100, failed: 100 })
    expect(await countDeliveries(db, 40)).toEqual({ accepted: 41, processed: 41, ignored: 41, failed: 41 })
    expect(await countDeliveries(db, 40, { sourceId: sources[0], from: 8 * hour, to: 16 * hour })).toEqual({
      accepted: 1,
      processed: 1,
      ignored: 1,
      failed: 1,
    })
  })
})
