import fc from 'fast-check'
import { expect, test } from 'vitest'
import { submitNative } from '../../src/operations/submit-native.ts'
import { day, hours } from '../support/factories.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'
import { visibleState } from '../support/visible-state.ts'

/**
 * Whatever a team's systems send, in whatever order and however often it arrives, ends in the same state as if it had
 * come once and in time. Times are hours of a few days, so that many of them meet.
 */

interface Item {
  readonly kind: 'deployments' | 'defects'
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
const commit = fc.constantFrom('a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40))

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
    commits: maybe(
      fc.array(
        commit.map((sha) => ({ sha })),
        { maxLength: 2 },
      ),
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
    service: maybe(service),
    environment: maybe(environment),
    version: maybe(version),
    commit: maybe(commit),
    deployment: maybe(fc.constantFrom('run-1', 'run-2')),
    id: maybe(fc.constantFrom('BUG-1', 'BUG-2')),
    fingerprint: maybe(fc.constantFrom('f1', 'f2')),
    severity: maybe(fc.constantFrom('S1', 'S2', 'S4')),
    status: maybe(fc.constantFrom('open', 'fixed')),
    count: maybe(fc.integer({ min: 1, max: 5 })),
    at: someHour,
  })
  .map(({ at, ...fields }): Item => ({ kind: 'defects', item: { ...fields, occurredAt: iso(at) }, receivedAt: day(9) }))

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
const line = fc.constantFrom('1.0.0', '1.0.1', '1.1.0', '2.0.0', 'a'.repeat(40), 'b'.repeat(40), '999.9.9')
const oneDefect = { title: 'Timeout 1', service: 'checkout', id: 'BUG-1' }
const recurring = fc.oneof(
  fc
    .record({
      version: line,
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
      version: maybe(line),
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
        fc.oneof(line, fc.constantFrom('next-release', 'next-production-release', 'c'.repeat(40))),
        { maxLength: 2 },
      ),
      at: fc.integer({ min: 0, max: 30 }).map((hour) => day(1) + hours(hour)),
    })
    .map(({ at, ...fields }): Item => {
      const time = { resolvedAt: iso(at), updatedAt: iso(at) }
      return { kind: 'defects', item: { ...oneDefect, ...fields, ...time }, receivedAt: day(9) }
    }),
)

const history = fc.oneof(
  fc.array(fc.oneof(deployment, defect, change), { minLength: 2, maxLength: 30 }),
  fc.array(recurring, { minLength: 6, maxLength: 30 }),
)

/** An order to arrive in, with some arriving twice. */
const arrivals = history.chain((items) =>
  fc.record({
    items: fc.constant(items),
    order: fc
      .array(fc.nat({ max: items.length - 1 }), { maxLength: 8 })
      .chain((repeats) =>
        fc.shuffledSubarray([...items.keys(), ...repeats], { minLength: items.length + repeats.length }),
      ),
  }),
)

async function stateAfter(
  openTestStore: OpenTestStore,
  items: readonly Item[],
  deliveries: readonly (readonly number[])[],
  between: (delivery: number) => boolean,
) {
  const store = await openTestStore()
  const parts = await processingOn(store)
  for (const [i, delivery] of deliveries.entries()) {
    const held = delivery.map((n) => items[n] as Item)
    const { kind, receivedAt } = held[0] as Item
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

describeOnEachEngine('the order of arrival', (openTestStore) => {
  const numRuns = Number(process.env.PROPERTY_RUNS ?? (openTestStore.engine === 'sqlite' ? 60 : 15))

  test('does not change what people see', { timeout: 600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ({ items, order }) => {
        const oneByOne = [...items.keys()].map((n) => [n])
        const expected = await stateAfter(openTestStore, items, oneByOne, () => false)
        const actual = await stateAfter(openTestStore, items, grouped(items, order), (i) => i % 3 === 0)
        expect(actual).toEqual(expected)
      }),
      { numRuns },
    )
  })
})
