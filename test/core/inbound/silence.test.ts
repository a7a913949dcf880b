import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hourOf, NEVER_SILENT_BEFORE_MS, silenceOf } from '../../../src/core/inbound/silence.ts'
import { day, hours } from '../../support/factories.ts'

/** Monday. */
const MONDAY = Date.UTC(2026, 2, 2)
const at = (weekday: number, hour: number) => MONDAY + hours(24 * weekday + hour)

/** Working hours of three weeks. */
const WORKING_HOURS = Array.from({ length: 21 }, (_, i) => i)
  .filter((i) => i % 7 < 5)
  .flatMap((i) => Array.from({ length: 9 }, (_, hour) => at(i, 9 + hour)))
const everyHour = (days: number) => Array.from({ length: days * 24 }, (_, i) => at(0, i))

const silence = (lastAt: number | undefined, now: number, delivered: readonly number[], expectedWithoutRhythm = true) =>
  silenceOf({ lastAt, hours: delivered, expectedWithoutRhythm, now })

describe('a source is silent', () => {
  test('a day after its last delivery, while its habits are not known', () => {
    const lastAt = at(0, 9)
    const silentAt = (now: number, delivered: readonly number[]) => silence(lastAt, now, delivered)
    for (const delivered of [[], [lastAt], everyHour(6)]) {
      expect(silentAt(lastAt + hours(24) - 1, delivered)).toBeUndefined()
      expect(silentAt(lastAt + hours(24), delivered)).toEqual({
        since: lastAt,
        noticedAt: lastAt + hours(24),
        longestPauseMs: undefined,
      })
    }
  })

  test('never before its first delivery', () => {
    expect(silence(undefined, at(9, 0), [])).toBeUndefined()
  })

  test('after three hours, when it never rested for longer than one', () => {
    const delivered = everyHour(14)
    const lastAt = at(13, 23) + 1
    expect(silence(lastAt, lastAt + hours(3) - 1, delivered)).toBeUndefined()
    expect(silence(lastAt, lastAt + hours(3), delivered)).toMatchObject({ longestPauseMs: hours(1) })
  })

  test('on Tuesday, not over a week-end with a holiday behind it, when it keeps office hours', () => {
    const friday = at(18, 17)
    expect(silence(friday, at(21, 9), WORKING_HOURS)).toBeUndefined()
    expect(silence(friday, at(22, 9), WORKING_HOURS)).toBeUndefined()
    expect(silence(friday, at(22, 18), WORKING_HOURS)).toMatchObject({ longestPauseMs: hours(64) })
  })

  test('after half as long again as its longest pause, when it delivers once in a while', () => {
    const delivered = [day(0), day(30), day(58)].map(hourOf)
    expect(silence(day(58), day(102), delivered)).toBeUndefined()
    expect(silence(day(58), day(103), delivered)).toMatchObject({ longestPauseMs: hours(24 * 30) })
  })

  test('only by its own habits, when people send through it too', () => {
    expect(silence(at(0, 9), at(20, 9), [at(0, 9)], false)).toBeUndefined()
    expect(silence(at(18, 17), at(23, 9), WORKING_HOURS, false)).toMatchObject({ since: at(18, 17) })
  })
})

test('no silence is told before the least patience, and once told it stays until something comes', () => {
  const hour = fc.integer({ min: 0, max: 2_000 }).map((n) => day(0) + hours(n))
  fc.assert(
    fc.property(fc.array(hour), fc.nat({ max: hours(2_000) }), fc.nat({ max: hours(500) }), (delivered, age, more) => {
      const lastAt = Math.max(day(0), ...delivered)
      const first = silence(lastAt, lastAt + age, delivered)
      expect(first === undefined || age >= NEVER_SILENT_BEFORE_MS).toBe(true)
      const later = silence(lastAt, lastAt + age + more, delivered)
      expect(first === undefined || later !== undefined).toBe(true)
    }),
  )
})
