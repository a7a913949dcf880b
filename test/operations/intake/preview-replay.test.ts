import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { previewReplay } from '../../../src/operations/intake/preview-replay.ts'
import { replayDelivery } from '../../../src/operations/intake/replay-delivery.ts'
import type { LiveEvent } from '../../../src/operations/live-events.ts'
import type { Store } from '../../../src/store/database.ts'
import { RehearsalTooLong } from '../../../src/store/inbox/rehearsal.ts'
import { findSourceBySlug } from '../../../src/store/sources/sources.ts'
import { day } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'
import { visibleState } from '../../support/visible-state.ts'

const iso = (at: number) => new Date(at).toISOString()
const deployed = (version: string, n: number) => ({
  service: 'checkout',
  version,
  environment: 'production',
  finishedAt: iso(day(n)),
})

async function openProcessing(openTestStore: OpenTestStore) {
  const store = await openTestStore()
  const parts = await processingOn(store, () => day(50))
  let sent = 0
  const deliver = async (body: unknown): Promise<number> => {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    const { id } = await store.inbox.append({
      sourceId: ((await findSourceBySlug(store.db, 'api')) as { id: number }).id,
      deliveryKey: `k${++sent}`,
      bodySha256: createHash('sha256').update(bytes).digest('hex'),
      receivedAt: day(40),
      headersJson: '{"content-type":"application/json"}',
      body: bytes,
    })
    await parts.processor.runUntilIdle()
    return id
  }
  /** As after a version that could not read it. */
  const forgotten = async (body: unknown): Promise<number> => {
    const id = await deliver('not json')
    const bytes = Buffer.from(JSON.stringify(body))
    await store.db.updateTable('deliveries').set({ body: bytes }).where('id', '=', id).execute()
    return id
  }
  /** With time enough for a machine that is busy. */
  const preview = (id: number) => previewReplay(store, id, () => day(50), 60_000)
  return { ...parts, deliver, forgotten, preview }
}

/** Every row of every table that processing writes, as text. */
async function everything(store: Store): Promise<string> {
  const deliveries = await store.db.selectFrom('deliveries').selectAll().orderBy('id').execute()
  const bodies = await store.db.selectFrom('seen_bodies').selectAll().orderBy('delivery_id').execute()
  const sources = await store.db.selectFrom('sources').selectAll().orderBy('id').execute()
  const attempts = await store.db.selectFrom('delivery_attempts').selectAll().execute()
  return JSON.stringify([await visibleState(store.db), deliveries, bodies, sources, attempts])
}

