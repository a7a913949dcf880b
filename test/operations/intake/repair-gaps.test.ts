import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { readAddress } from '../../../src/core/network-address.ts'
import { NOTHING_MORE, type OutboundAllow } from '../../../src/core/outbound-rule.ts'
import { SecretBox } from '../../../src/operations/access/secret-box.ts'
import { turnRepairOff, turnRepairOn } from '../../../src/operations/intake/repair-admin.ts'
import { GapRepair } from '../../../src/operations/intake/repair-gaps.ts'
import { createSource, SourceRefused } from '../../../src/operations/sources/sources-admin.ts'
import { openStore, type Store } from '../../../src/store/database.ts'
import { listRepairs } from '../../../src/store/sources/source-repairs.ts'
import { day, hours } from '../../support/factories.ts'
import { type FakeGithub, startFakeGithub } from '../../support/fake-github.ts'
import { outOfTime } from '../../support/out-of-time.ts'
import { describeOnEachEngine, testStoresOn } from '../../support/stores.ts'

const NOW = day(10)
const TOKEN = 'github_pat_canary_11AAAAAAA'
const box = new SecretBox(new Uint8Array(32).fill(1))
const allow: OutboundAllow = { ...NOTHING_MORE, addresses: [readAddress('127.0.0.1') ?? []] }
const minutes = (n: number) => n * 60_000

/** A source whose gaps are repaired against a GitHub of the test's own. */
async function repairing(store: Store) {
  const github = await startFakeGithub('https://postflight.example.com/hooks/github')
  const { id: sourceId } = await createSource(store, box, { kind: 'github' }, NOW - hours(24))
  await turnRepairOn(store, { secretBox: box, allow }, 'github', { hookUrl: github.hookUrl, token: TOKEN }, NOW)
  const logged: string[] = []
  const time = { now: NOW }
  const news: unknown[] = []
  const gapRepair = new GapRepair({
    store,
    secretBox: box,
    rules: { allow, limits: { connectMs: 60_000, totalMs: 60_000 } },
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
    clock: () => time.now,
    onNews: () => news.push(1),
  })
  return {
    github,
    sourceId,
    gapRepair,
    time,
    news,
    logged: () => logged.join(''),
    looksAfter: async (ms: number) => {
      time.now += ms
      await gapRepair.lookWhereDue()
      return (await listRepairs(store.db))[0]?.result
    },
    state: async () => (await listRepairs(store.db))[0],
    arrives: async (guid: string) => {
      await store.inbox.append({
        sourceId,
        deliveryKey: guid,
        bodySha256: createHash('sha256').update(guid).digest('hex'),
        receivedAt: time.now,
        headersJson: '{}',
        body: Buffer.from('{}'),
      })
    },
  }
}

/** Resolves when it leaves a call hanging. */
const hangingOf = (github: FakeGithub): Promise<void> =>
  new Promise((resolve) => {
    github.onHanging = resolve
  })

