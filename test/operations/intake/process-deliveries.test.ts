import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { DeliveryProcessor } from '../../../src/operations/intake/process-deliveries.ts'
import { replayDelivery, replayFailed } from '../../../src/operations/intake/replay-delivery.ts'
import { submitNative } from '../../../src/operations/intake/submit-native.ts'
import type { LiveEvent } from '../../../src/operations/live-events.ts'
import type { Store } from '../../../src/store/database.ts'
import { findSourceBySlug } from '../../../src/store/sources/sources.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine, testStoresOn } from '../../support/stores.ts'
import { visibleState } from '../../support/visible-state.ts'

const RECEIVED_AT = Date.UTC(2026, 2, 1, 12)
const aDeploymentItem = { service: 'checkout', version: '1.0.0', environment: 'production' }

async function deliver(store: Store, key: string, body: string): Promise<number> {
  const source = await findSourceBySlug(store.db, 'api')
  const { id } = await store.inbox.append({
    sourceId: (source as { id: number }).id,
    deliveryKey: key,
    bodySha256: createHash('sha256').update(body).digest('hex'),
    receivedAt: RECEIVED_AT,
    headersJson: '{"content-type":"application/json"}',
    body: Buffer.from(body),
  })
  return id
}

const deliveryOf = (store: Store, id: number) =>
  store.db
    .selectFrom('deliveries')
    .select(['state', 'reason', 'attempts', 'due_at', 'conclusions_json'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()

describeOnEachEngine('processing deliveries', (openTestStore) => {
  test('says with each delivery what was concluded from it', async () => {
    const store = await openTestStore()
    const { processor } = await processingOn(store)
    const id = await deliver(store, 'a', JSON.stringify(aDeploymentItem))
    await processor.runUntilIdle()
    const row = await deliveryOf(store, id)
    expect(row.state).toBe('processed')
    expect(JSON.parse(row.conclusions_json)).toEqual([
      expect.objectContaining({ kind: 'deployment', service: 'checkout', version: '1.0.0', effect: 'created' }),
    ])
  })

  test('what cannot be read becomes a dead letter with the reason and holds up nobody', async () => {
    const store = await openTestStore()
    const { processor } = await processingOn(store)
    const bad = await deliver(store, 'bad', '{"service": "checkout", ')
    const wrong = await deliver(store, 'wrong', '{"service":"checkout","version":"1.0.0","environment":7}')
    const good = await deliver(store, 'good', JSON.stringify(aDeploymentItem))
    await processor.runUntilIdle()
    expect(await deliveryOf(store, bad)).toMatchObject({ state: 'failed', reason: expect.stringMatching(/JSON/i) })
    expect(await deliveryOf(store, wrong)).toMatchObject({
      state: 'failed',
      reason: expect.stringMatching(/^environment/),
    })
    expect((await deliveryOf(store, good)).state).toBe('processed')
  })

  test('one that breaks the processing is tried again later, then given up, and the others of its batch are done', async () => {
    const store = await openTestStore()
    let now = RECEIVED_AT
    const { processor } = await processingOn(store, () => now)
    // A release row that contradicts the schema's own promise stands for a bug of ours.
    const poisoned = await deliver(store, 'poisoned', JSON.stringify({ ...aDeploymentItem, service: 'cursed' }))
    await store.db.insertInto('services').values({ name: 'cursed', order_policy: 'semver', created_at: 0 }).execute()
    const { id: cursed } = await store.db
      .selectFrom('services')
      .select('id')
      .where('name', '=', 'cursed')
      .executeTakeFirstOrThrow()
    await store.db
      .insertInto('releases')
      .values({
        service_id: cursed,
        version: '1.0.0',
        facts_json: 'not json',
        kind: 'minor',
        order_key: '2',
        withdrawn: 0,
        first_known_at: 0,
      })
      .execute()
    const good = await deliver(store, 'good', JSON.stringify(aDeploymentItem))
    await processor.runUntilIdle()
    expect((await deliveryOf(store, good)).state).toBe('processed')
    const first = await deliveryOf(store, poisoned)
    expect(first).toMatchObject({ state: 'accepted', attempts: 1, reason: expect.stringMatching(/^Processing failed/) })
    expect(first.due_at).toBeGreaterThan(now)

    for (let i = 0; i < 4; i++) {
      now += 10 * 60_000
      await processor.runUntilIdle()
    }
    expect(await deliveryOf(store, poisoned)).toMatchObject({ state: 'failed', attempts: 5 })

    await store.db.updateTable('releases').set({ facts_json: '{}' }).where('service_id', '=', cursed).execute()
    expect(await replayFailed({ store, processor }, {}, { now: 0 })).toBe(1)
    await processor.runUntilIdle()
    expect((await deliveryOf(store, poisoned)).state).toBe('processed')
  })

  test('a replay does nothing twice', async () => {
    const store = await openTestStore()
    const { processor } = await processingOn(store)
    const deployment = await deliver(store, 'a', JSON.stringify(aDeploymentItem))
    const defect = await deliver(store, 'b', JSON.stringify({ title: 'Timeout', service: 'checkout', count: 3 }))
    await processor.runUntilIdle()
    const before = await visibleState(store.db)
    expect(before.defects).toHaveLength(1)
    for (const id of [deployment, defect])
      expect(await replayDelivery({ store, processor }, id, { now: 0 })).toBe('queued')
    await processor.runUntilIdle()
    expect(await visibleState(store.db)).toEqual(before)
    expect(await replayDelivery({ store, processor }, 987_654, { now: 0 })).toBe('not-found')
  })

  test('a submission with the same key again gets the results of the first', async () => {
    const store = await openTestStore()
    const parts = await processingOn(store)
    const submission = {
      kind: 'defects' as const,
      items: [{ title: 'Timeout' }],
      idempotencyKey: 'k',
      receivedAt: RECEIVED_AT,
    }
    const first = await submitNative(parts, submission)
    const again = await submitNative(parts, submission)
    expect(first).toMatchObject({ kind: 'accepted', results: [{ kind: 'defect', effect: 'created' }] })
    expect(again).toEqual({ ...first, kind: 'duplicate' })
    const [bucket] = await store.db.selectFrom('occurrence_buckets').selectAll().execute()
    expect(bucket?.count).toBe(1)
  })

  test('of a submission with one bad item nothing is kept', async () => {
    const store = await openTestStore()
    const parts = await processingOn(store)
    const items = [aDeploymentItem, { ...aDeploymentItem, version: undefined }]
    const submission = await submitNative(parts, { kind: 'deployments', items, receivedAt: RECEIVED_AT })
    expect(submission).toMatchObject({ kind: 'refused', problems: [{ path: '1.version' }] })
    expect(await store.db.selectFrom('deliveries').selectAll().execute()).toEqual([])
  })

  test('open pages hear of it after it is committed', async () => {
    const store = await openTestStore()
    const parts = await processingOn(store)
    const heard: LiveEvent['topic'][] = []
    parts.liveEvents.subscribe(({ topic }) => heard.push(topic))
    await submitNative(parts, { kind: 'deployments', items: [aDeploymentItem], receivedAt: RECEIVED_AT })
    expect(heard).toEqual(['deliveries', 'deployments'])
  })

  test('in the background it works off what arrives and stops when told', async () => {
    const store = await openTestStore()
    const { processor, liveEvents } = await processingOn(store)
    const processed = new Promise<void>((resolve) =>
      liveEvents.subscribe(({ topic }) => topic === 'deliveries' && resolve()),
    )
    processor.start()
    const id = await deliver(store, 'a', JSON.stringify(aDeploymentItem))
    processor.wake()
    await processed
    await processor.stop()
    expect((await deliveryOf(store, id)).state).toBe('processed')
  })
})

describe('a full disk', () => {
  /** There is no room for what follows from the delivery, though enough to mark the delivery itself. */
  async function deliverWithoutRoom() {
    const store = await testStoresOn('sqlite')()
    const said: string[] = []
    const log = pino({ level: 'error' }, { write: (line: string) => said.push(line) })
    const { processor: before } = await processingOn(store)
    const processor = new DeliveryProcessor({ store, listener: { changed() {} }, log, clock: Date.now })
    const defect = { title: 'Timeout', description: 'x'.repeat(2_500) }
    const first = await deliver(store, 'a', JSON.stringify(defect))
    expect(await before.processNow(first)).toHaveLength(1)
    const id = await deliver(store, 'b', JSON.stringify({ ...defect, title: 'Another' }))
    // No less than it has: it cannot grow.
    await sql`pragma max_page_count = 1`.execute(store.db)
    const makeRoom = () => sql`pragma max_page_count = 1000000`.execute(store.db)
    return { store, processor, said, id, makeRoom }
  }

  test('uses up no tries, and what waits is processed when there is room', async () => {
    const { store, processor, id, makeRoom } = await deliverWithoutRoom()
    expect(await processor.processNow(id)).toBeUndefined()
    await expect(processor.runUntilIdle()).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    expect(await deliveryOf(store, id)).toMatchObject({ state: 'accepted', attempts: 0, reason: null })
    await makeRoom()
    await processor.runUntilIdle()
    expect(await deliveryOf(store, id)).toMatchObject({ state: 'processed', attempts: 1 })
  })

  test('lets the background work rest, whatever arrives, and is said once', async () => {
    const { processor, said } = await deliverWithoutRoom()
    processor.start()
    await expect.poll(() => said.length).toBeGreaterThan(0)
    for (let i = 0; i < 30; i++) {
      processor.wake()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(said).toHaveLength(1)
    await processor.stop()
  })
})

test('finding what is due costs the same however long the queue is', async () => {
  const store = await testStoresOn('sqlite')()
  const plans: string[] = []
  for (const query of [
    sql`explain query plan select id from deliveries where due_at <= 5 order by due_at, id limit 25`,
    sql`explain query plan select due_at from deliveries where due_at is not null order by due_at, id limit 1`,
  ])
    plans.push(...(await query.execute(store.db)).rows.map((row) => (row as { detail: string }).detail))
  expect(plans.filter((plan) => !plan.includes('deliveries_waiting'))).toEqual([])
})
