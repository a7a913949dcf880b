import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { PruneCounts } from '../../../src/core/inbound/pruning.ts'
import type { Retention } from '../../../src/core/inbound/retention.ts'
import { replayDelivery, replayFailed } from '../../../src/operations/intake/replay-delivery.ts'
import { createNightlyPruning } from '../../../src/operations/retention/nightly-pruning.ts'
import { countPrunable, prune } from '../../../src/operations/retention/prune.ts'
import { pruneClaimed } from '../../../src/operations/retention/prune-claimed.ts'
import { findPruningRecord, PruningClaim } from '../../../src/operations/retention/pruning-record.ts'
import { listAuditChain } from '../../../src/store/audit/audit-entries.ts'
import type { Store } from '../../../src/store/database.ts'
import { beginReplay, countInState, countLeft } from '../../../src/store/sources/source-replays.ts'
import { day } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'
import { visibleState } from '../../support/visible-state.ts'

const KEPT: Retention = {
  bodiesDays: 90,
  failedDays: 365,
  deliveriesDays: 400,
  notificationsDays: 90,
  reportsDays: 400,
}
const nothing: PruneCounts = {
  bodies: 0,
  failed_bodies: 0,
  deliveries: 0,
  unmatched_names: 0,
  counted_sessions: 0,
  refusals: 0,
  sign_in_attempts: 0,
  sign_in_sessions: 0,
  notifications: 0,
  held_firings: 0,
  reports: 0,
}
const deployed = (version: string) => JSON.stringify({ service: 'checkout', version, environment: 'production' })

async function openInbox(openTestStore: OpenTestStore) {
  const store = await openTestStore()
  const parts = await processingOn(store, () => day(1))
  const { id: sourceId } = await store.db.selectFrom('sources').select('id').executeTakeFirstOrThrow()
  const append = (key: string, body: string, receivedAt: number) =>
    store.inbox.append({
      sourceId,
      deliveryKey: key,
      bodySha256: createHash('sha256').update(body).digest('hex'),
      receivedAt,
      headersJson: '{"content-type":"application/json"}',
      body: Buffer.from(body),
    })
  const deliver = async (key: string, body: string, receivedAt: number): Promise<number> => {
    const { id } = await append(key, body, receivedAt)
    await parts.processor.runUntilIdle()
    return id
  }
  return { ...parts, sourceId, append, deliver }
}

/** How many of two who ask for it at once get the pruning. */
async function bothClaim(store: Store, now: number): Promise<number> {
  const claims = ['one', 'two'].map((by) => PruningClaim.take(store, by, now))
  return (await Promise.all(claims)).filter(Boolean).length
}

/** Ids of those that still have their bodies, and of all. */
async function kept(store: Store) {
  const rows = await store.db.selectFrom('deliveries').select(['id', 'body', 'body_gone_at']).orderBy('id').execute()
  for (const row of rows) expect(row.body_gone_at === null).toBe(row.body.length > 0)
  return { bodies: rows.filter(({ body }) => body.length > 0).map(({ id }) => id), all: rows.map(({ id }) => id) }
}

