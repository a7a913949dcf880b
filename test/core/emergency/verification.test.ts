import { describe, expect, test } from 'vitest'
import { SETTLING_MS, type VerificationFacts, verifyRelease } from '../../../src/core/emergency/verification.ts'

const AT = 10_000_000_000
const MINUTE = 60_000

const facts = (more: Partial<VerificationFacts> = {}): VerificationFacts => ({
  environment: 'production',
  version: '4.17.3',
  deployedAt: AT,
  live: '4.17.3',
  defects: [{ id: 7, lastSeenAt: AT + 3_000 }],
  newGrave: [],
  before: 60,
  since: 0,
  quietMs: 10 * MINUTE,
  human: [],
  ...more,
})

const states = (more: Partial<VerificationFacts>, now: number) =>
  Object.fromEntries(verifyRelease(facts(more), now).checks.map(({ kind, state }) => [kind, state]))

describe('the verification', () => {
  test('waits, says until when, and passes', () => {
    const early = verifyRelease(facts(), AT + 5 * MINUTE)
    expect([early.state, early.until]).toEqual(['waiting', AT + 3_000 + 10 * MINUTE])
    expect(verifyRelease(facts(), AT + 11 * MINUTE)).toMatchObject({ state: 'pass', until: undefined, recurred: [] })
  })

  test('fails while the environment says something else is live', () => {
    expect(states({ live: '4.18.0' }, AT + 11 * MINUTE)).toMatchObject({ version: 'fail' })
  })

  test('fails when a linked defect is seen again, until it is quiet for as long once more', () => {
    const again = { defects: [{ id: 7, lastSeenAt: AT + SETTLING_MS + 1 }], before: 0, since: 1 }
    const seen = verifyRelease(facts(again), AT + 2 * MINUTE)
    expect([seen.state, seen.recurred]).toEqual(['fail', [7]])
    expect(verifyRelease(facts(again), AT + 12 * MINUTE).state).toBe('pass')
  })

  test('is not disturbed by what was under way while the version changed', () => {
    const late = { defects: [{ id: 7, lastSeenAt: AT + SETTLING_MS }] }
    expect(states(late, AT + 5 * MINUTE).quiet).toBe('waiting')
  })

  test('fails on a new grave defect', () => {
    expect(states({ newGrave: [{ id: 9, severity: 'S2', at: AT + 1 }] }, AT + 11 * MINUTE)['new-defects']).toBe('fail')
  })

  test('waits for people to tick what only they can see', () => {
    const human = [{ title: 'Test order goes through', by: undefined }]
    const waiting = verifyRelease(facts({ human }), AT + 11 * MINUTE)
    expect([waiting.state, waiting.until]).toEqual(['waiting', undefined])
    expect(verifyRelease(facts({ human: [{ title: 'x', by: 'Ana' }] }), AT + 11 * MINUTE).state).toBe('pass')
  })

  test('compares the rate with that of the hour before: nothing seen for as long as three were expected', () => {
    // λ = 6 an hour: three are expected in half an hour.
    const rate = (since: number, minutes: number) =>
      states({ before: 6, since }, AT + SETTLING_MS + minutes * MINUTE).rate
    expect(rate(0, 29)).toBe('waiting')
    expect(rate(0, 30)).toBe('pass')
    expect(rate(1, 30)).toBe('waiting')
    expect(rate(2, 30)).toBe('fail')
    expect(rate(3, 30)).toBe('fail')
    expect(rate(1, 60)).toBe('pass')
    expect(rate(3, 60)).toBe('fail')
  })

  test('asks for no rate where there hardly was one', () => {
    expect(states({ before: 2 }, AT + 11 * MINUTE).rate).toBeUndefined()
  })
})
