import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Asked,
  type Attempt,
  KEPT_MS,
  LOOK_EVERY_MS,
  type LookProblem,
  MOST_TIMES,
  nextLookAt,
  planRedeliveries,
  type RepairFacts,
} from '../../../src/core/inbound/gap-repair.ts'
import { day, hours } from '../../support/factories.ts'

const now = day(10)
const minutes = (n: number) => n * 60_000

const attempt = (facts: Partial<Attempt> = {}): Attempt => ({
  id: '1',
  guid: 'a',
  at: now - hours(1),
  delivered: false,
  ...facts,
})

const plan = (facts: Partial<RepairFacts>) =>
  planRedeliveries({
    attempts: [],
    held: new Set(),
    asked: new Map(),
    sourceSince: day(0),
    now,
    most: 25,
    ...facts,
  })
const asks = (facts: Partial<RepairFacts>) => plan(facts).ask.map(({ guid }) => guid)
const askedAs = (asked: Asked) => new Map([['a', asked]])

describe('a delivery is asked for', () => {
  test('when it failed and is not here', () => {
    expect(plan({ attempts: [attempt()] })).toMatchObject({
      ask: [{ guid: 'a', attemptId: '1', because: 'failed', before: undefined }],
      missing: 1,
      lost: 0,
    })
  })

  test('by its newest attempt when it failed several times, and once', () => {
    const attempts = [attempt({ id: '7', at: now - hours(2) }), attempt({ id: '9' }), attempt({ id: '8' })]
    expect(plan({ attempts }).ask.map(({ attemptId }) => attemptId)).toEqual(['9'])
    const longIds = [attempt({ id: '99' }), attempt({ id: '100' })]
    expect(plan({ attempts: longIds }).ask.map(({ attemptId }) => attemptId)).toEqual(['100'])
  })

  test('also when it failed before the source was made: the hook may have been first', () => {
    expect(asks({ attempts: [attempt()], sourceSince: now })).toEqual(['a'])
  })

  test('when the sender was told that we have it, and we have not', () => {
    expect(plan({ attempts: [attempt({ delivered: true })] })).toMatchObject({ ask: [{ because: 'lost' }], lost: 1 })
    const later = [attempt({ at: now - hours(3) }), attempt({ id: '2', delivered: true })]
    expect(plan({ attempts: later })).toMatchObject({ ask: [{ attemptId: '2', because: 'lost' }] })
  })

  test('the oldest first, no more than may be asked at once; the others are missing still', () => {
    const attempts = ['c', 'b', 'd'].map((guid, i) => attempt({ guid, at: now - hours(i + 1) }))
    expect(plan({ attempts, most: 2 })).toMatchObject({ ask: [{ guid: 'd' }, { guid: 'b' }], missing: 3 })
  })
})

describe('a delivery is not asked for', () => {
  test('when it is here, whatever the log says', () => {
    for (const delivered of [true, false])
      expect(plan({ attempts: [attempt({ delivered })], held: new Set(['a']) })).toMatchObject({ ask: [], missing: 0 })
  })

  test('when somebody else took it before the source was made', () => {
    const attempts = [attempt({ delivered: true, at: now - hours(2) })]
    expect(plan({ attempts, sourceSince: now - hours(1) })).toMatchObject({ ask: [], missing: 0 })
  })

  test('when the sender has forgotten it', () => {
    expect(asks({ attempts: [attempt({ at: now - KEPT_MS })] })).toEqual(['a'])
    expect(plan({ attempts: [attempt({ at: now - KEPT_MS - 1 })] })).toMatchObject({ ask: [], missing: 0 })
  })

  test('while the attempt may still be under way', () => {
    expect(plan({ attempts: [attempt({ at: now - minutes(1) + 1 })] })).toMatchObject({ ask: [], missing: 1 })
    expect(asks({ attempts: [attempt({ at: now - minutes(1) })] })).toEqual(['a'])
  })

  test.each([
    [1, minutes(10)],
    [2, hours(1)],
    [3, hours(6)],
    [4, hours(24)],
  ])('within a while after it was asked for %i times', (times, wait) => {
    const attempts = [attempt()]
    const waiting = plan({ attempts, asked: askedAs({ times, lastAt: now - wait + 1 }) })
    expect(waiting).toMatchObject({ ask: [], missing: 1, givenUp: 0 })
    expect(asks({ attempts, asked: askedAs({ times, lastAt: now - wait }) })).toEqual(['a'])
  })

  test('more than five times', () => {
    const asked = askedAs({ times: MOST_TIMES, lastAt: day(0) })
    expect(MOST_TIMES).toBe(5)
    expect(plan({ attempts: [attempt()], asked })).toMatchObject({ ask: [], missing: 0, givenUp: 1 })
  })
})

describe('how far back the next look must go', () => {
  test('an hour when nothing is missing: the log fills late', () => {
    expect(plan({}).settledUntil).toBe(now - hours(1))
    expect(plan({ attempts: [attempt({ delivered: true })], held: new Set(['a']) }).settledUntil).toBe(now - hours(1))
  })

  test('to the oldest that is still missing', () => {
    const attempts = [attempt({ guid: 'b', at: now - hours(5) }), attempt({ at: now - hours(9) })]
    const asked = askedAs({ times: 1, lastAt: now })
    expect(plan({ attempts, asked }).settledUntil).toBe(now - hours(9))
    expect(plan({ attempts, held: new Set(['a']) }).settledUntil).toBe(now - hours(5))
    expect(plan({ attempts, asked: askedAs({ times: 5, lastAt: now }) }).settledUntil).toBe(now - hours(5))
  })
})