describeOnEachEngine('what is old', (openTestStore) => {
  test('is let go of as long after it came as is said, and no sooner', async () => {
    const { store, append, deliver } = await openInbox(openTestStore)
    const done = await deliver('a', deployed('1.0.0'), day(0))
    const failed = await deliver('b', 'not json', day(0))
    const { id: waiting } = await append('c', deployed('1.1.0'), day(0))
    const young = await deliver('d', deployed('1.2.0'), day(50))
    await store.db.updateTable('deliveries').set({ state: 'accepted', due_at: 0 }).where('id', '=', waiting).execute()

    expect(await prune(store, KEPT, day(90))).toEqual(nothing)
    const first = { ...nothing, bodies: 1, unmatched_names: 2 }
    expect(await countPrunable(store, KEPT, day(90) + 1)).toEqual(first)
    expect(await prune(store, KEPT, day(90) + 1)).toEqual(first)
    expect(await kept(store)).toEqual({ bodies: [failed, waiting, young], all: [done, failed, waiting, young] })
    expect(await prune(store, KEPT, day(365))).toEqual({ ...nothing, bodies: 1, unmatched_names: 1 })
    expect(await prune(store, KEPT, day(365) + 1)).toEqual({ ...nothing, failed_bodies: 1 })
    expect(await prune(store, KEPT, day(400))).toEqual(nothing)
    expect(await countPrunable(store, KEPT, day(400) + 1)).toEqual({ ...nothing, deliveries: 2 })
    expect(await prune(store, KEPT, day(400) + 1)).toEqual({ ...nothing, deliveries: 2 })
    expect(await kept(store)).toEqual({ bodies: [waiting], all: [waiting, young] })
  })

  test('goes in small steps, and ended in between it goes on where it was', async () => {
    const { store, deliver } = await openInbox(openTestStore)
    for (let i = 0; i < 10; i++) await deliver(`k${i}`, i % 2 === 0 ? deployed(`1.0.${i}`) : '{"a":', day(0))
    const steps: [string, number][] = []
    const first = await prune(store, KEPT, day(500), {
      rowsPerStep: 3,
      async afterStep(what, n) {
        steps.push([what, n])
        return steps.length === 2 ? 'stop' : 'go on'
      },
    })
    expect(steps).toEqual([
      ['bodies', 3],
      ['bodies', 2],
    ])
    expect(first).toEqual({ ...nothing, bodies: 5 })
    const rest = await prune(store, KEPT, day(500), { rowsPerStep: 3 })
    expect(rest).toEqual({ ...nothing, failed_bodies: 5, deliveries: 10 })
    expect(await prune(store, KEPT, day(500))).toEqual(nothing)
  })

  test('takes what is noted of a delivery along, and nothing of another', async () => {
    const { store, processor, deliver } = await openInbox(openTestStore)
    const old = await deliver('a', deployed('1.0.0'), day(0))
    const young = await deliver('b', deployed('1.1.0'), day(450))
    for (const id of [old, young]) await replayDelivery({ store, processor }, id, { now: 0, by: { name: 'Ana' } })
    await processor.runUntilIdle()
    await store.db
      .insertInto('seen_bodies')
      .values([old, young].map((id) => ({ source_id: 1, body_sha256: `${id}`, delivery_id: id })))
      .execute()
    await store.db
      .updateTable('deliveries')
      .set((eb) => ({ body_sha256: sql`cast(${eb.ref('id')} as text)` }))
      .execute()
    await prune(store, KEPT, day(500))
    const of = async (table: 'delivery_attempts' | 'unmapped_origins' | 'seen_bodies') =>
      (await store.db.selectFrom(table).select('delivery_id').execute()).map((row) => row.delivery_id)
    expect(await of('delivery_attempts')).toEqual([young])
    expect(await of('seen_bodies')).toEqual([young])
    expect(await of('unmapped_origins')).toEqual([young])
  })

  test('changes nothing that people see, whether it comes again or not', async () => {
    const { store, processor, deliver, append } = await openInbox(openTestStore)
    const bodies = [
      JSON.stringify({
        service: 'checkout',
        version: '1.0.0',
        environment: 'production',
        id: 'r1',
        finishedAt: iso(1),
      }),
      JSON.stringify({ title: 'Timeout', service: 'checkout', id: 'B1', occurredAt: iso(2), count: 3 }),
      JSON.stringify({ title: 'Timeout', service: 'checkout', id: 'B1', status: 'fixed', updatedAt: iso(3) }),
      JSON.stringify({ title: 'Timeout', service: 'checkout', id: 'B1', occurredAt: iso(4), version: '1.0.0' }),
    ]
    for (const [i, body] of bodies.entries()) await deliver(`k${i}`, body, day(5))
    const before = await visibleState(store.db)
    await prune(store, KEPT, day(5 + 91))
    expect(await visibleState(store.db)).toEqual(before)
    // Within the promise it is a duplicate, body or not.
    expect(await append('k1', bodies[1] as string, day(96))).toMatchObject({ outcome: 'duplicate' })
    await prune(store, KEPT, day(5 + 401))
    expect(await visibleState(store.db)).toEqual(before)
    // Beyond it, it is taken in once more, and still does nothing twice.
    for (const [i, body] of bodies.entries()) {
      expect(await append(`k${i}`, body, day(5))).toMatchObject({ outcome: 'accepted' })
      await processor.runUntilIdle()
    }
    expect(await visibleState(store.db)).toEqual(before)
  })
})

const iso = (n: number) => new Date(day(n)).toISOString()

describeOnEachEngine('a delivery without its body', (openTestStore) => {
  test('is not processed again in any way', async () => {
    const { store, processor, sourceId, deliver } = await openInbox(openTestStore)
    const done = await deliver('a', deployed('1.0.0'), day(0))
    const failed = await deliver('b', 'not json', day(0))
    await prune(store, KEPT, day(366))
    for (const id of [done, failed])
      expect(await replayDelivery({ store, processor }, id, { now: 0 })).toBe('body-gone')
    expect(await replayFailed({ store, processor }, {}, { now: 0 })).toBe(0)
    expect(await countInState(store.db, sourceId, 'processed')).toBe(0)
    await store.transaction((trx) => beginReplay(trx, sourceId, { revision: 1, state: 'processed' }))
    expect(await countLeft(store.db, sourceId)).toBe(0)
    await processor.runUntilIdle()
    const states = await store.db.selectFrom('deliveries').select('state').orderBy('id').execute()
    expect(states).toEqual([{ state: 'processed' }, { state: 'failed' }])
  })
})