describeOnEachEngine('gap repair', (openTestStore) => {
  test('asks for what failed and is not here, once, and is content when it has arrived', async () => {
    const { github, looksAfter, arrives, news } = await repairing(await openTestStore())
    await arrives('here')
    github.attempted({ guid: 'here', at: NOW - hours(1), statusCode: 0 })
    github.attempted({ guid: 'missed', at: NOW - hours(2) })
    github.attempted({ guid: 'missed', at: NOW - hours(1) })
    expect(await looksAfter(0)).toEqual({ listed: 3, missing: 1, lost: 0, givenUp: 0, asked: 1, cutShort: false })
    expect(github.asked()).toEqual(['missed'])
    expect(github.authorizations).toEqual(new Set([`Bearer ${TOKEN}`]))
    expect(news).toHaveLength(1)
    // It is on its way: the next look waits for it.
    expect(await looksAfter(minutes(5))).toMatchObject({ missing: 1, asked: 0 })
    await arrives('missed')
    expect(await looksAfter(minutes(5))).toMatchObject({ missing: 0, asked: 0 })
    expect(await looksAfter(hours(24))).toMatchObject({ missing: 0, asked: 0 })
    expect(github.asked()).toEqual(['missed'])
  })

  test('asks again, later each time, and gives up in the end', async () => {
    const { github, looksAfter, time } = await repairing(await openTestStore())
    github.attempted({ guid: 'missed', at: NOW - hours(1) })
    const asked = async (after: number) => {
      const result = await looksAfter(NOW + minutes(after) - time.now)
      // Each time it fails again, which GitHub logs.
      if (result?.asked === 1) github.attempted({ guid: 'missed', at: time.now })
      return result?.asked
    }
    expect(await asked(0)).toBe(1)
    for (const after of [10, 70, 430, 1870]) {
      expect(await asked(after - 5)).toBe(0)
      expect(await asked(after)).toBe(1)
    }
    for (const after of [1880, 1950, 2400, 4000]) expect(await asked(after)).toBe(0)
    expect(await looksAfter(minutes(5))).toMatchObject({ missing: 0, givenUp: 1 })
  })

  test('looks every five minutes and not in between', async () => {
    const { github, looksAfter } = await repairing(await openTestStore())
    await looksAfter(0)
    await looksAfter(minutes(5) - 1)
    expect(github.calls).toEqual(['GET ', 'GET /deliveries'])
    await looksAfter(1)
    expect(github.calls).toHaveLength(4)
  })

  test('reads page by page, as far back as GitHub remembers, later only as far as needed', async () => {
    const { github, looksAfter, arrives } = await repairing(await openTestStore())
    github.pageSize = 10
    for (let i = 0; i < 35; i++) {
      const guid = `taken-${i}`
      github.attempted({ guid, at: NOW - hours(2 * i + 2), statusCode: 202 })
      await arrives(guid)
    }
    github.attempted({ guid: 'forgotten', at: NOW - hours(80) })
    github.attempted({ guid: 'old', at: NOW - hours(71) })
    expect(await looksAfter(0)).toMatchObject({ listed: 37, missing: 1, asked: 1 })
    expect(github.asked()).toEqual(['old'])
    // Something from 71 hours ago is still missing: the whole way again.
    expect(await looksAfter(minutes(5))).toMatchObject({ listed: 37 })
    await arrives('old')
    await looksAfter(minutes(5))
    github.calls.length = 0
    expect(await looksAfter(minutes(5))).toMatchObject({ listed: 10 })
    expect(github.calls).toEqual(['GET ', 'GET /deliveries'])
  })

  test('asks for a bounded number at once, the oldest first, and for the others in the next rounds', async () => {
    const { github, looksAfter } = await repairing(await openTestStore())
    for (let i = 0; i < 60; i++) github.attempted({ guid: `missed-${i}`, at: NOW - hours(20) + minutes(i) })
    expect(await looksAfter(0)).toMatchObject({ missing: 60, asked: 25 })
    expect(await looksAfter(minutes(5))).toMatchObject({ missing: 60, asked: 25 })
    const inOrder = Array.from({ length: 50 }, (_, i) => `missed-${i}`)
    expect(github.asked()).toEqual(inOrder)
  })

  test('what GitHub counts as delivered and is not here is asked for, and logged as a loss, once', async () => {
    const { github, looksAfter, logged } = await repairing(await openTestStore())
    github.attempted({ guid: 'lost', at: NOW - hours(2), statusCode: 202 })
    github.attempted({ guid: 'before-our-time', at: NOW - hours(30), statusCode: 200 })
    expect(await looksAfter(0)).toMatchObject({ missing: 1, lost: 1, asked: 1 })
    expect(github.asked()).toEqual(['lost'])
    await looksAfter(minutes(10))
    expect(github.asked()).toEqual(['lost', 'lost'])
    const lines = logged().split('\n')
    expect(lines.filter((line) => line.includes('are not here'))).toEqual([
      expect.stringMatching(/"level":50.*"deliveries":\["lost"\]/),
    ])
  })

  test('two instances ask once', async () => {
    const place = await openTestStore.newPlace()
    const [one, two] = [await openTestStore(place), await openTestStore(place)]
    const { github, gapRepair, time } = await repairing(one)
    const other = new GapRepair({
      store: two,
      secretBox: box,
      rules: { allow },
      log: pino({ level: 'silent' }),
      clock: () => time.now,
    })
    for (let i = 0; i < 5; i++) github.attempted({ guid: `missed-${i}`, at: NOW - hours(2) })
    await Promise.all([gapRepair.lookWhereDue(), other.lookWhereDue()])
    expect(github.calls.filter((call) => call === 'GET ')).toHaveLength(1)
    expect(github.asked()).toHaveLength(5)
    // One that starts in the middle of the other's look finds part of it asked for, and asks for the rest.
    time.now += minutes(10)
    let interleaved: Promise<void> | undefined
    github.answer = (call) => {
      if (call.startsWith('POST')) interleaved ??= other.hasten().then(() => other.lookWhereDue())
      return undefined
    }
    await gapRepair.lookWhereDue()
    await interleaved
    expect(github.calls.filter((call) => call === 'GET ')).toHaveLength(3)
    expect(github.asked()).toHaveLength(10)
  })
})

