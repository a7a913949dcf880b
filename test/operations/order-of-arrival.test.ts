import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { reportKey } from '../../src/core/defect/defect.ts'
import type { EnvironmentTier } from '../../src/core/event.ts'
import { regroupDefects, sayIdentity } from '../../src/operations/defects/regroup-defects.ts'
import { Changes, settleChanges } from '../../src/operations/derivation/settle-changes.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { prune } from '../../src/operations/retention/prune.ts'
import { setTier } from '../../src/operations/services/set-tier.ts'
import type { Store } from '../../src/store/database.ts'
import { findWord, takeBackWord } from '../../src/store/defects/defect-identity.ts'
import { ensureEnvironment } from '../../src/store/services/services.ts'
import { day, hours } from '../support/factories.ts'
import { processingOn } from '../support/processing.ts'
import { pushesInto } from '../support/pushes.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'
import { visibleState } from '../support/visible-state.ts'

/**
 * Whatever a team's systems send, in whatever order and however often it arrives, ends in the same state as if it had
 * come once and in time. Times are hours of a few days, so that many of them meet.
 */

interface Item {
  readonly kind: 'deployments' | 'defects' | 'pushes' | 'words' | 'tiers'
  readonly item: Record<string, unknown>
  readonly receivedAt: number
}

const someHour = fc.integer({ min: 0, max: 60 }).map((hour) => day(1) + hours(hour))
const iso = (at: number) => new Date(at).toISOString()
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const version = fc.constantFrom(
  ...['1.0.0', '1.0.1', '1.1.0', '2.0.0', '2.0.0-rc.1', 'v3', 'a'.repeat(40), 'b'.repeat(40)],
  ...['1.0.2-hotfix', '2026.1', 'latest', '999.9.9', 'blue'],
)
const service = fc.constantFrom('checkout', 'search')
const environment = fc.constantFrom('production', 'staging', 'eu')
const commit = fc.constantFrom(...['a', 'b', 'c', 'd', 'e'].map((digit) => digit.repeat(40)))
const file = fc.constantFrom('src/cart.ts', 'src/receipt/mail.ts', 'package.json')
const files = maybe(fc.array(file, { maxLength: 3 }))

const deployment = fc
  .record({
    service,
    environment,
    version,
    id: maybe(fc.constantFrom('run-1', 'run-2', 'run-3')),
    status: fc.constantFrom('pending', 'in-progress', 'succeeded', 'succeeded', 'succeeded', 'failed', 'cancelled'),
    action: maybe(fc.constantFrom('deploy', 'rollback', 'remove')),
    commit: maybe(commit),
    tier: maybe(fc.constantFrom('production', 'staging')),
    kind: maybe(fc.constantFrom('emergency', 'minor')),
    percent: maybe(fc.constantFrom(10, 50, 100)),
    files,
    commits: maybe(
      fc.array(fc.record({ sha: commit, message: maybe(fc.constantFrom('Fix', 'Move')), files }), { maxLength: 2 }),
    ),
    actor: maybe(fc.constantFrom('ana', 'ben')),
    at: someHour,
  })
  .map(({ at, ...fields }): Item => {
    const final = ['succeeded', 'failed', 'cancelled'].includes(fields.status)
    return {
      kind: 'deployments',
      item: { ...fields, ...(final ? { finishedAt: iso(at) } : { startedAt: iso(at) }) },
      receivedAt: day(9),
    }
  })

const defect = fc
  .record({
    title: fc.constantFrom('Timeout 1', 'Timeout 2', 'Wrong total'),
    // One in three names none: it may be of any.
    service: fc.option(service, { nil: undefined, freq: 2 }),
    environment: maybe(environment),
    version: maybe(version),
    commit: maybe(commit),
    deployment: maybe(fc.constantFrom('run-1', 'run-2')),
    files,
    components: maybe(fc.array(fc.constantFrom('cart', 'receipt'), { maxLength: 2 })),
    links: maybe(fc.array(fc.constantFrom('#1', 'PAY-7'), { maxLength: 2 })),
    introducedIn: maybe(fc.constantFrom('1.0.0', 'v1.1.0', '3')),
    culpritCommits: maybe(fc.array(fc.oneof(commit, fc.constant('bbbbbbb')), { maxLength: 2 })),
    detection: maybe(fc.constantFrom('alert', 'error', 'issue')),
    reportedAt: maybe(someHour.map(iso)),
    acknowledgedAt: maybe(someHour.map(iso)),
    id: maybe(fc.constantFrom('BUG-1', 'BUG-2')),
    fingerprint: maybe(fc.constantFrom('f1', 'f2')),
    severity: maybe(fc.constantFrom('S1', 'S2', 'S4')),
    status: maybe(fc.constantFrom('open', 'fixed')),
    count: maybe(fc.integer({ min: 1, max: 5 })),
    at: someHour,
  })
  .map(({ at, ...fields }): Item => ({ kind: 'defects', item: { ...fields, occurredAt: iso(at) }, receivedAt: day(9) }))

