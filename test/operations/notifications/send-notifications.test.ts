import { describe, expect, test } from 'vitest'
import { SENDING_MOST_MS, TRY_FOR_MS } from '../../../src/core/notifications/sending.ts'
import { openStore } from '../../../src/store/database.ts'
import { dyingStore } from '../../support/emergency-world.ts'
import { day, hours } from '../../support/factories.ts'
import { openNotifying } from '../../support/notifying.ts'
import { describeOnEachEngine, engines, testStoresOn } from '../../support/stores.ts'

const MINUTE = 60_000

describeOnEachEngine('a message', (openTestStore) => {
  test('is sent once, and the channel knows', async () => {
    const here = await openNotifying(openTestStore)
    const id = await here.channel()
    await here.tell()
    const notifier = here.notifier()
    await notifier.runDue()
    await notifier.runDue()
    expect(here.titles()).toEqual(['S1 PF-1: Fact 1'])
    expect(await here.messages()).toMatchObject([{ state: 'sent', attempt: 1, dueAt: undefined, reason: undefined }])
    expect(await here.getChannel(id)).toMatchObject({ lastSentAt: day(2), failures: 0, lastFailure: undefined })
  })

  test('goes to every channel, in the order in which things happened', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel()
    await here.channel({ kind: 'mail', fields: { to: 'ana@b.example' } })
    await here.tell()
    await here.tell()
    await here.tell()
    await here.notifier().runDue()
    expect(here.titles()).toEqual(['S1 PF-1: Fact 1', 'S1 PF-2: Fact 2', 'S1 PF-3: Fact 3'])
    expect(here.smtp.got.map(({ source }) => /Subject: (.*)/.exec(source)?.[1])).toEqual(here.titles())
  })

  test('to one person goes by mail', async () => {
    const here = await openNotifying(openTestStore)
    await here.tell({}, { mail: ['cleo@b.example'] })
    await here.notifier().runDue()
    expect(here.smtp.got).toMatchObject([{ to: ['cleo@b.example'] }])
    expect(await here.messages()).toMatchObject([{ state: 'sent', target: 'mail:cleo@b.example' }])
  })

  test('that was not taken is tried again with the same id, until it is', async () => {
    const here = await openNotifying(openTestStore)
    const id = await here.channel()
    here.receiver.mood = 500
    await here.tell()
    const notifier = here.notifier()
    await notifier.runDue()
    expect(await here.messages()).toMatchObject([
      { state: 'ready', dueAt: day(2) + 5_000, reason: 'It answered 500.', attempt: 1 },
    ])
    expect(await here.getChannel(id)).toMatchObject({ failures: 1, lastFailure: 'It answered 500.' })
    await notifier.runDue()
    expect(here.receiver.got).toHaveLength(1)
    here.receiver.mood = 200
    here.time.now += 5_000
    await notifier.runDue()
    expect(await here.messages()).toMatchObject([{ state: 'sent', attempt: 2 }])
    expect(new Set(here.receiver.got.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  })

  test('is given up after a day, and can be sent again by a person', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel()
    here.receiver.mood = 'hangs up'
    await here.tell()
    const notifier = here.notifier()
    for (const until = day(2) + TRY_FOR_MS + hours(3); here.time.now < until; here.time.now += 10 * MINUTE)
      await notifier.runDue()
    const [message] = await here.messages()
    expect(message).toMatchObject({ state: 'failed', dueAt: undefined, reason: expect.stringContaining('in a day') })
    expect(here.receiver.got.length).toBeGreaterThan(10)
    expect(here.receiver.got.length).toBeLessThan(25)
    here.receiver.mood = 200
    expect(await notifier.resend(message?.id ?? 0)).toBe(true)
    await notifier.runDue()
    expect(await here.messages()).toMatchObject([{ state: 'sent' }])
  })

  test('that was refused for good is not tried again', async () => {
    const here = await openNotifying(openTestStore)
    const id = await here.channel()
    here.receiver.mood = 404
    await here.tell()
    const notifier = here.notifier()
    await notifier.runDue()
    here.time.now += hours(1)
    await notifier.runDue()
    expect(here.receiver.got).toHaveLength(1)
    expect(await here.messages()).toMatchObject([{ state: 'failed', reason: expect.stringContaining('404') }])
    expect(await here.getChannel(id)).toMatchObject({ lastFailedAt: day(2) })
  })

  test('and all others wait as long as the other side asks', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel()
    here.receiver.mood = 'too many'
    await here.tell()
    await here.tell()
    const notifier = here.notifier()
    await notifier.runDue()
    here.receiver.mood = 200
    here.time.now += 89_000
    await notifier.runDue()
    expect(here.receiver.got).toHaveLength(1)
    here.time.now += 1_000
    await notifier.runDue()
    expect(await here.messages()).toMatchObject([{ state: 'sent' }, { state: 'sent' }])
  })

  test('waits while a channel that keeps failing is left alone, and one tries it', async () => {
    const here = await openNotifying(openTestStore)
    const id = await here.channel()
    here.receiver.mood = 500
    for (let n = 0; n < 8; n++) await here.tell()
    const notifier = here.notifier()
    await notifier.runDue()
    expect(here.receiver.got).toHaveLength(5)
    expect(await here.getChannel(id)).toMatchObject({ failures: 5, heldUntil: day(2) + 30_000 })
    here.time.now += 29_000
    await notifier.runDue()
    expect(here.receiver.got).toHaveLength(5)
    here.time.now += 1_000
    await notifier.runDue()
    expect(here.receiver.got).toHaveLength(6)
    here.receiver.mood = 200
    here.time.now += MINUTE
    await notifier.runDue()
    expect((await here.messages()).every(({ state }) => state === 'sent')).toBe(true)
    expect(await here.getChannel(id)).toMatchObject({ failures: 0, heldUntil: undefined })
  })

  test('beyond the cap goes together with others, while an emergency goes at once', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel({ capPerHour: 2 })
    for (let n = 0; n < 5; n++) await here.tell()
    await here.tell({
      event: 'emergency-requested',
      emergencyId: 27,
      strategy: 'rollback',
      version: 'a',
      sentence: 'Go.',
    })
    const notifier = here.notifier()
    await notifier.runDue()
    expect(here.titles()).toEqual([
      'ER-27 waits for approval: roll checkout-api back to a in production',
      'S1 PF-1: Fact 1',
    ])
    expect((await here.messages()).map(({ state, digest }) => `${state}${digest ? ' together' : ''}`)).toEqual([
      'sent',
      ...Array.from({ length: 4 }, () => 'ready together'),
      'sent',
    ])
    here.time.now += hours(1) - MINUTE
    await here.tell()
    await notifier.runDue()
    expect(here.receiver.got).toHaveLength(2)
    here.time.now += MINUTE
    await notifier.runDue()
    expect(here.titles().slice(2)).toEqual(['S1 PF-2: Fact 2 + S1 PF-3: Fact 3 + S1 PF-4: Fact 4 + S1 PF-5: Fact 5'])
    here.time.now += 10 * MINUTE
    await notifier.runDue()
    expect(here.titles().at(-1)).toBe('S1 PF-7: Fact 7')
  })

  test('waits for the full hour where a channel wants everything together', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel({ digestMinutes: 60 })
    here.time.now += 10 * MINUTE
    await here.tell()
    const notifier = here.notifier()
    await notifier.runDue()
    here.time.now += 20 * MINUTE
    await here.tell()
    await notifier.runDue()
    expect(here.receiver.got).toEqual([])
    here.time.now += 30 * MINUTE
    await notifier.runDue()
    expect(here.titles()).toEqual(['S1 PF-1: Fact 1 + S1 PF-2: Fact 2'])
    expect(await here.messages()).toMatchObject([{ state: 'sent' }, { state: 'sent' }])
  })

  test('is not sent to a channel that was switched off or changed to another address', async () => {
    const here = await openNotifying(openTestStore)
    const id = await here.channel()
    await here.tell()
    await here.channel({ id, enabled: false })
    await here.notifier().runDue()
    expect(here.receiver.got).toEqual([])
    expect(await here.messages()).toMatchObject([{ state: 'failed', reason: 'The channel is off.' }])
  })

  test('that cannot be read any more holds up no other, and fails in the end', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel()
    await here.tell()
    await here.store.db.updateTable('notifications').set({ announcement_json: '{' }).execute()
    await here.tell()
    const notifier = here.notifier()
    await notifier.runDue()
    expect(here.titles()).toEqual(['S1 PF-2: Fact 2'])
    for (const until = here.time.now + TRY_FOR_MS + hours(3); here.time.now < until; here.time.now += 10 * MINUTE)
      await notifier.runDue()
    expect(await here.messages()).toMatchObject([{ state: 'failed' }, { state: 'sent' }])
  })

  test('of which the sender was killed after it arrived comes once more', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel()
    await here.tell()
    const dying = dyingStore(here.store)
    here.receiver.onPost = () => dying.die()
    await here.notifier(dying.store).runDue()
    here.receiver.onPost = undefined
    expect(await here.messages()).toMatchObject([{ state: 'sending', attempt: 1 }])
    const notifier = here.notifier()
    await notifier.runDue()
    expect(here.receiver.got).toHaveLength(1)
    here.time.now += SENDING_MOST_MS
    await notifier.runDue()
    expect(here.titles()).toEqual(['S1 PF-1: Fact 1', 'S1 PF-1: Fact 1'])
    expect(await here.messages()).toMatchObject([{ state: 'sent', attempt: 2 }])
  })

  test('of which the sender was killed comes before what was told after it', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel()
    await here.tell()
    const dying = dyingStore(here.store)
    here.receiver.onPost = () => dying.die()
    await here.notifier(dying.store).runDue()
    here.receiver.onPost = undefined
    here.time.now += SENDING_MOST_MS - 1
    await here.tell()
    here.time.now += 1
    await here.notifier().runDue()
    expect(here.titles()).toEqual(['S1 PF-1: Fact 1', 'S1 PF-1: Fact 1', 'S1 PF-2: Fact 2'])
  })

  test('of which the sender was believed gone and answers late is sent, and not once more', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel()
    await here.tell()
    const other = here.notifier()
    here.receiver.onPost = async () => {
      here.receiver.onPost = undefined
      here.time.now += SENDING_MOST_MS
    }
    await here.notifier().runDue()
    await other.runDue()
    expect(here.receiver.got).toHaveLength(1)
    expect(await here.messages()).toMatchObject([{ state: 'sent' }])
  })

  test('is not begun by a sender that slept after taking it', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel()
    await here.tell()
    const sleepy = new Proxy(here.store, {
      get: (target, name) =>
        name === 'transaction'
          ? async (work: never) => {
              const done = await target.transaction(work)
              here.time.now += 11_000
              return done
            }
          : Reflect.get(target, name),
    })
    await here.notifier(sleepy).runDue()
    expect(here.receiver.got).toEqual([])
    expect(await here.messages()).toMatchObject([{ state: 'ready', reason: expect.stringContaining('too long') }])
  })
})

