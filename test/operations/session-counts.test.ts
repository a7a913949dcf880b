import { expect, test } from 'vitest'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import { receiveDelivery } from '../../src/operations/intake/receive-delivery.ts'
import { replayDelivery } from '../../src/operations/intake/replay-delivery.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { prune } from '../../src/operations/retention/prune.ts'
import { SourceDirectory } from '../../src/operations/sources/source-directory.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { listReleaseSessions } from '../../src/store/releases/session-counts.ts'
import { day } from '../support/factories.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const began = new Date(day(1)).toISOString()
const attrs = { release: 'checkout@2.4.1', environment: 'production' }

type Item = readonly [type: string, payload: object]
const session = (sid: string, status: string, more: object = {}): Item => [
  'session',
  { sid, status, started: began, attrs, ...more },
]
const counts = (numbers: object, more: object = {}): Item => [
  'sessions',
  { aggregates: [{ started: began, ...numbers }], attrs, ...more },
]

async function openSdk(openTestStore: OpenTestStore, service?: string) {
  const place = await openTestStore.newPlace()
  const store = await openTestStore(place)
  const clock = () => day(2)
  const parts = await processingOn(store, clock)
  const secretBox = openSecretBox(`${place.dataDir}/key`)
  const { secret } = await createSource(store, secretBox, { kind: 'sentry-sdk', slug: 'checkout-api', service }, 0)
  const known = await new SourceDirectory(store, secretBox, clock).find('checkout-api')
  let sent = 0
  return {
    ...parts,
    async tell(...items: Item[]) {
      const lines = [{ sent_at: String(sent++) }, ...items.flatMap(([type, payload]) => [{ type }, payload])]
      const body = Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n'))
      const headers = { 'content-type': 'application/x-sentry-envelope' }
      const got = await receiveDelivery(parts, known, { headers, body, pathToken: secret, receivedAt: day(2) })
      if (got.answer !== 'accepted') throw new Error(got.answer)
      await parts.processor.runUntilIdle()
      return got.deliveryId
    },
    counted: async () =>
      await store.db
        .selectFrom('session_counts')
        .innerJoin('services', 'services.id', 'session_counts.service_id')
        .select(['name', 'version', 'environment', 'day', 'total', 'crashed'])
        .where('total', '>', 0)
        .orderBy('version')
        .execute(),
  }
}

const ofDay = { name: 'checkout-api', version: '2.4.1', environment: 'production', day: day(1) }

describeOnEachEngine('sessions', (openTestStore) => {
  test('count once, however many changes of their state are told, in whatever order', async () => {
    const told = [session('a', 'ok'), session('a', 'crashed'), session('b', 'ok'), session('b', 'exited')]
    for (const items of [told, told.toReversed()]) {
      const { tell, counted } = await openSdk(openTestStore)
      for (const item of items) await tell(item)
      await tell(...items)
      expect(await counted()).toEqual([{ ...ofDay, total: 2, crashed: 1 }])
    }
  })

  test('that were counted add up, and a replay adds nothing', async () => {
    const { tell, counted, store, processor } = await openSdk(openTestStore)
    const first = await tell(counts({ exited: 90, crashed: 1 }))
    // The same count of another process.
    await tell(counts({ exited: 90, crashed: 1 }), counts({ errored: 8 }))
    expect(await counted()).toEqual([{ ...ofDay, total: 190, crashed: 2 }])
    await replayDelivery({ store, processor }, first, { now: 0 })
    await processor.runUntilIdle()
    expect(await counted()).toEqual([{ ...ofDay, total: 190, crashed: 2 }])
  })

  test('stay counted when what was said of each is forgotten, and are not counted once more', async () => {
    const { tell, counted, store, processor } = await openSdk(openTestStore)
    const first = await tell(session('a', 'ok'), counts({ exited: 9 }))
    const later = { started: new Date(day(1.75)).toISOString() }
    await tell(session('b', 'ok', later))
    const before = await counted()
    const kept = { bodiesDays: 30, failedDays: 365, deliveriesDays: 400, notificationsDays: 90, reportsDays: 400 }
    expect(await prune(store, kept, day(31.5))).toMatchObject({ counted_sessions: 2 })
    expect(await counted()).toEqual(before)
    // Told again in whatever way, by a replay or by a sender that repeats itself.
    expect(await replayDelivery({ store, processor }, first, { now: 0 })).toBe('queued')
    await processor.runUntilIdle()
    await tell(session('a', 'crashed'), session('b', 'ok', later))
    expect(await counted()).toEqual(before)
    await tell(session('c', 'ok', later))
    expect((await counted()).reduce((sum, { total }) => sum + total, 0)).toBe(12)
  })

  test('count where they began first, whoever is heard of last', async () => {
    const later = { started: new Date(day(1) + 90_000_000).toISOString() }
    const { tell, counted } = await openSdk(openTestStore)
    await tell(session('a', 'ok', later))
    await tell(session('a', 'crashed'))
    expect(await counted()).toEqual([{ ...ofDay, total: 1, crashed: 1 }])
  })

  test('are those of the release by its names, and by environment', async () => {
    const { tell, store, processor } = await openSdk(openTestStore)
    const sha = 'c0ffee254729296a45a3885639ac7e10f9d54979'
    const at = { service: 'checkout-api', environment: 'production' }
    const items = [
      { ...at, version: 'v2.4.1', commit: sha },
      { ...at, version: sha },
      { ...at, version: '2.5.0' },
      { ...at, version: 'v2.5.0' },
    ]
    await submitNative({ store, processor }, { kind: 'deployments', items, receivedAt: day(2) })
    await tell(counts({ exited: 3 }), counts({ exited: 2, crashed: 1 }, { attrs: { ...attrs, release: sha } }))
    await tell(counts({ exited: 9 }, { attrs: { ...attrs, environment: 'staging' } }))
    await tell(counts({ exited: 7 }, { attrs: { ...attrs, release: '2.5.0' } }))
    const releases = await store.db.selectFrom('releases').select(['id', 'version', 'service_id']).execute()
    const of = async (version: string) => {
      const release = releases.find((one) => one.version === version)
      if (!release) throw new Error(version)
      return await listReleaseSessions(store.db, { id: release.id, serviceId: release.service_id })
    }
    const days = { firstDay: day(1), lastDay: day(1) }
    expect(await of('v2.4.1')).toEqual([
      { environment: 'staging', total: 9, crashed: 0, ...days },
      { environment: 'production', total: 6, crashed: 1, ...days },
    ])
    expect(await of('2.5.0')).toMatchObject([{ total: 7 }])
    // With a v it is another release of the same service.
    expect(await of('v2.5.0')).toEqual([])
  })

  test('are of the service that the source is bound to', async () => {
    const { tell, counted } = await openSdk(openTestStore, 'acme/checkout')
    await tell(session('a', 'exited'))
    expect(await counted()).toMatchObject([{ name: 'acme/checkout', total: 1 }])
  })
})