/** Any commit may come to follow any other: what follows from pushes must not hang on their making sense. */
const push = fc
  .record({
    service,
    before: maybe(commit),
    after: commit,
    commits: fc.array(
      fc.record({
        id: commit,
        message: maybe(fc.constantFrom('Fix', 'Fix the cart')),
        author: maybe(fc.record({ name: fc.constantFrom('Ana', 'Ben') })),
        modified: files,
      }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map((item): Item => ({ kind: 'pushes', item, receivedAt: day(9) }))

/** A branch on which commits follow each other, pushed one or several at a time and built now and then. */
const line = Array.from({ length: 8 }, (_, i) => String(i + 1).repeat(40))
const onTheLine = fc.constantFrom(...line)

const pushAlong = fc
  .record({ from: fc.nat({ max: line.length - 2 }), count: fc.integer({ min: 1, max: 3 }), isNew: fc.nat(9), files })
  .map(({ from, count, isNew, files: modified }): Item => {
    const ids = line.slice(from + 1, from + 1 + count)
    return {
      kind: 'pushes',
      item: {
        service: 'checkout',
        before: isNew === 0 ? undefined : line[from],
        after: ids.at(-1),
        commits: ids.map((id) => ({ id, modified })),
      },
      receivedAt: day(9),
    }
  })

const tag = fc.record({ name: fc.constantFrom('1.0.0', '1.1.0', 'v3'), id: onTheLine, at: someHour }).map(
  ({ name, id, at }): Item => ({
    kind: 'pushes',
    item: { service: 'checkout', ref: `refs/tags/${name}`, head_commit: { id }, pushed_at: at / 1000 },
    receivedAt: day(9),
  }),
)

/** Later commits are built later, mostly. */
const build = fc
  .record({
    commit: fc.nat({ max: line.length - 1 }),
    version: maybe(version),
    environment: fc.constantFrom('production', 'production', 'staging'),
    status: fc.constantFrom('succeeded', 'succeeded', 'succeeded', 'failed'),
    id: maybe(fc.constantFrom('run-1', 'run-2')),
    tier: maybe(fc.constantFrom('production', 'staging')),
    commits: maybe(fc.array(fc.record({ sha: onTheLine }), { maxLength: 2 })),
    late: fc.nat({ max: 9 }),
  })
  .map(
    ({ commit: i, late, version: named, ...fields }): Item => ({
      kind: 'deployments',
      item: {
        service: 'checkout',
        ...fields,
        version: named ?? line[i],
        commit: line[i],
        finishedAt: iso(day(1) + hours(4 * i + late)),
      },
      receivedAt: day(9),
    }),
  )

const blaming = fc
  .record({ commit: maybe(onTheLine), culpritCommits: maybe(fc.array(onTheLine, { maxLength: 2 })), at: someHour })
  .map(
    ({ at, ...fields }): Item => ({
      kind: 'defects',
      item: { title: 'Timeout', service: 'checkout', ...fields, occurredAt: iso(at) },
      receivedAt: day(9),
    }),
  )

const branch = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: pushAlong },
    { weight: 6, arbitrary: build },
    { weight: 2, arbitrary: tag },
    { weight: 2, arbitrary: blaming },
  ),
  { minLength: 10, maxLength: 30 },
)

/** Somebody says in which state a defect is, and where it is fixed. */
const change = fc
  .record({
    title: fc.constantFrom('Timeout 1', 'Wrong total'),
    service: maybe(service),
    id: maybe(fc.constantFrom('BUG-1', 'BUG-2')),
    fingerprint: maybe(fc.constantFrom('f1', 'f2')),
    severity: maybe(fc.constantFrom('S1', 'S2')),
    status: fc.constantFrom('fixed', 'fixed', 'fixed', 'verified', 'wont-fix', 'triaged', 'open'),
    fixedIn: maybe(
      fc.uniqueArray(fc.oneof(version, fc.constantFrom('next-release', 'next-production-release')), { maxLength: 2 }),
    ),
    mitigatedAt: maybe(someHour.map(iso)),
    acknowledgedAt: maybe(someHour.map(iso)),
    at: someHour,
  })
  .map(({ at, ...fields }): Item => {
    // Only a sighting with a time of its own is the same sighting when it is told twice.
    const seen = fields.status === 'open' ? { occurredAt: iso(day(1)) } : {}
    const time = { resolvedAt: iso(at), updatedAt: iso(at), ...seen }
    return { kind: 'defects', item: { ...fields, ...time }, receivedAt: day(9) }
  })

/**
 * What comes back: one place, one defect, releases one after another, said to be fixed, seen again and again. Any history
 * rarely meets all of this.
 */
const lineVersion = fc.constantFrom('1.0.0', '1.0.1', '1.1.0', '2.0.0', 'a'.repeat(40), 'b'.repeat(40), '999.9.9')
const oneDefect = { title: 'Timeout 1', service: 'checkout', id: 'BUG-1' }
const recurring = fc.oneof(
  fc
    .record({
      version: lineVersion,
      environment: fc.constantFrom('production', 'production', 'staging', 'eu'),
      action: fc.constantFrom('deploy', 'deploy', 'deploy', 'remove'),
      commit: maybe(fc.constantFrom('c'.repeat(40), 'd'.repeat(40))),
      commits: maybe(fc.constant([{ sha: 'a'.repeat(40) }])),
      at: someHour,
    })
    .map(({ at, ...fields }): Item => {
      const item = {
        service: 'checkout',
        ...fields,
        finishedAt: iso(at),
        tier: fields.environment === 'eu' ? 'production' : undefined,
      }
      return { kind: 'deployments', item, receivedAt: day(9) }
    }),
  fc
    .record({
      version: maybe(lineVersion),
      environment: fc.constantFrom('production', 'production', 'staging', undefined),
      status: maybe(fc.constantFrom('open', 'regressed')),
      at: someHour,
    })
    .map(({ at, ...fields }): Item => {
      return { kind: 'defects', item: { ...oneDefect, ...fields, occurredAt: iso(at) }, receivedAt: day(9) }
    }),
  fc
    .record({
      status: fc.constantFrom('fixed', 'fixed', 'verified', 'in-progress'),
      fixedIn: fc.uniqueArray(
        fc.oneof(lineVersion, fc.constantFrom('next-release', 'next-production-release', 'c'.repeat(40))),
        { maxLength: 2 },
      ),
      at: fc.integer({ min: 0, max: 30 }).map((hour) => day(1) + hours(hour)),
    })
    .map(({ at, ...fields }): Item => {
      const time = { resolvedAt: iso(at), updatedAt: iso(at) }
      return { kind: 'defects', item: { ...oneDefect, ...fields, ...time }, receivedAt: day(9) }
    }),
)

/** Somebody says that reports are one defect or are not, before or after they are known, and may take it back. */
const ownKey = fc.oneof(
  fc.constantFrom('BUG-1', 'BUG-2', 'BUG-3').map((id) => ['key', id]),
  fc.tuple(maybe(service), fc.constantFrom('f1', 'f2')).map(([of = null, f]) => ['fingerprint', of, f]),
)
const word = fc
  .record({
    kind: fc.constantFrom('same', 'apart', 'apart'),
    keys: fc.uniqueArray(ownKey, { minLength: 2, maxLength: 5, selector: (key) => JSON.stringify(key) }),
    cut: fc.nat(3),
    isTakenBack: fc.nat(5),
    at: someHour,
  })
  .map(({ kind, keys, cut, isTakenBack, at }): Item => {
    const place = 1 + (cut % (keys.length - 1))
    const sides = [keys.slice(0, place), keys.slice(place)]
    return { kind: 'words', item: { kind, at, sides, isTakenBack: isTakenBack === 0 }, receivedAt: day(9) }
  })

/** Reports that share what they can, of which people say otherwise. */
const shared = fc
  .record({
    title: fc.constantFrom('Timeout', 'Wrong total'),
    service: maybe(fc.constant('checkout')),
    id: maybe(fc.constantFrom('BUG-1', 'BUG-2', 'BUG-3')),
    fingerprint: maybe(fc.constantFrom('f1', 'f2')),
    version: maybe(lineVersion),
    severity: maybe(fc.constantFrom('S1', 'S4')),
    status: maybe(fc.constantFrom('open', 'fixed')),
    count: maybe(fc.integer({ min: 1, max: 5 })),
    at: someHour,
  })
  .map(({ at, ...fields }): Item => ({ kind: 'defects', item: { ...fields, occurredAt: iso(at) }, receivedAt: day(9) }))

const identities = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: shared },
    { weight: 4, arbitrary: word },
    { weight: 2, arbitrary: change },
    { weight: 1, arbitrary: deployment },
  ),
  { minLength: 4, maxLength: 24 },
)

