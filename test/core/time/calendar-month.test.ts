import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  besideMonth,
  calendarMonth,
  fieldOfInstant,
  instantOfField,
  parseDay,
  parseMonth,
} from '../../../src/core/time/calendar-month.ts'

const HOUR = 3_600_000
const ZONES = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu', 'Pacific/Auckland', 'America/Sao_Paulo']
const aMonth = fc.record({
  year: fc.integer({ min: 2000, max: 2100 }),
  month: fc.integer({ min: 1, max: 12 }),
  zone: fc.constantFrom(...ZONES),
})

describe('a month of a calendar', () => {
  test('has weeks from Monday to Sunday without a gap, and every day of the month once', () => {
    fc.assert(
      fc.property(aMonth, ({ year, month, zone }) => {
        const { weeks } = calendarMonth(year, month, zone)
        const days = weeks.flat()
        for (const [i, day] of days.slice(1).entries()) expect(day.from).toBe(days[i]?.to)
        for (const week of weeks) expect(week.some((day) => day.month === month)).toBe(true)
        const own = days.filter((day) => day.month === month).map(({ day }) => day)
        expect(own).toEqual(Array.from({ length: new Date(Date.UTC(year, month, 0)).getUTCDate() }, (_, i) => i + 1))
        const first = days[0]
        expect(new Date(Date.UTC(first?.year ?? 0, (first?.month ?? 0) - 1, first?.day)).getUTCDay()).toBe(1)
      }),
    )
  })

  test('days are 23 and 25 hours long where clocks are changed', () => {
    const lengths = (year: number, month: number) =>
      Object.fromEntries(
        calendarMonth(year, month, 'Europe/Berlin')
          .weeks.flat()
          .map(({ key, from, to }) => [key, (to - from) / HOUR]),
      )
    expect(lengths(2026, 3)['2026-03-29']).toBe(23)
    expect(lengths(2026, 10)['2026-10-25']).toBe(25)
    expect(lengths(2026, 10)['2026-10-24']).toBe(24)
  })
})

test.each([
  ['2026-11', { year: 2026, month: 11 }],
  ['2026-13', undefined],
  ['2026-1', undefined],
  ['1999-12', undefined],
  ['', undefined],
])('the month %j', (text, month) => {
  expect(parseMonth(text)).toEqual(month)
})

test.each([
  ['2026-11-03', '2026-11-03'],
  ['2026-02-30', undefined],
  ['2026-11-00', undefined],
  ['2026-11-3', undefined],
  ['2026-11-03x', undefined],
])('the day %j', (text, key) => {
  expect(parseDay(text, 'UTC')?.key).toBe(key)
})

test('December is between November and January', () => {
  expect(besideMonth({ year: 2026, month: 12 })).toEqual({ before: '2026-11', after: '2027-01' })
})

describe('a date-and-time field', () => {
  test('means the time on the clocks there', () => {
    expect(instantOfField('2026-07-01T09:30', 'Europe/Berlin')).toBe(Date.UTC(2026, 6, 1, 7, 30))
    expect(instantOfField('2026-12-01T09:30:15', 'Asia/Kathmandu')).toBe(Date.UTC(2026, 11, 1, 3, 45))
    for (const wrong of ['', 'now', '2026-02-30T10:00', '2026-02-03T24:00', '2026-02-03T10:60', '2026-02-03'])
      expect(instantOfField(wrong, 'UTC')).toBeUndefined()
  })

  test('shows what it was given', () => {
    const minute = fc.integer({ min: Date.UTC(2001, 0) / 60_000, max: Date.UTC(2099, 0) / 60_000 })
    fc.assert(
      fc.property(minute, (m) => {
        expect(instantOfField(fieldOfInstant(m * 60_000, 'UTC'), 'UTC')).toBe(m * 60_000)
      }),
    )
  })
})