describe('when GitHub does not answer as it should', () => {
  const onSqlite = testStoresOn('sqlite')

  test.each([
    ['401', { status: 401 }, { kind: 'unauthorised' }],
    ['403', { status: 403 }, { kind: 'unauthorised' }],
    ['404', { status: 404 }, { kind: 'not-found' }],
    ['a move', { status: 301, headers: { Location: 'https://elsewhere.example/' } }, { kind: 'moved' }],
    ['500', { status: 500 }, { kind: 'failed', status: 500 }],
    ['no JSON', { status: 200, body: '<html>' }, { kind: 'unreadable' }],
    ['other JSON', { status: 200, body: '{"items":[]}' }, { kind: 'unreadable' }],
    ['too much', { status: 200, body: ' '.repeat(1_100_000) }, { kind: 'unreadable' }],
    ['nothing', 'hang up', { kind: 'unreachable', why: 'connection' }],
    ['hanging', 'hang', { kind: 'unreachable', why: 'time' }],
  ] as const)('%s is kept as what it is, and the next look comes later', async (_, answer, problem) => {
    for (const call of ['GET ', 'GET /deliveries']) {
      const { github, looksAfter, state, news } = await repairing(await onSqlite())
      github.attempted({ guid: 'missed', at: NOW - hours(1) })
      github.answer = (asked) => (asked === call ? answer : undefined)
      const looksFor = (ms: number) =>
        answer === 'hang' ? outOfTime(hangingOf(github), () => looksAfter(ms)) : looksAfter(ms)
      expect(await looksFor(0)).toMatchObject({ asked: 0, problem })
      await looksFor(minutes(5))
      expect(await state()).toMatchObject({ failures: 2, nextLookAt: NOW + minutes(15), settledUntil: undefined })
      expect(news).toHaveLength(1)
      github.answer = undefined
      expect(await looksAfter(minutes(10))).toMatchObject({ asked: 1 })
      expect(await state()).toMatchObject({ failures: 0, nextLookAt: NOW + minutes(20) })
    }
  })

  const resetAt = Math.floor((NOW + minutes(50)) / 1000)
  test.each([
    ['Retry-After', { status: 429, headers: { 'Retry-After': '1800' } }, 30],
    ['Retry-After with 403', { status: 403, headers: { 'Retry-After': '1800' } }, 30],
    [
      'Retry-After as a date',
      { status: 429, headers: { 'Retry-After': new Date(NOW + minutes(20)).toUTCString() } },
      20,
    ],
    [
      'X-RateLimit-Reset',
      { status: 403, headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(resetAt) } },
      50,
    ],
    ['no word of when', { status: 429 }, 5],
  ])('a rate limit is waited for: %s', async (_, answer, after) => {
    const { github, looksAfter, state, gapRepair } = await repairing(await onSqlite())
    github.attempted({ guid: 'a', at: NOW - hours(2) })
    github.attempted({ guid: 'b', at: NOW - hours(1) })
    github.answer = (call) => (call.startsWith('POST') && github.asked().length > 1 ? answer : undefined)
    // The first one is taken, then the limit is reached.
    expect(await looksAfter(0)).toMatchObject({ asked: 1, missing: 2, problem: { kind: 'rate-limited' } })
    expect((await state())?.nextLookAt).toBe(NOW + minutes(after))
    // A start does not look before it is over.
    await gapRepair.hasten()
    expect((await state())?.nextLookAt).toBe(NOW + minutes(after))
    github.answer = undefined
    // What was refused was not asked for, so it is the next one's turn.
    expect(await looksAfter(minutes(after))).toMatchObject({ asked: after > 5 ? 2 : 1 })
    expect(github.asked().filter((guid) => guid === 'b')).toHaveLength(2)
  })

  test('a delivery that GitHub no longer has holds up no other', async () => {
    const { github, looksAfter } = await repairing(await onSqlite())
    for (const guid of ['a', 'b', 'c']) github.attempted({ guid, at: NOW - hours(1) })
    github.answer = (call) => (call.startsWith('POST') && github.asked().length === 1 ? { status: 422 } : undefined)
    expect(await looksAfter(0)).toMatchObject({ asked: 2, missing: 3 })
    expect(await looksAfter(minutes(5))).toMatchObject({ asked: 0, missing: 3 })
  })

  test('a hook that delivers elsewhere or is switched off is not asked for anything', async () => {
    const { github, looksAfter } = await repairing(await onSqlite())
    github.attempted({ guid: 'missed', at: NOW - hours(1) })
    for (const [url, host] of [
      ['https://other.example/hooks/other?token=theirs', 'other.example'],
      ['https://other.example:8443/', 'other.example:8443'],
      ['no address', ''],
    ] as const) {
      github.hook.url = url
      expect((await looksAfter(hours(1)))?.problem).toEqual({ kind: 'elsewhere', host })
    }
    github.hook.url = 'https://proxy.example/postflight/hooks/github/'
    github.hook.active = false
    expect(await looksAfter(hours(1))).toMatchObject({ problem: { kind: 'switched-off' } })
    expect(new Set(github.calls)).toEqual(new Set(['GET ']))
    github.hook.active = true
    expect(await looksAfter(hours(1))).toMatchObject({ asked: 1 })
  })

  test('an address that may not be called is refused without a call', async () => {
    const store = await onSqlite()
    const { github, time } = await repairing(store)
    const log = pino({ level: 'silent' })
    const rules = { allow: NOTHING_MORE }
    const strict = new GapRepair({ store, secretBox: box, rules, log, clock: () => time.now })
    await strict.lookWhereDue()
    expect((await listRepairs(store.db))[0]?.result).toMatchObject({ problem: { kind: 'refused' } })
    expect(github.calls).toEqual([])
  })

  test('a token that does not open is a problem of its own, and no crash', async () => {
    const store = await onSqlite()
    const { time } = await repairing(store)
    const log = pino({ level: 'silent' })
    const otherKey = new SecretBox(new Uint8Array(32).fill(2))
    await new GapRepair({ store, secretBox: otherKey, rules: { allow }, log, clock: () => time.now }).lookWhereDue()
    expect((await listRepairs(store.db))[0]?.result).toMatchObject({ problem: { kind: 'broken' } })
  })

  test('in the background it looks again and again, whatever happens in between', async () => {
    const store = await onSqlite()
    const { github, time } = await repairing(store)
    const logged: string[] = []
    let failures = 2
    const background = new GapRepair({
      store,
      secretBox: box,
      rules: { allow },
      log: pino({ level: 'error' }, { write: (line: string) => void logged.push(line) }),
      clock: () => {
        if (failures-- > 0) throw new Error('no time today')
        time.now += minutes(1)
        return time.now
      },
      seeWhatIsDueEveryMs: 1,
    })
    const third = new Promise<void>((resolve) => {
      let looks = 0
      github.answer = (call) => {
        if (call === 'GET /deliveries' && ++looks === 3) resolve()
        return undefined
      }
    })
    background.start()
    await third
    await background.stop()
    expect(logged).toHaveLength(2)
  })

  test('stopping ends a look that hangs, and it is due again after the start', async () => {
    const store = await onSqlite()
    const { github, gapRepair, state } = await repairing(store)
    const asked = new Promise<void>((resolve) => {
      github.answer = () => {
        resolve()
        return 'hang'
      }
    })
    gapRepair.start()
    await asked
    await gapRepair.stop()
    expect((await state())?.result).toBeUndefined()
    await gapRepair.hasten()
    expect((await state())?.nextLookAt).toBe(NOW)
  })
})

