import { expect, test } from 'vitest'
import type { Announcement } from '../../../src/core/notifications/announcement.ts'
import { changeDefect } from '../../../src/operations/defects/change-defect.ts'
import { setLock } from '../../../src/operations/emergency/set-locks.ts'
import { previewReplay } from '../../../src/operations/intake/preview-replay.ts'
import { watchFacts } from '../../../src/operations/notifications/watch-facts.ts'
import type { Store } from '../../../src/store/database.ts'
import { listNotifications } from '../../../src/store/notifications/notifications.ts'
import { findEnvironment, findService } from '../../../src/store/services/services.ts'
import { noteDelivered } from '../../../src/store/sources/source-rhythm.ts'
import { insertSource } from '../../../src/store/sources/sources.ts'
import { listeningChannel } from '../../support/channels.ts'
import { openEmergencyWorld } from '../../support/emergency-world.ts'
import { day, hours } from '../../support/factories.ts'
import { deployed, seen } from '../../support/history-pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const told = async (store: Store): Promise<Announcement[]> =>
  (await listNotifications(store.db, { limit: 100 }))
    .reverse()
    .map(({ announcementJson }) => JSON.parse(announcementJson) as Announcement)

const events = async (store: Store) => (await told(store)).map(({ event }) => event)

/** `a` for eight days, then `b`, a day ago; somebody listens to everything. */
async function listening(openTestStore: OpenTestStore) {
  const world = await openEmergencyWorld(openTestStore)
  await listeningChannel(world.store)
  return world
}

