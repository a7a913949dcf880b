import { describe, expect, test } from 'vitest'
import {
  clockSeconds,
  formatAge,
  formatBytes,
  formatCapped,
  formatCount,
  formatDuration,
  formatInstant,
  formatLongDay,
  formatShare,
  formatSince,
  middleCut,
  shortSha,
} from '../../views/format.ts'

const at = (text: string) => Date.parse(text)
const now = at('2026-11-19T03:14:08Z')

describe('an instant', () => {
  test.each([
    ['2026-11-19T02:42:59Z', '02:42'],
    ['2026-11-18T03:14:09Z', '03:14'],
    ['2026-11-19T23:59:59Z', '23:59'],
    ['2026-11-20T00:00:00Z', '20 Nov 00:00'],
    ['2026-11-20T03:14:07Z', '20 Nov 03:14'],
    ['2027-11-19T02:42:00Z', '19 Nov 2027 02:42'],
    ['2026-11-18T03:14:08Z', '18 Nov 03:14'],
    ['2026-01-02T00:05:00Z', '2 Jan 00:05'],
    ['2024-11-18T21:40:00Z', '18 Nov 2024 21:40'],
  ])('%s is shown as %s', (instant, shown) => {
    expect(formatInstant(at(instant), now, 'UTC')).toBe(shown)
  })

  test.each([
    ['America/New_York', '2026-11-18T03:14:08Z', '17 Nov 22:14'],
    ['Asia/Kathmandu', '2026-11-17T18:30:00Z', '18 Nov 00:15'],
    ['Asia/Kathmandu', '2025-12-31T18:15:00Z', '1 Jan 00:00'],
    // Clocks go back from 03:00 to 02:00 at 01:00 UTC: the same time twice.
    ['Europe/Berlin', '2026-10-25T00:30:00Z', '25 Oct 02:30'],
    ['Europe/Berlin', '2026-10-25T01:30:00Z', '25 Oct 02:30'],
    // And forward from 02:00 to 03:00.
    ['Europe/Berlin', '2026-03-29T00:59:00Z', '29 Mar 01:59'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', '29 Mar 03:00'],
  ])('in %s, %s is shown as %s', (zone, instant, shown) => {
    expect(formatInstant(at(instant), now, zone)).toBe(shown)
  })

  test('the weekday is that of the place', () => {
    expect(formatLongDay(at('2026-11-18T23:30:00Z'), 'UTC')).toBe('Wednesday 18 November')
    expect(formatLongDay(at('2026-11-18T23:30:00Z'), 'Asia/Tokyo')).toBe('Thursday 19 November')
  })

  test('the clock shows seconds', () => {
    expect(clockSeconds(now, 'UTC')).toBe('03:14:08')
    expect(clockSeconds(now, 'Australia/Adelaide')).toBe('13:44:08')
  })
})

const YEAR = 365.25 * 86_400_000
const MONTH = YEAR / 12

describe('an age', () => {
  test.each([
    [0, 'just now'],
    [9_999, 'just now'],
    [10_000, '10 s ago'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [3_599_999, '59 min ago'],
    [5 * 3_600_000, '5 h ago'],
    [60 * 86_400_000, '60 d ago'],
    [2 * MONTH - 1, '60 d ago'],
    [2 * MONTH, '2 mo ago'],
    [2 * YEAR - 1, '23 mo ago'],
    [2 * YEAR, '2 y ago'],
    [2_941 * 86_400_000, '8 y ago'],
    [-3 * YEAR, 'in 3 y'],
    [-5_000, 'just now'],
    [-300_000, 'in 5 min'],
  ])('%i ms is %s', (span, shown) => {
    expect(formatAge(now - span, now)).toBe(shown)
  })
})

describe('a span', () => {
  test.each([
    [-1, '0 ms'],
    [38.4, '38 ms'],
    [1_234, '1.2 s'],
    [9_999, '9.9 s'],
    [43_000, '43 s'],
    [43 * 60_000, '43 min'],
    [5 * 3_600_000, '5 h'],
    [9 * 3_600_000 + 26 * 60_000, '9 h 26 min'],
    [28 * 3_600_000, '1 d 4 h'],
    [400 * 86_400_000, '400 d'],
    [2 * YEAR - 1, '730 d'],
    [2 * YEAR, '2 y'],
    [2 * YEAR + MONTH, '2 y 1 mo'],
    [3 * YEAR - 1, '2 y 11 mo'],
    [3 * YEAR, '3 y'],
    [2_941 * 86_400_000, '8 y'],
  ])('%d ms is %s', (span, shown) => {
    expect(formatDuration(span)).toBe(shown)
  })

  test.each([
    [28 * 3_600_000, '1 d 4 h'],
    [59 * 86_400_000, '59 d'],
    [2 * MONTH - 1, '60 d'],
    [2 * MONTH, '2 mo'],
    [2 * YEAR - 1, '23 mo'],
    [2 * YEAR, '2 y'],
    [3 * YEAR - 1, '2 y'],
  ])('of %d ms that goes on is %s', (span, shown) => {
    expect(formatSince(span)).toBe(shown)
  })
})

test('counts are parted in thousands, and say when counting stopped', () => {
  expect([0, 999, 1000, 23_480, 1_234_567].map(formatCount)).toEqual(['0', '999', '1,000', '23,480', '1,234,567'])
  expect([formatCapped(9_999, 9_999), formatCapped(10_000, 9_999)]).toEqual(['9,999', '9,999+'])
})

test('a long version keeps both ends, a short one is left alone', () => {
  expect(middleCut('4.18.0')).toBe('4.18.0')
  expect(middleCut('a'.repeat(20) + 'b'.repeat(20), 11)).toBe('aaaaa…bbbbb')
})

test('only a full SHA is shortened', () => {
  expect([shortSha('0123456789abcdef0123456789abcdef01234567'), shortSha('release-0123456')]).toEqual([
    '0123456',
    'release-0123456',
  ])
})

test('sizes are told in thousands', () => {
  expect([999, 1_000, 262_144, 3_400_000, 77_655_700_000].map(formatBytes)).toEqual([
    ...['999 B', '1.0 kB', '262.1 kB', '3.4 MB', '77.7 GB'],
  ])
})

test('a share is cut, so that all means all', () => {
  const shares: [number, number, string][] = [
    [12_034, 12_131, '99.2 %'],
    [0, 7, '0.0 %'],
    [1, 3, '33.3 %'],
    [2, 3, '66.6 %'],
    [999, 1_000, '99.9 %'],
    [9_999, 10_000, '99.99 %'],
    [999_999, 1_000_000, '99.99 %'],
    [7, 7, '100 %'],
  ]
  for (const [part, whole, words] of shares) expect(formatShare(part, whole)).toBe(words)
})
