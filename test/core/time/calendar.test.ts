import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateIn, indexOfStretch, stretchAround, stretchesOver } from '../../../src/core/time/calendar.ts'

const HOUR = 3_600_000
const ZONES = [
  'UTC',
  'America/New_York',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'America/St_Johns',
]
const hoursOf = ({ from, to }: { from: number; to: number }) => (to - from) / HOUR

describe('a day', () => {
  test('has 23 hours when the clocks go forward, 25 when they go back', () => {
    const around = (month: number, day: number) =>
      stretchAround(Date.UTC(2026, month - 1, day, 12), 'day', 'America/New_York')
    expect(around(3, 8)).toEqual({ from: Date.UTC(2026, 2, 8, 5), to: Date.UTC(2026, 2, 9, 4) })
    expect(around(11, 1)).toEqual({ from: Date.UTC(2026, 10, 1, 4), to: Date.UTC(2026, 10, 2, 5) })
    expect(hoursOf(around(3, 9))).toBe(24)
  })

  test('begins at a quarter past the hour of UTC where the zone does', () => {
    expect(stretchAround(Date.UTC(2026, 5, 1), 'day', 'Asia/Kathmandu').from).toBe(Date.UTC(2026, 4, 31, 18, 15))
  })

  test('begins at one o’clock where midnight was skipped', () => {
    // Sao Paulo, 4 November 2018: 23:59:59 is followed by 01:00.
    const { from, to } = stretchAround(Date.UTC(2018, 10, 4, 12), 'day', 'America/Sao_Paulo')
    expect(from).toBe(Date.UTC(2018, 10, 4, 3))
    expect(to).toBe(Date.UTC(2018, 10, 5, 2))
  })

  test('begins with the earlier of two midnights', () => {
    // Havana, 2 November 2025: at one o’clock it was midnight again.
    const { from, to } = stretchAround(Date.UTC(2025, 10, 2, 12), 'day', 'America/Havana')
    expect(from).toBe(Date.UTC(2025, 10, 2, 4))
    expect(hoursOf({ from, to })).toBe(25)
  })

  test('that never was is passed over', () => {
    // Samoa had no 30 December 2011.
    const days = stretchesOver({ from: Date.UTC(2011, 11, 29, 12), to: Date.UTC(2012, 0, 1) }, 'day', 'Pacific/Apia')
    expect(days.map(({ from }) => dateIn(from, 'Pacific/Apia').day)).toEqual([29, 31, 1])
  })
})

test('weeks begin on Monday, months on the first', () => {
  const at = Date.UTC(2026, 10, 26, 3)
  expect(stretchAround(at, 'week', 'UTC').from).toBe(Date.UTC(2026, 10, 23))
  expect(stretchAround(at, 'month', 'UTC')).toEqual({ from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 11, 1) })
  expect(stretchAround(Date.UTC(2027, 0, 1, 2), 'month', 'America/New_York').to).toBe(Date.UTC(2027, 0, 1, 5))
})

const instants = fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2037, 0) })
const units = fc.constantFrom('day', 'week', 'month')

test('stretches adjoin, cover what they are over, and are found by the instants in them', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      units,
      instants,
      fc.integer({ min: 1, max: 100 * 24 * HOUR }),
      fc.nat(),
      (zone, unit, from, length, some) => {
        const stretches = stretchesOver({ from, to: from + length }, unit, zone)
        expect(stretches[0]?.from).toBeLessThanOrEqual(from)
        expect(stretches.at(-1)?.to).toBeGreaterThanOrEqual(from + length)
        expect(stretches.slice(1).map((stretch) => stretch.from)).toEqual(stretches.slice(0, -1).map(({ to }) => to))
        expect(stretches.every((stretch) => stretch.to > stretch.from)).toBe(true)
        const at = from + (some % length)
        const found = stretches[indexOfStretch(stretches, at)]
        expect(found && at >= found.from && at < found.to).toBe(true)
        expect(indexOfStretch(stretches, (stretches[0]?.from ?? 0) - 1)).toBe(-1)
        expect(indexOfStretch(stretches, stretches.at(-1)?.to ?? 0)).toBe(-1)
      },
    ),
  )
})

test('a day has one date from its first instant to its last, and the instant before another', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES.filter((zone) => zone !== 'America/St_Johns')), instants, (zone, at) => {
      const { from, to } = stretchAround(at, 'day', zone)
      const shown = (instant: number) => JSON.stringify(dateIn(instant, zone))
      expect(shown(from)).toBe(shown(at))
      expect(shown(to - 1)).toBe(shown(at))
      expect(shown(from - 1)).not.toBe(shown(at))
      expect(shown(to)).not.toBe(shown(at))
    }),
  )
})