describe('whatever the log', () => {
  const guid = fc.constantFrom<string[]>('a', 'b', 'c', 'd', 'e', 'f')
  const anyAttempt: fc.Arbitrary<Attempt> = fc.record({
    id: fc.bigInt({ min: 1n, max: 10n ** 19n }).map(String),
    guid,
    at: fc.integer({ min: now - KEPT_MS - hours(5), max: now + hours(1) }),
    delivered: fc.boolean(),
  })
  const anyAsked = fc.record({ times: fc.integer({ min: 1, max: 6 }), lastAt: fc.integer({ min: day(0), max: now }) })
  const anyFacts: fc.Arbitrary<RepairFacts> = fc.record({
    attempts: fc.array(anyAttempt, { maxLength: 30 }),
    held: fc.uniqueArray(guid).map((all) => new Set(all)),
    asked: fc.array(fc.tuple(guid, anyAsked), { maxLength: 6 }).map((all) => new Map(all)),
    sourceSince: fc.integer({ min: day(0), max: now }),
    now: fc.constant(now),
    most: fc.integer({ min: 0, max: 5 }),
  })

  test('nothing that is here is asked for, nothing twice, never too many, and only what the log has', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { ask, missing, lost, givenUp } = planRedeliveries(facts)
        expect(ask.length).toBeLessThanOrEqual(Math.min(facts.most, missing))
        expect(lost).toBeLessThanOrEqual(missing)
        expect(new Set(ask.map(({ guid }) => guid)).size).toBe(ask.length)
        for (const { guid, attemptId, because } of ask) {
          const own = facts.attempts.filter((one) => one.guid === guid)
          expect(facts.held.has(guid)).toBe(false)
          expect(own.map(({ id }) => id)).toContain(attemptId)
          expect(because === 'lost').toBe(own.some(({ delivered }) => delivered))
        }
        expect(missing + givenUp).toBeLessThanOrEqual(new Set(facts.attempts.map(({ guid }) => guid)).size)
      }),
      { numRuns: 500 },
    )
  })

  test('its order does not matter', () => {
    fc.assert(
      fc.property(
        anyFacts.chain((facts) =>
          fc.tuple(
            fc.constant(facts),
            fc.shuffledSubarray([...facts.attempts], {
              minLength: facts.attempts.length,
              maxLength: facts.attempts.length,
            }),
          ),
        ),
        ([facts, attempts]) => {
          expect(planRedeliveries({ ...facts, attempts })).toEqual(planRedeliveries(facts))
        },
      ),
    )
  })

  test('looking every five minutes, each is asked for at most five times, and none that was had is asked for again', () => {
    fc.assert(
      fc.property(fc.array(anyAttempt, { maxLength: 12 }), fc.array(guid), (attempts, arrives) => {
        const asked = new Map<string, Asked>()
        const held = new Set<string>()
        for (let at = now; at < now + KEPT_MS + hours(2); at += LOOK_EVERY_MS) {
          const facts = { attempts, held: new Set(held), asked: new Map(asked), sourceSince: day(0), now: at, most: 2 }
          for (const { guid, before } of planRedeliveries(facts).ask) {
            expect(held.has(guid)).toBe(false)
            asked.set(guid, { times: (before?.times ?? 0) + 1, lastAt: at })
            if (arrives.includes(guid)) held.add(guid)
          }
        }
        for (const [guid, { times }] of asked)
          expect(times).toBeLessThanOrEqual(arrives.includes(guid) ? 1 : MOST_TIMES)
      }),
      { numRuns: 20 },
    )
  })

  test('a look that goes back no further than the last one settled asks for the same', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        // Attempts that the first look saw; a later look sees them again from `settledUntil` on.
        const seen = facts.attempts.filter(({ at }) => at <= facts.now)
        const first = planRedeliveries({ ...facts, attempts: seen, most: 0 })
        const newest = new Map<string, number>()
        for (const { guid, at } of seen) newest.set(guid, Math.max(at, newest.get(guid) ?? 0))
        const short = seen.filter(({ guid }) => (newest.get(guid) ?? 0) >= first.settledUntil)
        const later = { ...facts, now: facts.now + LOOK_EVERY_MS, most: 99 }
        expect(planRedeliveries({ ...later, attempts: short }).ask).toEqual(
          planRedeliveries({ ...later, attempts: seen }).ask,
        )
      }),
      { numRuns: 300 },
    )
  })
})

describe('the next look', () => {
  const unreachable: LookProblem = { kind: 'unreachable', why: 'time' }

  test('comes after five minutes', () => {
    expect(nextLookAt(undefined, 0, now)).toBe(now + minutes(5))
  })

  test.each([
    [1, 5],
    [2, 10],
    [3, 20],
    [4, 40],
    [5, 60],
    [500, 60],
  ])('comes, after %i failures, after %i minutes', (failures, after) => {
    expect(nextLookAt(unreachable, failures, now)).toBe(now + minutes(after))
  })

  test('waits for a rate limit to end, but not for ever', () => {
    const until = (at: number) => nextLookAt({ kind: 'rate-limited', until: at }, 1, now)
    expect(until(now + minutes(42))).toBe(now + minutes(42))
    expect(until(now - minutes(42))).toBe(now + minutes(5))
    expect(until(now + hours(10_000))).toBe(now + hours(24))
  })
})