describeOnEachEngine('what is noted beside deliveries', (openTestStore) => {
  test('goes when it is of no more use', async () => {
    const store = await openTestStore()
    await processingOn(store)
    const at = { attempts: day(100) - 24 * 3_600_000, refusals: day(10), idle: day(99) - 12 * 3_600_000 }
    for (const [name, off] of [
      ['old', -1],
      ['young', 1],
    ] as const) {
      await store.db
        .insertInto('login_attempts')
        .values({ subject: name, failures: 1, blocked_until: 0, last_at: at.attempts + off })
        .execute()
      const refused = { first_at: 0, last_at: at.refusals + off, times: 1 }
      await store.db
        .insertInto('refusals')
        .values({ source_id: 1, reason: 'unsigned', address: name, ...refused })
        .execute()
    }
    const user = { email: 'a@b.example', name: 'A', role: 'admin', password_hash: '', created_at: 0 }
    await store.db.insertInto('users').values(user).execute()
    for (const [hash, last_seen_at, expires_at] of [
      ['idle', at.idle, day(200)],
      ['over', day(99), day(99)],
      ['ended not long ago', day(100), day(100)],
      ['live', day(100), day(200)],
    ] as const)
      await store.db
        .insertInto('sessions')
        .values({ id_hash: hash, user_id: 1, csrf_token: '', created_at: 0, last_seen_at, expires_at })
        .execute()
    const expected = { ...nothing, refusals: 1, sign_in_attempts: 1, sign_in_sessions: 2 }
    expect(await countPrunable(store, KEPT, day(100))).toEqual(expected)
    expect(await prune(store, KEPT, day(100))).toEqual(expected)
    expect(await store.db.selectFrom('sessions').select('id_hash').orderBy('id_hash').execute()).toEqual([
      { id_hash: 'ended not long ago' },
      { id_hash: 'live' },
    ])
    expect(await store.db.selectFrom('refusals').select('address').execute()).toEqual([{ address: 'young' }])
    expect(await store.db.selectFrom('login_attempts').select('subject').execute()).toEqual([{ subject: 'young' }])
  })
})

describeOnEachEngine('pruning', (openTestStore) => {
  test('is for one process at a time, until that has died', async () => {
    const { store, deliver } = await openInbox(openTestStore)
    await deliver('a', deployed('1.0.0'), day(0))
    // The very first claim is made in another way than those that follow.
    expect(await bothClaim(store, day(50))).toBe(1)
    expect(await pruneClaimed(store, KEPT, () => day(51))).toEqual(nothing)
    const claims = await Promise.all([
      PruningClaim.take(store, 'one', day(100)),
      PruningClaim.take(store, 'two', day(100)),
    ])
    expect(claims.filter(Boolean)).toHaveLength(1)
    const claim = claims.find(Boolean) as PruningClaim
    expect(await pruneClaimed(store, KEPT, () => day(100))).toBeUndefined()
    // It says that it goes on.
    expect(await claim.goOn(day(100) + 20 * 60_000)).toBe(true)
    expect(await pruneClaimed(store, KEPT, () => day(100) + 45 * 60_000)).toBeUndefined()
    // And then nothing more.
    const later = day(100) + 60 * 60_000
    const done = { ...nothing, bodies: 1, unmatched_names: 1 }
    expect(await pruneClaimed(store, KEPT, () => later)).toEqual(done)
    expect(await claim.goOn(later)).toBe(false)
    expect(await findPruningRecord(store.db)).toEqual({ at: later, counts: done })
  })

  test('that is told to stop is not noted as done, and is free to go on', async () => {
    const { store, deliver } = await openInbox(openTestStore)
    await deliver('a', deployed('1.0.0'), day(0))
    expect(await pruneClaimed(store, KEPT, () => day(100), { signal: AbortSignal.abort() })).toBeUndefined()
    expect(await findPruningRecord(store.db)).toEqual({})
    // What it had deleted by then is told.
    const told = async () => (await listAuditChain(store.db, 0, 100)).map(({ changeJson }) => JSON.parse(changeJson))
    expect(await told()).toEqual([{ ...nothing, bodies: 1 }])
    expect(await pruneClaimed(store, KEPT, () => day(100))).toEqual({ ...nothing, unmatched_names: 1 })
    expect(await told()).toHaveLength(2)
  })
})

describeOnEachEngine('the nightly pruning', (openTestStore) => {
  test('happens in a thread of its own, once, and tells how much it was', async () => {
    const place = await openTestStore.newPlace()
    const { store, deliver } = await openInbox(
      Object.assign(() => openTestStore(place), openTestStore) as OpenTestStore,
    )
    await deliver('a', deployed('1.0.0'), day(0))
    await store.db.updateTable('deliveries').set({ received_at: 0 }).execute()
    const told: [string, number][] = []
    const heard: string[] = []
    const say = (message: unknown) => heard.push(String(message))
    const pruning = createNightlyPruning({
      store,
      data: { dataDir: place.dataDir, databaseUrl: place.databaseUrl, retention: KEPT },
      clock: Date.now,
      log: { info: say, warn: say, error: say },
      onPruned: (what, n) => told.push([what, n]),
    })
    await pruning.look()
    expect(told).toEqual([
      ['bodies', 1],
      ['deliveries', 1],
    ])
    expect(heard).toEqual(['Let go of what is old: 1 bodies of deliveries, 1 deliveries.'])
    await pruning.look()
    expect(heard).toHaveLength(1)
    await pruning.stop()
  })
})