describeOnEachEngine('turning it on and off', (openTestStore) => {
  test('the token is in no log and in no byte on disk, and gone when it is off', async () => {
    const place = await openTestStore.newPlace()
    const store = await openStore(place)
    const { github, looksAfter, logged } = await repairing(store)
    for (const answer of [{ status: 401, body: TOKEN }, { status: 500 }, 'hang up'] as const) {
      github.answer = () => answer
      await looksAfter(hours(1))
    }
    expect(logged()).toContain('could not be read')
    expect(logged()).not.toContain('canary')
    const rows = await store.db.selectFrom('source_repairs').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain('canary')
    expect(await turnRepairOff(store, 'github', { now: 0 })).toBe(true)
    expect(await turnRepairOff(store, 'github', { now: 0 })).toBe(false)
    expect(await store.db.selectFrom('source_repairs').selectAll().execute()).toEqual([])
    await store.close()
    const files = readdirSync(place.dataDir).map((name) => readFileSync(join(place.dataDir, name)))
    expect(files.some((bytes) => bytes.includes('canary'))).toBe(false)
  })

  test('another hook or token begins anew and is looked at at once', async () => {
    const store = await openTestStore()
    const { github, looksAfter, time, state } = await repairing(store)
    github.answer = () => ({ status: 401 })
    await looksAfter(0)
    const orgUrl = 'https://api.github.com/orgs/acme/hooks/7'
    await turnRepairOn(store, { secretBox: box, allow }, 'github', { hookUrl: orgUrl, token: 'new' }, time.now)
    expect(await state()).toMatchObject({ hookUrl: orgUrl, failures: 0, nextLookAt: time.now, result: undefined })
  })

  test('settings changed in the middle of a look are not overwritten by what it found', async () => {
    const store = await openTestStore()
    const { github, gapRepair, state } = await repairing(store)
    const hookUrl = 'https://api.github.com/orgs/acme/hooks/7'
    const change = turnRepairOn.bind(
      undefined,
      store,
      { secretBox: box, allow },
      'github',
      { hookUrl, token: 'new' },
      NOW,
    )
    let changed: Promise<unknown> | undefined
    github.answer = () => {
      changed ??= change()
      return { status: 401 }
    }
    await gapRepair.lookWhereDue()
    await changed
    expect(await state()).toMatchObject({ hookUrl, result: undefined })
  })
})