const history = fc.oneof(
  fc.array(fc.oneof(deployment, defect, change, push), { minLength: 2, maxLength: 30 }),
  fc.array(recurring, { minLength: 6, maxLength: 30 }),
)

/** Somebody decides of which tier some of the environments are, once for each, before or after they are known. */
const decided = fc
  .tuple(
    history,
    fc.uniqueArray(
      fc.record({ environment, tier: fc.constantFrom<EnvironmentTier>('production', 'staging', 'other') }),
      { minLength: 1, selector: (one) => one.environment },
    ),
  )
  .map(([items, decisions]) => [
    ...items,
    ...decisions.map((item): Item => ({ kind: 'tiers', item, receivedAt: day(9) })),
  ])

/** An order to arrive in, with some arriving twice. */
const arrivalsOf = (items: readonly Item[]) =>
  fc.record({
    items: fc.constant(items),
    order: fc
      .array(fc.nat({ max: items.length - 1 }), { maxLength: 8 })
      .chain((repeats) =>
        fc.shuffledSubarray([...items.keys(), ...repeats], { minLength: items.length + repeats.length }),
      ),
  })

async function stateAfter(
  openTestStore: OpenTestStore,
  items: readonly Item[],
  deliveries: readonly (readonly number[])[],
  between: (delivery: number) => boolean,
  forgets: (delivery: number) => boolean = () => false,
) {
  const store = await openTestStore()
  const parts = await processingOn(store)
  const push = await pushesInto(parts)
  for (const [i, delivery] of deliveries.entries()) {
    if (forgets(i))
      await prune(
        store,
        { bodiesDays: 1, failedDays: 1, deliveriesDays: 1, notificationsDays: 2, reportsDays: 1 },
        day(5_000),
      )
    const held = delivery.map((n) => items[n] as Item)
    const { kind, receivedAt } = held[0] as Item
    if (kind === 'words') {
      for (const { item } of held) await say(store, item as unknown as Word)
      continue
    }
    if (kind === 'tiers') {
      for (const { item } of held) await decide(store, item as unknown as Decision)
      if (between(i)) await parts.processor.runUntilIdle()
      continue
    }
    if (kind === 'pushes') {
      for (const { item } of held) await push(item, receivedAt)
      if (between(i)) await parts.processor.runUntilIdle()
      continue
    }
    const submission = await submitNative(parts, { kind, items: held.map(({ item }) => item), receivedAt })
    if (submission.kind === 'refused') throw new Error(JSON.stringify(submission.problems))
    if (!submission.results) throw new Error('a delivery could not be processed')
    // Attributions may be worked off at any time between the arrivals.
    if (between(i)) await parts.processor.runUntilIdle()
  }
  await parts.processor.runUntilIdle()
  const state = await visibleState(store.db)
  await store.close()
  return state
}

