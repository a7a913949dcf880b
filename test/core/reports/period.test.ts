import { describe, expect, test } from 'vitest'
import { dayKey, lastWhole, periodDivisions, periodWords } from '../../../src/core/reports/period.ts'

const HOUR = 3_600_000
const at = (text: string): number => Date.parse(text)

describe('the period of a report', () => {
  test('is the last week or month that is over, on the clocks of the zone', () => {
    const thursday = at('2026-11-26T09:00:00Z')
    expect(lastWhole('week', thursday, 'UTC')).toEqual({
      from: at('2026-11-16T00:00:00Z'),
      to: at('2026-11-23T00:00:00Z'),
    })
    expect(lastWhole('month', thursday, 'Europe/Berlin')).toEqual({
      from: at('2026-09-30T22:00:00Z'),
      to: at('2026-10-31T23:00:00Z'),
    })
    // In Auckland it is Monday already.
    expect(lastWhole('week', at('2026-11-22T12:00:00Z'), 'Pacific/Auckland').to).toBe(at('2026-11-22T11:00:00Z'))
  })

  test('is named by its first day', () => {
    expect(dayKey(at('2026-11-15T23:00:00Z'), 'Europe/Berlin')).toBe('2026-11-16')
  })

  test.each([
    ['2026-11-16', '2026-11-23', '16 to 22 Nov 2026'],
    ['2026-11-16', '2026-11-17', '16 Nov 2026'],
    ['2026-10-26', '2026-11-02', '26 Oct to 1 Nov 2026'],
    ['2026-12-28', '2027-01-04', '28 Dec 2026 to 3 Jan 2027'],
    ['2025-11-16', '2026-11-17', '16 Nov 2025 to 16 Nov 2026'],
  ])('from %s until %s reads as %s, %s', (from, to, words) => {
    expect(periodWords({ from: at(`${from}T00:00:00Z`), to: at(`${to}T00:00:00Z`) }, 'UTC')).toBe(words)
  })

  test('is divided into days of the zone, with what came after it behind them', () => {
    const zone = 'Europe/Berlin'
    const period = { from: at('2026-10-23T22:00:00Z'), to: at('2026-10-25T23:00:00Z') }
    const now = at('2026-11-01T00:00:00Z')
    const { fine, fineUnit, coarse, months } = periodDivisions(period, zone, now)
    expect(fineUnit).toBe('day')
    // The clocks were put back on the second day.
    expect(fine.map(({ from, to }) => (to - from) / HOUR).slice(0, 2)).toEqual([24, 25])
    for (const divided of [fine, coarse, months]) {
      expect(divided[0]?.from).toBe(period.from)
      expect(divided.at(-2)?.to).toBe(period.to)
      expect(divided.at(-1)).toEqual({ from: period.to, to: now + 1 })
    }
  })

  test('of more than a month is divided into weeks that end with it', () => {
    const period = { from: at('2026-09-02T00:00:00Z'), to: at('2026-11-26T00:00:00Z') }
    const { fine, fineUnit } = periodDivisions(period, 'UTC', at('2026-11-25T12:00:00Z'))
    expect(fineUnit).toBe('week')
    expect(fine[0]).toEqual({ from: period.from, to: at('2026-09-07T00:00:00Z') })
    expect(fine.at(-1)).toEqual({ from: at('2026-11-23T00:00:00Z'), to: period.to })
  })
})