describeOnEachEngine('people are told', (openTestStore) => {
  test('of every step of an emergency release that is theirs to know', async () => {
    const world = await listening(openTestStore)
    const { id } = await world.approved()
    await world.dispatcher().runDue()
    world.time.now += 180_000
    await world.tell('deployments', deployed('a', world.time.now))
    await world.follow()
    await world.drive(id, { do: 'note', text: 'Looks good.' })
    await world.drive(id, { do: 'verify', reason: 'Paid with my own card.' })
    await world.drive(id, { do: 'close' })
    const steps = (await told(world.store)).filter(({ event }) => event.startsWith('emergency-'))
    expect(steps.map(({ event }) => event)).toEqual([
      'emergency-requested',
      'emergency-approved',
      'emergency-deployed',
      'emergency-verified',
      'emergency-closed',
    ])
    expect(steps[0]).toMatchObject({
      emergencyId: id,
      service: 'checkout-api',
      environment: 'production',
      strategy: 'rollback',
      version: 'a',
      sentence: 'Ana opened it for a: Captures fail.',
    })
  })

  test('that an emergency release needs a person, and that it came to nothing', async () => {
    const world = await listening(openTestStore)
    world.ci.mood = 'refuses'
    const { id } = await world.approved()
    await world.dispatcher().runDue()
    await world.drive(id, { do: 'cancel', reason: 'We fix forward.' })
    expect(await events(world.store)).toEqual([
      'emergency-requested',
      'emergency-approved',
      'emergency-needs-person',
      'emergency-failed',
    ])
  })

  test('of nothing when a step was refused', async () => {
    const world = await listening(openTestStore)
    const { id } = await world.opened()
    expect(await world.drive(id, { do: 'approve' }, { actor: world.cleo })).toMatchObject({ kind: 'refused' })
    expect(await events(world.store)).toEqual(['emergency-requested'])
  })

  test('which release is suspected of a defect, once, whatever is said of it later', async () => {
    const world = await listening(openTestStore)
    const bug = seen('Capture fails', day(9.01), { version: 'b', id: 'BUG-1', severity: 'S1' })
    world.time.now = day(9.02)
    await world.tell('defects', bug)
    await world.tell('defects', { ...bug, occurredAt: undefined, count: 3 })
    expect(await told(world.store)).toMatchObject([
      {
        event: 'defect-attributed',
        at: day(9.01),
        defect: { title: 'Capture fails', severity: 'S1' },
        release: { service: 'checkout-api', version: 'b' },
      },
    ])
  })

  test('nothing of what happened long ago, however it comes in', async () => {
    const world = await listening(openTestStore)
    world.time.now = day(12)
    await world.tell('defects', seen('Capture fails', day(9.01), { version: 'b', id: 'BUG-1', severity: 'S1' }))
    const [defect] = await world.store.db.selectFrom('defects').select(['attribution']).execute()
    expect(defect?.attribution).not.toBe('unattributed')
    expect(await told(world.store)).toEqual([])
  })

  test('nothing by looking what a replay would do', async () => {
    const world = await listening(openTestStore)
    world.time.now = day(9.02)
    await world.tell('defects', seen('Capture fails', day(9.01), { version: 'b', id: 'BUG-1', severity: 'S1' }))
    await world.store.db.deleteFrom('notifications').execute()
    const { id } = await world.store.db
      .selectFrom('deliveries')
      .select('id')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
    expect(await previewReplay(world.store, id, () => world.time.now, 60_000)).toMatchObject({ kind: 'effect' })
    expect(await told(world.store)).toEqual([])
  })

  test('that a defect came back, once for each time', async () => {
    const world = await listening(openTestStore)
    const bug = { title: 'Timeout', service: 'checkout-api', id: 'BUG-1', environment: 'production', severity: 'S2' }
    world.time.now = day(20)
    await world.tell('defects', { ...bug, version: '8.1.1', occurredAt: new Date(day(12)).toISOString() })
    await world.tell('deployments', deployed('8.1.2', day(13)), deployed('8.1.3', day(19)))
    await world.tell('defects', {
      ...bug,
      status: 'fixed',
      fixedIn: '8.1.2',
      resolvedAt: new Date(day(13)).toISOString(),
    })
    expect(await events(world.store)).toEqual([])
    const again = { ...bug, version: '8.1.3', occurredAt: new Date(day(19.9)).toISOString() }
    await world.tell('defects', again)
    await world.tell('defects', { ...again, occurredAt: new Date(day(19.95)).toISOString() })
    expect((await told(world.store)).filter(({ event }) => event === 'defect-regressed')).toMatchObject([
      { at: day(19.9), defect: { title: 'Timeout' }, sentence: expect.stringContaining('Seen in 8.1.3') },
    ])
  })

  test('nothing below the least severity, until a person raises it', async () => {
    const world = await openEmergencyWorld(openTestStore)
    await listeningChannel(world.store, { leastSeverity: 'S2' })
    world.time.now = day(9.02)
    await world.tell('defects', seen('Slow', day(9.01), { version: 'b', id: 'BUG-1', severity: 'S3' }))
    expect(await told(world.store)).toEqual([])
    const { id } = await world.store.db.selectFrom('defects').select('id').executeTakeFirstOrThrow()
    const change = { kind: 'severity', severity: 'S1' } as const
    await changeDefect(world.parts, { defectId: id, actor: { name: 'Ana' }, now: world.time.now, change })
    await world.parts.processor.runUntilIdle()
    expect(await events(world.store)).toEqual(['defect-attributed'])
  })

  test('that deliveries of a source cannot be processed, once an hour', async () => {
    const world = await listening(openTestStore)
    const sourceId = await insertSource(world.store.db, { slug: 'shop', kind: 'native', name: 'Shop', createdAt: 0 })
    const deliver = async (key: string) => {
      await world.store.inbox.append({
        sourceId,
        deliveryKey: key,
        bodySha256: key,
        receivedAt: world.time.now,
        headersJson: '{"content-type":"application/json"}',
        body: Buffer.from('{"service": '),
      })
      await world.parts.processor.runUntilIdle()
    }
    await deliver('one')
    await deliver('two')
    expect(await told(world.store)).toMatchObject([
      { event: 'delivery-failed', source: { slug: 'shop', name: 'Shop' }, reason: expect.stringMatching(/JSON/i) },
    ])
    world.time.now += hours(1)
    await deliver('three')
    expect(await events(world.store)).toHaveLength(2)
  })

  test('that a place was locked', async () => {
    const world = await listening(openTestStore)
    const service = await findService(world.store.db, 'checkout-api')
    const environment = await findEnvironment(world.store.db, 'production')
    if (!service || !environment) throw new Error('no place')
    await setLock(world.store, { service, environment, reason: 'Audit' }, { by: world.ana, now: world.time.now })
    expect(await told(world.store)).toMatchObject([
      { event: 'lock-set', service: 'checkout-api', environment: 'production', reason: 'Audit', by: 'Ana' },
    ])
  })

  test('that a source went silent, once for each silence', async () => {
    const world = await listening(openTestStore)
    const { store, time } = world
    const sourceId = await insertSource(store.db, { slug: 'github', kind: 'github', name: 'GitHub', createdAt: 0 })
    await noteDelivered(store.db, sourceId, [time.now])
    const look = () => watchFacts({ store, clock: () => time.now })
    await look()
    expect(await events(store)).toEqual([])
    time.now += hours(25)
    await look()
    await look()
    expect(await told(store)).toMatchObject([{ event: 'source-silent', source: { name: 'GitHub' } }])
    await noteDelivered(store.db, sourceId, [time.now])
    time.now += hours(25)
    await look()
    expect(await events(store)).toEqual(['source-silent', 'source-silent'])
    // Set up long ago and silent for long: that is no news to a channel that is new.
    const other = await insertSource(store.db, { slug: 'jira', kind: 'jira', name: 'Jira', createdAt: 0 })
    await noteDelivered(store.db, other, [time.now - hours(80)])
    await look()
    expect(await events(store)).toHaveLength(2)
  })

  test('that the verdict on a release turned to suspect, once', async () => {
    const world = await listening(openTestStore)
    const { store, time } = world
    const look = () => watchFacts({ store, clock: () => time.now })
    await look()
    const grave = Array.from({ length: 12 }, (_, n) =>
      seen(`Failure ${n} of its own`, day(9) + hours(n + 1), { version: 'b', id: `BUG-${n}`, severity: 'S1' }),
    )
    await world.tell('defects', ...grave)
    await store.db.deleteFrom('notifications').execute()
    await look()
    await look()
    expect((await told(store)).filter(({ event }) => event === 'release-suspect')).toMatchObject([
      { service: 'checkout-api', environment: 'production', version: 'b', reasons: [expect.any(String)] },
    ])
  })
})
