import { describe, expect, test } from 'vitest'
import { duePeriod, isDueEnd, nextDue, type Schedule } from '../../../src/core/reports/schedule.ts'

const at = (text: string): number => Date.parse(text)
const weekly = (more: Partial<Schedule> = {}): Schedule => ({
  cadence: 'weekly',
  zone: 'Europe/Berlin',
  since: at('2026-11-18T10:00:00Z'),
  ...more,
})

describe('a planned report', () => {
  test('is due when its week is over on its clocks, not before', () => {
    // Monday begins at 23:00 UTC there.
    expect(duePeriod(weekly(), at('2026-11-22T22:59:59.999Z'))).toBeUndefined()
    expect(duePeriod(weekly(), at('2026-11-22T23:00:00Z'))).toEqual({
      key: '2026-11-16',
      period: { from: at('2026-11-15T23:00:00Z'), to: at('2026-11-22T23:00:00Z') },
    })
  })

  test('is about the last week alone after a long time down', () => {
    expect(duePeriod(weekly(), at('2026-12-30T12:00:00Z'))?.key).toBe('2026-12-21')
  })

  test('is not about what was over when it was switched on', () => {
    expect(duePeriod(weekly({ since: at('2026-11-22T23:00:00Z') }), at('2026-11-26T12:00:00Z'))).toBeUndefined()
  })

  test('of a month is due on the first day of the next', () => {
    const monthly = weekly({ cadence: 'monthly' })
    expect(duePeriod(monthly, at('2026-11-30T22:59:00Z'))).toBeUndefined()
    expect(duePeriod(monthly, at('2026-11-30T23:00:00Z'))?.key).toBe('2026-11-01')
  })

  test('comes next when the week or month that runs is over on its clocks', () => {
    // Monday there, still Sunday in UTC: the week that was over is due, and the one that began is next.
    const now = at('2026-11-22T23:30:00Z')
    expect(nextDue(weekly(), now)).toBe(at('2026-11-29T23:00:00Z'))
    expect(nextDue(weekly({ zone: 'UTC' }), now)).toBe(at('2026-11-23T00:00:00Z'))
    expect(nextDue(weekly({ cadence: 'monthly' }), now)).toBe(at('2026-11-30T23:00:00Z'))
    expect(nextDue(weekly({ cadence: 'emergency-closed' }), now)).toBeUndefined()
  })

  test('of an emergency release is due for a week from its end', () => {
    const schedule = weekly({ cadence: 'emergency-closed' })
    const end = at('2026-11-20T12:00:00Z')
    expect(isDueEnd(schedule, end, end)).toBe(true)
    expect(isDueEnd(schedule, end, end + 7 * 86_400_000 + 1)).toBe(false)
    expect(isDueEnd(schedule, schedule.since - 1, end)).toBe(false)
    expect(isDueEnd(schedule, undefined, end)).toBe(false)
    expect(isDueEnd(weekly(), end, end)).toBe(false)
    expect(duePeriod(schedule, end)).toBeUndefined()
  })
})