describeOnEachEngine('the preview of a replay', (openTestStore) => {
  test('says what would be made, changes nothing, and is what the replay then does', async () => {
    const { store, processor, liveEvents, deliver, forgotten, preview } = await openProcessing(openTestStore)
    await deliver(deployed('1.0.0', 1))
    const id = await forgotten(deployed('1.1.0', 2))
    const before = await everything(store)
    const heard: LiveEvent[] = []
    liveEvents.subscribe((event) => heard.push(event))
    const foreseen = await preview(id)
    expect(foreseen).toMatchObject({ kind: 'effect', result: 'processed', isComplete: true })
    expect(foreseen.kind === 'effect' && foreseen.changes).toMatchObject([
      {
        kind: 'place-changed',
        place: { service: 'checkout', environment: 'production', version: '1.1.0' },
        from: '1.0.0',
      },
      { kind: 'deployment-made', deployment: { version: '1.1.0', status: 'succeeded' } },
      { kind: 'release-made', release: { version: '1.1.0' } },
    ])
    expect(await everything(store)).toBe(before)
    expect(heard).toEqual([])

    await replayDelivery({ store, processor }, id, { now: 0, by: { name: 'Ana' } })
    await processor.runUntilIdle()
    expect(await preview(id)).toMatchObject({ kind: 'effect', changes: [] })
    const [live] = (await visibleState(store.db)).intervals?.slice(-1) ?? []
    expect(live).toMatchObject({ version: '1.1.0', to_at: null })
  })

  test('sees what follows for defects that the delivery does not name', async () => {
    const { deliver, forgotten, preview } = await openProcessing(openTestStore)
    const bug = { id: 'BUG-1', title: 'Timeout', service: 'checkout', environment: 'production' }
    await deliver(deployed('1.0.0', 1))
    await deliver({ ...bug, occurredAt: iso(day(2)), version: '1.0.0' })
    await deliver({ ...bug, status: 'fixed', fixedIn: ['1.1.0'], resolvedAt: iso(day(3)), updatedAt: iso(day(3)) })
    await deliver({ ...bug, occurredAt: iso(day(6)) })
    // That the fix was live by then makes it a regression; nobody has heard of it yet.
    const id = await forgotten(deployed('1.1.0', 5))
    const foreseen = await preview(id)
    expect(foreseen).toMatchObject({
      kind: 'effect',
      changes: expect.arrayContaining([
        {
          kind: 'defect-changed',
          id: 1,
          fields: expect.arrayContaining([{ field: 'status', from: 'fixed', to: 'regressed' }]),
        },
      ]),
    })
  })

  test('says when nothing would change, and when it would fail again', async () => {
    const { deliver, preview } = await openProcessing(openTestStore)
    const done = await deliver(deployed('1.0.0', 1))
    const bad = await deliver('not json')
    expect(await preview(done)).toMatchObject({ kind: 'effect', result: 'processed', changes: [] })
    expect(await preview(bad)).toMatchObject({
      kind: 'effect',
      result: 'failed',
      reason: expect.stringContaining('JSON'),
      changes: [],
    })
    expect(await preview(987_654)).toEqual({ kind: 'not-found' })
  })

  test('does not count what others left to do as its own', async () => {
    const { store, deliver, preview } = await openProcessing(openTestStore)
    const done = await deliver(deployed('1.0.0', 1))
    await store.db.insertInto('order_marks').values({ service_id: 1 }).execute()
    expect(await preview(done)).toMatchObject({ kind: 'effect', changes: [], isComplete: false })
  })

  test('of one that breaks says so', async () => {
    const { store, deliver, preview } = await openProcessing(openTestStore)
    const id = await deliver(deployed('1.0.0', 1))
    await store.db.updateTable('releases').set({ facts_json: 'not json' }).execute()
    expect(await preview(id)).toMatchObject({ kind: 'breaks', reason: expect.stringMatching(/^Processing fails/) })
  })

  test('of one without its body does not pretend', async () => {
    const { store, processor, deliver, preview } = await openProcessing(openTestStore)
    const id = await deliver(deployed('1.0.0', 1))
    await store.db
      .updateTable('deliveries')
      .set({ body: new Uint8Array(), body_gone_at: day(45) })
      .execute()
    expect(await preview(id)).toEqual({ kind: 'body-gone' })
    expect(await replayDelivery({ store, processor }, id, { now: 0, by: { name: 'Ana' } })).toBe('body-gone')
    expect(await store.db.selectFrom('delivery_attempts').selectAll().execute()).toEqual([])
  })
})

describeOnEachEngine('a rehearsal', (openTestStore) => {
  test('leaves nothing behind and hands back what it came to', async () => {
    const store = await openTestStore()
    const seen = await store.rehearse(async (trx) => {
      await trx.insertInto('settings').values({ name: 'a', value: '1' }).execute()
      return await trx.selectFrom('settings').selectAll().execute()
    }, 5_000)
    expect(seen).toEqual([{ name: 'a', value: '1' }])
    expect(await store.db.selectFrom('settings').selectAll().execute()).toEqual([])
  })

  test('that takes too long is given up at its next statement, and the lock is free', async () => {
    const store = await openTestStore()
    const rehearsal = store.rehearse(async (trx) => {
      await trx.insertInto('settings').values({ name: 'a', value: '1' }).execute()
      await sql`select 1`.execute(trx)
    }, -1)
    await expect(rehearsal).rejects.toBeInstanceOf(RehearsalTooLong)
    await store.transaction((trx) => trx.insertInto('settings').values({ name: 'b', value: '1' }).execute())
  })

  test('that the database does not let begin is told as busy', async () => {
    const store = await openTestStore()
    Object.assign(store, {
      rehearse: () => Promise.reject(Object.assign(new Error('locked'), { code: 'SQLITE_BUSY' })),
    })
    const { processor } = await processingOn(store)
    const { id } = await store.inbox.append({
      sourceId: 1,
      deliveryKey: 'k',
      bodySha256: '',
      receivedAt: 0,
      headersJson: '{}',
      body: Buffer.from('no json'),
    })
    await processor.runUntilIdle()
    expect(await previewReplay(store, id, Date.now)).toEqual({ kind: 'busy' })
  })
})