interface Decision {
  readonly environment: string
  readonly tier: EnvironmentTier
}

async function decide(store: Store, { environment: name, tier }: Decision): Promise<void> {
  const { id } = await ensureEnvironment(store.db, name, { tier: undefined, at: 0 }, day(9))
  await setTier(store, id, tier, { now: day(9) })
}

interface Word {
  readonly kind: 'same' | 'apart'
  readonly at: number
  readonly sides: readonly [readonly unknown[], readonly unknown[]]
  readonly isTakenBack: boolean
}

/** Reports are named by what senders to the built-in source, the first, call them. */
async function say(store: Store, { kind, at, sides, isTakenBack }: Word): Promise<void> {
  const named = ([one, other]: Word['sides']) =>
    [one, other].map((side) => side.map((identity) => reportKey(1, JSON.stringify(identity)))) as [string[], string[]]
  const said = { kind, at, sides: named(sides), by: 'Ana', reason: 'seen', fromId: undefined, intoId: undefined }
  const wordId = await store.change(async (trx) => {
    const changes = new Changes()
    const { wordId: id } = await sayIdentity(trx, said, day(9), changes)
    await settleChanges(trx, changes)
    return id
  })
  if (!isTakenBack) return
  await store.change(async (trx) => {
    const changes = new Changes()
    await takeBackWord(trx, wordId, 'Ben', day(9))
    const concerned = (await findWord(trx, wordId))?.defectIds.flat() ?? []
    await regroupDefects(trx, [...new Set(concerned)], day(9), changes, [wordId])
    await settleChanges(trx, changes)
  })
}