describeOnEachEngine('a test message', (openTestStore) => {
  test('goes at once and says what came of it', async () => {
    const here = await openNotifying(openTestStore)
    const id = await here.channel({ digestMinutes: 1440, enabled: false })
    const notifier = here.notifier()
    expect(await notifier.test(id, 'Ana')).toMatchObject({ outcome: { kind: 'sent' } })
    expect(here.titles()).toEqual(['A test from Postflight'])
    here.receiver.mood = 500
    expect(await notifier.test(id, 'Ana')).toMatchObject({ outcome: { kind: 'failed', reason: 'It answered 500.' } })
    expect(await here.messages()).toMatchObject([{ state: 'sent' }, { state: 'failed', reason: 'It answered 500.' }])
    expect(await notifier.test(id + 1, 'Ana')).toBeUndefined()
  })
})

describe.runIf(engines().includes('postgres'))('two instances on PostgreSQL', () => {
  test('send every message once, one at a time to a channel', async () => {
    const openTestStore = testStoresOn('postgres')
    const place = await openTestStore.newPlace()
    const one = await openStore(place)
    const two = await openStore(place)
    const here = await openNotifying(openTestStore, { store: one })
    await here.channel()
    for (let n = 0; n < 20; n++) await here.tell()
    let under = 0
    let most = 0
    here.receiver.onPost = async () => {
      most = Math.max(most, ++under)
      await new Promise((resolve) => setImmediate(resolve))
      under--
    }
    const notifiers = [here.notifier(one), here.notifier(two)]
    while ((await here.messages()).some(({ state }) => state !== 'sent'))
      await Promise.all(notifiers.map((notifier) => notifier.runDue()))
    expect(here.titles()).toHaveLength(20)
    expect(new Set(here.titles()).size).toBe(20)
    expect(most).toBe(1)
    await one.close()
    await two.close()
  })
})