describe('it cannot be turned on', () => {
  const good = { hookUrl: 'https://api.github.com/repos/acme/shop/hooks/1', token: TOKEN }
  test.each([
    ['nowhere', {}, 'no source “nowhere”'],
    ['ci', {}, 'kind native'],
    ['github', { hookUrl: 'http://api.github.com/repos/acme/shop/hooks/1' }, 'Only https://'],
    ['github', { hookUrl: 'https://ana:x@api.github.com/repos/acme/shop/hooks/1' }, 'not sent'],
    ['github', { hookUrl: 'https://api.github.com/app/hook' }, 'JWT'],
    [
      'github',
      { hookUrl: 'https://github.com/acme/shop/settings/hooks/1' },
      'https://api.github.com/repos/acme/shop/hooks/1',
    ],
    ['github', { token: '' }, 'no token'],
    ['github', { token: 'two words' }, 'no token'],
    ['github', { token: 'a\r\nHost: b' }, 'no token'],
  ])('for %s with %o: %s', async (slug, over, why) => {
    const store = await testStoresOn('sqlite')()
    await createSource(store, box, { kind: 'github' }, NOW)
    await createSource(store, box, { kind: 'native', slug: 'ci' }, NOW)
    const on = turnRepairOn(store, { secretBox: box, allow }, slug, { ...good, ...over }, NOW)
    await expect(on).rejects.toThrow(SourceRefused)
    await expect(on).rejects.toThrow(why)
    expect(await listRepairs(store.db)).toEqual([])
  })
})
