import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { instantThere, isTimeZone, timeZones, wallClock, zoneOffset } from '../../../src/core/time/time-zone.ts'

const at = (text: string) => Date.parse(text)
const HOUR = 3_600_000

test('UTC shows what ISO 8601 writes', () => {
  const moments = fc.integer({ min: at('1990-01-01T00:00:00Z'), max: at('2090-01-01T00:00:00Z') })
  fc.assert(
    fc.property(moments, (moment) => {
      const { year, month, day, hour, minute, second } = wallClock(moment, 'UTC')
      const fields = new Date(moment)
        .toISOString()
        .split(/[-T:.]/)
        .map((text) => Number.parseInt(text, 10))
      expect([year, month, day, hour, minute, second]).toEqual(fields.slice(0, 6))
    }),
  )
})

test('the offset follows summer time, also where it moves by half an hour', () => {
  expect(zoneOffset(at('2026-07-01T00:00:00Z'), 'Europe/Berlin')).toBe(2 * HOUR)
  expect(zoneOffset(at('2026-12-01T00:00:00.999Z'), 'Europe/Berlin')).toBe(HOUR)
  expect(zoneOffset(at('2026-12-01T00:00:00Z'), 'America/St_Johns')).toBe(-3.5 * HOUR)
  expect(zoneOffset(at('2026-07-01T00:00:00Z'), 'Australia/Lord_Howe')).toBe(10.5 * HOUR)
  expect(zoneOffset(at('2026-12-01T00:00:00Z'), 'Australia/Lord_Howe')).toBe(11 * HOUR)
})

test('the offset is what the runtime formats, however often and in whichever order it was asked before', () => {
  const zones = fc.constantFrom(...timeZones())
  const moments = fc.integer({ min: at('1950-01-01T00:00:00Z'), max: at('2090-01-01T00:00:00Z') })
  const near = fc.array(fc.integer({ min: -90_000, max: 90_000 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(zones, moments, near, (zone, moment, by) => {
      for (const one of [moment, ...by.map((some) => moment + some), moment])
        expect(told(one, zone)).toBe(formatted(one, zone))
    }),
  )
  for (let i = 0; i < 12_000; i++) zoneOffset(at('2020-01-01T00:00:00Z') + i * 5 * HOUR, 'America/New_York')
  expect(told(at('2020-07-01T00:00:00Z'), 'America/New_York')).toBe('2020-06-30 20:00:00')
})

test('the offset is exact to the minute in which clocks are changed', () => {
  // Newfoundland changed its clocks a minute past midnight; Liberia gave up 44 minutes and 30 seconds.
  const changes: [string, string][] = [
    ['America/St_Johns', '2010-03-14T03:31:00Z'],
    ['Africa/Monrovia', '1972-01-07T00:44:30Z'],
  ]
  for (const [zone, text] of changes)
    for (const by of [-1000, 0, -1, 1000, -30_000, 30_000])
      expect([by, told(at(text) + by, zone)]).toEqual([by, formatted(at(text) + by, zone)])
})

function told(moment: number, zone: string): string {
  const { year, month, day, hour, minute, second } = wallClock(moment, zone)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`
}

const formatted = (moment: number, zone: string): string => new Date(moment).toLocaleString('sv-SE', { timeZone: zone })

describe('an instant by its clock time', () => {
  test('leads back to the clock time, in any zone and season', () => {
    const zones = fc.constantFrom(...timeZones())
    // Away from the changes of 2026, which fall into other months.
    const moments = fc.integer({ min: at('2026-06-02T00:00:00Z'), max: at('2026-07-30T00:00:00Z') })
    fc.assert(
      fc.property(zones, moments, (zone, moment) => {
        const whole = Math.floor(moment / 1000) * 1000
        expect(instantThere(whole + zoneOffset(whole, zone), zone)).toBe(whole)
      }),
    )
  })

  test('is the first of two where the clocks went back', () => {
    expect(instantThere(at('2026-10-25T02:30:00Z'), 'Europe/Berlin')).toBe(at('2026-10-25T00:30:00Z'))
  })

  test('lies after the hour that was left out where they went forward', () => {
    expect(instantThere(at('2026-03-29T02:30:00Z'), 'Europe/Berlin')).toBe(at('2026-03-29T01:30:00Z'))
  })
})

test.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata', 'Asia/Calcutta'])(
  '%s is a zone',
  (name) => {
    expect(isTimeZone(name)).toBe(true)
  },
)

test.each(['', '+01:00', 'Europe/Nowhere', 'Europe/Berlin ', "'; --", '\0', 'x'.repeat(1000)])('%j is none', (name) => {
  expect(isTimeZone(name)).toBe(false)
})

test('UTC is offered first, once', () => {
  expect(timeZones()[0]).toBe('UTC')
  expect(new Set(timeZones()).size).toBe(timeZones().length)
})
