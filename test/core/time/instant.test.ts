import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { believableInstant, formatInstant, parseInstant } from '../../../src/core/time/instant.ts'

const MINUTE = 60_000

describe('reading an instant', () => {
  it.each([
    ['2026-11-22T21:10:00Z', Date.UTC(2026, 10, 22, 21, 10)],
    ['2026-11-22t21:10:00z', Date.UTC(2026, 10, 22, 21, 10)],
    ['2026-11-22 21:10:00+00:00', Date.UTC(2026, 10, 22, 21, 10)],
    ['2026-11-22T21:10:00.5+02:00', Date.UTC(2026, 10, 22, 19, 10, 0, 500)],
    ['2026-11-22T21:10:00.123456789-07:30', Date.UTC(2026, 10, 23, 4, 40, 0, 123)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['2017-01-01T00:59:60.25+01:00', Date.UTC(2017, 0, 1, 0, 0, 0, 250)],
    ['0001-01-01T00:00:00Z', new Date('0001-01-01T00:00:00Z').getTime()],
  ])('%s is read', (text, at) => {
    expect(parseInstant(text)).toBe(at)
  })

  it.each([
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-04-00T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T21:60:00Z',
    '2026-11-22T21:10:61Z',
    '2026-11-22T21:10:60Z',
    '2026-11-22T21:10:00+24:00',
    '2026-11-22T21:10:00+02:60',
    '2026-11-22T21:10:00',
    '2026-11-22T21:10Z',
    '2026-11-22',
    '1764000000',
    '22 Nov 2026 21:10:00 GMT',
    ' 2026-11-22T21:10:00Z',
    '2026-11-22T21:10:00Z\n',
    '+12026-11-22T21:10:00Z',
    '',
  ])('%j is not one', (text) => {
    expect(parseInstant(text)).toBeUndefined()
  })

  it('every instant survives being written and read', () => {
    const year = (y: number) => new Date(0).setUTCFullYear(y, 0, 1)
    fc.assert(
      fc.property(fc.integer({ min: year(0), max: year(10_000) - 1 }), (at) => {
        expect(parseInstant(formatInstant(at))).toBe(at)
      }),
    )
  })

  it('agrees with the platform on every zone it takes', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1000-01-01'), max: new Date('9998-01-01'), noInvalidDate: true }),
        fc.integer({ min: -1439, max: 1439 }),
        (date, offset) => {
          const local = new Date(date.getTime() + offset * MINUTE).toISOString().slice(0, -1)
          const pad = (n: number) => String(Math.abs(n)).padStart(2, '0')
          const zone = `${offset < 0 ? '-' : '+'}${pad(Math.trunc(offset / 60))}:${pad(offset % 60)}`
          expect(parseInstant(local + zone)).toBe(date.getTime())
        },
      ),
    )
  })
})

describe('believing an instant', () => {
  const receivedAt = Date.UTC(2026, 10, 22, 21, 10)

  it.each([
    ['five minutes ahead of us', receivedAt + 5 * MINUTE, true],
    ['any later', receivedAt + 5 * MINUTE + 1, false],
    ['the first instant of 2000', Date.UTC(2000, 0, 1), true],
    ['the instant before', Date.UTC(2000, 0, 1) - 1, false],
    ['the year 1', parseInstant('0001-01-01T00:00:00Z') as number, false],
    ['not a number', Number.NaN, false],
  ])('%s: %s → %s', (_, at, believed) => {
    expect(believableInstant(at, receivedAt)).toBe(believed)
  })
})
