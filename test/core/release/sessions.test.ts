import fc from 'fast-check'
import { expect, test } from 'vitest'
import { crashFreeShare, dayOf, mergeSessions, type Sessions } from '../../../src/core/release/sessions.ts'

const sessions: fc.Arbitrary<Sessions> = fc.record({
  version: fc.constantFrom('1.0.0', '1.1.0'),
  environment: fc.constantFrom('production', 'staging'),
  beganAt: fc.integer({ min: 0, max: 3 }),
  total: fc.integer({ min: 0, max: 3 }),
  crashed: fc.integer({ min: 0, max: 3 }),
})

test('the same comes of statements about the same sessions in whatever order, however often', () => {
  fc.assert(
    fc.property(sessions, sessions, sessions, (a, b, c) => {
      expect(mergeSessions(a, a)).toEqual(a)
      expect(mergeSessions(a, b)).toEqual(mergeSessions(b, a))
      expect(mergeSessions(mergeSessions(a, b), c)).toEqual(mergeSessions(a, mergeSessions(b, c)))
    }),
  )
})

test('a session that crashed has crashed', () => {
  const begun: Sessions = { version: '1.0.0', environment: 'production', beganAt: 5, total: 1, crashed: 0 }
  expect(mergeSessions({ ...begun, crashed: 1 }, begun).crashed).toBe(1)
})

test('days begin at midnight, UTC', () => {
  expect(dayOf(Date.parse('2026-03-02T23:59:59.999Z'))).toBe(Date.parse('2026-03-02'))
  expect(dayOf(Date.parse('2026-03-02T00:00:00Z'))).toBe(Date.parse('2026-03-02'))
})

test('of no sessions none is free of crashes, nor is none not', () => {
  expect(crashFreeShare({ total: 0, crashed: 0 })).toBeUndefined()
  expect(crashFreeShare({ total: 4, crashed: 1 })).toBe(0.75)
})