/** Neighbours of the same kind come in one delivery, three at most. */
function grouped(items: readonly Item[], order: readonly number[]): number[][] {
  const deliveries: number[][] = []
  for (const n of order) {
    const last = deliveries.at(-1)
    const sameKind = last && items[last[0] as number]?.kind === items[n]?.kind
    if (sameKind && last.length < 3) last.push(n)
    else deliveries.push([n])
  }
  return deliveries
}

/** Histories that were found to end in two ways, and why each did. */
const ONCE_DIFFERENT = [
  // A release that a report names and that never ran turned out to be known earlier.
  'known-earlier',
  // A defect had come back, until something else that it is compared with arrived.
  'came-back-no-more',
  // A report that nobody spoke of joined some that were.
  'beside-a-word',
  // What people said of reports that nobody knows yet bears on others that they spoke of with the same.
  'over-the-unknown',
  // A release that a report names and that never ran turned out to contain more.
  'content-before-it-ran',
]

describeOnEachEngine('the order of arrival', (openTestStore) => {
  // Always the same histories, so that a change is judged by itself; PROPERTY_RUNS looks for others.
  const seeded = process.env.PROPERTY_RUNS ? {} : { seed: 20_261_126 }
  const numRuns = Number(process.env.PROPERTY_RUNS ?? (openTestStore.engine === 'sqlite' ? 24 : 6))

  test.each([
    ['people see', history],
    ['follows from pushes', branch],
    ['is one defect', identities],
    ['follows from tiers that people decide', decided],
  ])('does not change what %s', { timeout: 600_000 }, async (_, histories) => {
    await fc.assert(
      fc.asyncProperty(histories.chain(arrivalsOf), async ({ items, order }) => {
        const oneByOne = [...items.keys()].map((n) => [n])
        const expected = await stateAfter(openTestStore, items, oneByOne, () => false)
        const actual = await stateAfter(openTestStore, items, grouped(items, order), (i) => i % 3 === 0)
        expect(actual).toEqual(expected)
      }),
      { numRuns, ...seeded },
    )
  })

  test.each(ONCE_DIFFERENT)('does not change what once was different: %s', async (name) => {
    const file = new URL(`../fixtures/histories/${name}.json`, import.meta.url)
    const { items, order } = JSON.parse(readFileSync(file, 'utf8')) as { items: Item[]; order: number[] }
    const expected = await stateAfter(
      openTestStore,
      items,
      [...items.keys()].map((n) => [n]),
      () => false,
    )
    expect(await stateAfter(openTestStore, items, grouped(items, order), (i) => i % 3 === 0)).toEqual(expected)
  })

  test.each([
    ['people see', history],
    ['follows from pushes', branch],
    ['is one defect', identities],
  ])('and letting go of deliveries in between do not change what %s', { timeout: 600_000 }, async (_, histories) => {
    await fc.assert(
      fc.asyncProperty(histories.chain(arrivalsOf), async ({ items, order }) => {
        const deliveries = grouped(items, order)
        const expected = await stateAfter(openTestStore, items, deliveries, () => false)
        const actual = await stateAfter(
          openTestStore,
          items,
          deliveries,
          () => false,
          (i) => i % 2 === 1,
        )
        expect(actual).toEqual(expected)
      }),
      { numRuns: Math.ceil(numRuns / 4), ...seeded },
    )
  })
})
