import { createHmac, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { BEGIN_WITHIN_MS, SENDING_MOST_MS, TRY_FOR_MS } from '../../../src/core/emergency/dispatch.ts'
import { SecretBox } from '../../../src/operations/access/secret-box.ts'
import { saveTarget } from '../../../src/operations/emergency/ci-targets.ts'
import { openStore } from '../../../src/store/database.ts'
import { listAttempts } from '../../../src/store/emergency/emergency-dispatches.ts'
import { dyingStore, openEmergencyWorld } from '../../support/emergency-world.ts'
import { day } from '../../support/factories.ts'
import { deployed } from '../../support/history-pages.ts'
import { describeOnEachEngine, engines, testStoresOn } from '../../support/stores.ts'

describeOnEachEngine('a request to CI', (openTestStore) => {
  test('is sent once, signed, with its key, and the run is known', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    expect(await world.dispatches()).toMatchObject([{ key: `ER-${id}-1`, state: 'ready' }])
    expect(world.ci.wishes).toEqual([])
    const dispatcher = world.dispatcher()
    await dispatcher.runDue()
    await dispatcher.runDue()
    expect(world.ci.runs).toEqual([`ER-${id}-1`])
    expect(await world.dispatches()).toMatchObject([{ state: 'sent', due_at: null, attempt: 1 }])
    expect(await world.get(id)).toMatchObject({ state: 'building', trouble: undefined })

    const [wish] = world.ci.wishes
    const timestamp = wish?.headers['webhook-timestamp']
    const key = Buffer.from(world.secret.replace('whsec_', ''), 'base64')
    const signature = createHmac('sha256', key).update(`${wish?.key}.${timestamp}.${wish?.body}`).digest('base64')
    expect(wish?.headers['webhook-signature']).toBe(`v1,${signature}`)
    expect(JSON.parse(wish?.body ?? '')).toMatchObject({
      type: 'postflight.rollback',
      data: { key: `ER-${id}-1`, service: 'checkout-api', environment: 'production', version: 'a', from: 'b' },
    })
  })

  test('is not sent before anybody approved', async () => {
    const world = await openEmergencyWorld(openTestStore)
    await world.opened()
    await world.dispatcher().runDue()
    expect(world.ci.wishes).toEqual([])
  })

  test('that hangs holds up no other', async () => {
    const secretBox = new SecretBox(randomBytes(32))
    const world = await openEmergencyWorld(openTestStore, { secretBox })
    const staging = { environment: 'staging' }
    await world.tell('deployments', deployed('a', day(1), staging), deployed('b', day(9), staging))
    const { store, ci, time } = world
    await saveTarget(
      { store, secretBox, allow: ci.rules.allow },
      { service: 'checkout-api', ...staging, kind: 'webhook', settings: { url: ci.url }, secret: '' },
      { name: 'Ana', now: time.now },
    )
    ci.rules = { ...ci.rules, limits: { connectMs: 2_000, totalMs: 15_000 } }
    const first = await world.approved()
    let letGo = () => {}
    const held = new Promise<void>((resolve) => {
      letGo = resolve
    })
    ci.onWish = (key) => (key === `ER-${first.id}-1` ? held : undefined)
    const dispatcher = world.dispatcher()
    dispatcher.start()
    await expect.poll(() => ci.wishes.length).toBe(1)

    const second = await world.opened(staging)
    await world.drive(second.id, { do: 'approve' })
    dispatcher.wake()
    await expect.poll(() => ci.runs).toEqual([`ER-${second.id}-1`])
    letGo()
    await dispatcher.stop()
    expect(ci.runs).toEqual([`ER-${second.id}-1`, `ER-${first.id}-1`])
    expect(await world.dispatches()).toMatchObject([{ state: 'sent' }, { state: 'sent' }])
  })

  test('is tried again when it surely did not arrive, for five minutes', async () => {
    const world = await openEmergencyWorld(openTestStore)
    world.ci.mood = 'busy'
    const { id } = await world.approved()
    const dispatcher = world.dispatcher()
    await dispatcher.runDue()
    expect(await world.dispatches()).toMatchObject([{ state: 'ready', due_at: world.time.now + 2_000, attempt: 1 }])
    await dispatcher.runDue()
    expect(world.ci.wishes).toHaveLength(1)
    for (const until = world.time.now + TRY_FOR_MS + 60_000; world.time.now < until; world.time.now += 1_000)
      await dispatcher.runDue()
    expect(world.ci.runs).toEqual([])
    expect(new Set(world.ci.wishes.map(({ key }) => key))).toEqual(new Set([`ER-${id}-1`]))
    expect(await world.dispatches()).toMatchObject([{ state: 'failed', due_at: null }])
    expect(await world.get(id)).toMatchObject({ state: 'approved', trouble: expect.stringContaining('No run started') })
  })

  test('that was refused for good is not tried again, and a person may have another one sent', async () => {
    const world = await openEmergencyWorld(openTestStore)
    world.ci.mood = 'refuses'
    const { id } = await world.approved()
    const dispatcher = world.dispatcher()
    await dispatcher.runDue()
    expect(await world.dispatches()).toMatchObject([{ state: 'failed' }])
    world.ci.mood = 'takes'
    expect(await world.drive(id, { do: 'send-again' })).toMatchObject({ kind: 'done' })
    await dispatcher.runDue()
    expect(world.ci.runs).toEqual([`ER-${id}-2`])
    expect(await world.get(id)).toMatchObject({ state: 'building', generation: 2 })
  })

  test.each(['takes silently', 'takes and fails', 'takes late'] as const)(
    'whose answer is lost (%s) is found by its key',
    async (mood) => {
      const world = await openEmergencyWorld(openTestStore)
      world.ci.mood = mood
      const { id } = await world.approved()
      const dispatcher = world.dispatcher()
      await dispatcher.runDue()
      expect(await world.dispatches()).toMatchObject([{ state: 'unknown' }])
      expect(await world.get(id)).toMatchObject({ state: 'approved' })
      world.time.now += 2_000
      await dispatcher.runDue()
      expect(await world.dispatches()).toMatchObject([{ state: 'sent' }])
      expect(world.ci.runs).toEqual([`ER-${id}-1`])
      expect(await world.get(id)).toMatchObject({ state: 'building' })
    },
  )

  test('whose answer is lost is sent again only when there surely is no run', async () => {
    const world = await openEmergencyWorld(openTestStore)
    world.ci.mood = 'loses'
    const { id } = await world.approved()
    const dispatcher = world.dispatcher()
    await dispatcher.runDue()
    world.ci.mood = 'takes'
    world.time.now += 2_000
    await dispatcher.runDue()
    await dispatcher.runDue()
    expect(world.ci.runs).toEqual([`ER-${id}-1`])
    expect((await listAttempts(world.store.db, id)).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual([
      'fire started',
      'look surely-none',
      'fire unknown',
    ])
  })

  test('that nobody can tell of waits for a person, however long', async () => {
    const world = await openEmergencyWorld(openTestStore, { withLookup: false })
    world.ci.mood = 'takes silently'
    const { id } = await world.approved()
    const dispatcher = world.dispatcher()
    await dispatcher.runDue()
    for (let i = 0; i < 100; i++) {
      world.time.now += 30_000
      await dispatcher.runDue()
    }
    expect(world.ci.wishes).toHaveLength(1)
    expect(await world.dispatches()).toMatchObject([{ state: 'unknown', due_at: null }])
    expect(await world.get(id)).toMatchObject({ state: 'approved', trouble: expect.stringContaining('cannot tell') })
    // It must be said first whether a run started.
    expect(await world.drive(id, { do: 'cancel', reason: 'x' })).toMatchObject({ kind: 'refused' })
    expect(await world.drive(id, { do: 'run-started', url: 'https://ci.example/runs/7' })).toMatchObject({
      kind: 'done',
    })
    expect(await world.dispatches()).toMatchObject([{ state: 'sent' }])
    expect(await world.get(id)).toMatchObject({ state: 'building' })
  })

  test('is not known when the server ended while it sent; it is never sent again by itself', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    // Its last breath: what it would conclude never reaches the disk.
    const dying = dyingStore(world.store)
    world.ci.onWish = () => dying.die()
    await world.dispatcher(dying.store).runDue()
    world.ci.onWish = undefined
    expect(await world.dispatches()).toMatchObject([{ state: 'sending', attempt: 1 }])

    const other = world.dispatcher()
    await other.runDue()
    expect(await world.dispatches()).toMatchObject([{ state: 'sending' }])
    world.time.now += SENDING_MOST_MS
    await other.runDue()
    expect(await world.dispatches()).toMatchObject([{ state: 'unknown' }])
    await other.runDue()
    expect(await world.dispatches()).toMatchObject([{ state: 'sent', attempt: 1 }])
    expect(world.ci.runs).toEqual([`ER-${id}-1`])
  })

  test('is not known either when it ended before anything was sent: then a person decides', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    const dying = dyingStore(world.store)
    const { resolve } = world.ci.rules
    world.ci.rules = {
      ...world.ci.rules,
      resolve: async () => {
        dying.die()
        throw new Error('gone')
      },
    }
    await world.dispatcher(dying.store).runDue()
    world.ci.rules = { ...world.ci.rules, resolve: resolve as NonNullable<typeof resolve> }
    expect(await world.dispatches()).toMatchObject([{ state: 'sending' }])
    const other = world.dispatcher()
    for (let i = 0; i < 20; i++) {
      world.time.now += 30_000
      await other.runDue()
    }
    expect(world.ci.wishes).toEqual([])
    expect(await world.dispatches()).toMatchObject([{ state: 'unknown', due_at: null }])
    expect(await world.drive(id, { do: 'send-again' })).toMatchObject({ kind: 'done' })
    await other.runDue()
    expect(world.ci.runs).toEqual([`ER-${id}-2`])
    expect(await world.dispatches()).toMatchObject([{ state: 'failed' }, { state: 'sent' }])
  })

  test('that nobody was there to send for five minutes is not sent by surprise: a person decides', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    world.time.now += TRY_FOR_MS + 1
    await world.dispatcher().runDue()
    expect(world.ci.wishes).toEqual([])
    expect(await world.dispatches()).toMatchObject([{ state: 'failed', due_at: null }])
    expect(await world.get(id)).toMatchObject({ trouble: expect.stringContaining('too late') })
    expect(await world.drive(id, { do: 'send-again' })).toMatchObject({ kind: 'done' })
    await world.dispatcher().runDue()
    expect(world.ci.runs).toEqual([`ER-${id}-2`])
  })

  test('that every look for its run brings down waits for a person after three', async () => {
    const world = await openEmergencyWorld(openTestStore)
    world.ci.mood = 'takes silently'
    const { id } = await world.approved()
    await world.dispatcher().runDue()
    const truth = world.ci.rules
    for (let restarts = 0; restarts < 6; restarts++) {
      world.time.now += 60_000
      const dying = dyingStore(world.store)
      const { resolve } = truth
      world.ci.rules = {
        ...truth,
        resolve: async (host) => {
          dying.die()
          return (await resolve?.(host)) ?? []
        },
      }
      await world.dispatcher(dying.store).runDue()
    }
    expect(await world.dispatches()).toMatchObject([{ state: 'unknown', due_at: null }])
    expect(await world.get(id)).toMatchObject({ state: 'approved', trouble: expect.stringContaining('cannot tell') })
  })

  test('that cannot be read any more is not sent, and no look for it goes on without end', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    await world.store.db.updateTable('emergency_dispatches').set({ request_json: '{' }).execute()
    const dispatcher = world.dispatcher()
    await dispatcher.runDue()
    expect(await world.dispatches()).toMatchObject([{ state: 'failed', due_at: null }])
    await world.store.db.updateTable('emergency_dispatches').set({ state: 'unknown', due_at: world.time.now }).execute()
    for (let i = 0; i < 4; i++) {
      await dispatcher.runDue()
      world.time.now += 20_000
    }
    expect(await world.dispatches()).toMatchObject([{ state: 'unknown', due_at: null }])
    expect(await world.get(id)).toMatchObject({ trouble: expect.stringContaining('cannot tell') })
  })

  test('does not wait for an hour because the clock was set back by one while it was sent', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    const dying = dyingStore(world.store)
    world.ci.onWish = () => dying.die()
    await world.dispatcher(dying.store).runDue()
    world.ci.onWish = undefined
    world.time.now -= 3_600_000
    const other = world.dispatcher()
    await other.runDue()
    await other.runDue()
    expect(await world.dispatches()).toMatchObject([{ state: 'sent', attempt: 1 }])
    expect(world.ci.runs).toEqual([`ER-${id}-1`])
  })

  test('that its sender slept over is not begun any more', async () => {
    const world = await openEmergencyWorld(openTestStore)
    await world.approved()
    const slow = new Proxy(world.store, {
      get: (store, name) =>
        name === 'transaction'
          ? async (work: never) => {
              const result = await store.transaction(work)
              world.time.now += BEGIN_WITHIN_MS + 1
              return result
            }
          : Reflect.get(store, name),
    })
    await world.dispatcher(slow).runDue()
    expect(world.ci.wishes).toEqual([])
    expect(await world.dispatches()).toMatchObject([{ state: 'ready', attempt: 1 }])
  })

  test('is not sent to a target that was changed after the approval', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    await world.store.db
      .updateTable('ci_targets')
      .set((eb) => ({ revision: eb('revision', '+', 1) }))
      .execute()
    await world.dispatcher().runDue()
    expect(world.ci.wishes).toEqual([])
    expect(await world.dispatches()).toMatchObject([{ state: 'failed' }])
    expect(await world.get(id)).toMatchObject({ trouble: expect.stringContaining('was changed after the approval') })
  })

  test('that was cancelled before it was sent never is', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    expect(await world.drive(id, { do: 'cancel', reason: 'A false alarm.' })).toMatchObject({ kind: 'done' })
    await world.dispatcher().runDue()
    expect(world.ci.wishes).toEqual([])
    expect(await world.dispatches()).toMatchObject([{ state: 'withdrawn', due_at: null }])
  })

  test('cannot be cancelled while it is being sent', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    let during: unknown
    world.ci.onWish = async () => {
      during = await world.drive(id, { do: 'cancel', reason: 'A false alarm.' })
    }
    await world.dispatcher().runDue()
    expect(during).toMatchObject({ kind: 'refused' })
    expect(await world.get(id)).toMatchObject({ state: 'building' })
  })

  test('is sent by one of many who see it at once', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { id } = await world.approved()
    await Promise.all(Array.from({ length: 6 }, () => world.dispatcher().runDue()))
    expect(world.ci.runs).toEqual([`ER-${id}-1`])
    expect(await world.dispatches()).toMatchObject([{ state: 'sent', attempt: 1 }])
  })
})

describe.runIf(engines().includes('postgres'))('two instances on PostgreSQL', () => {
  test('send each request once, and look for a lost one once', async () => {
    const openTestStore = testStoresOn('postgres')
    const place = await openTestStore.newPlace()
    const [one, other] = [await openTestStore(place), await openStore(place)]
    try {
      const world = await openEmergencyWorld(openTestStore, { store: one })
      world.ci.mood = 'takes silently'
      const { id } = await world.approved()
      const both = [world.dispatcher(one), world.dispatcher(other)]
      const runBoth = () => Promise.all(both.map((dispatcher) => dispatcher.runDue()))
      await runBoth()
      world.time.now += 2_000
      await runBoth()
      expect(world.ci.wishes).toHaveLength(1)
      expect((await listAttempts(one.db, id)).map(({ kind }) => kind)).toEqual(['look', 'fire'])
      expect(await world.get(id)).toMatchObject({ state: 'building' })
    } finally {
      await other.close()
    }
  })
})
