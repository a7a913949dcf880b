import { expect, test } from 'vitest'
import type { EnvironmentChoice } from '../../../src/store/overview/overview-queries.ts'
import { readScope } from '../../../src/web/pages/overview-scope.ts'
import { day, hours } from '../../support/factories.ts'

const production: EnvironmentChoice = { id: 1, name: 'production', tier: 'production' }
const canary: EnvironmentChoice = { id: 2, name: 'canary', tier: 'production' }
const staging: EnvironmentChoice = { id: 3, name: 'staging', tier: 'staging' }

test('production and 14 days unless told', () => {
  const scope = readScope({}, [canary, production, staging], day(20))
  expect(scope.environment).toBe(production)
  expect(scope.current).toEqual({ from: day(6) + 1, to: day(20) + 1 })
  expect(scope.previous).toEqual({ from: day(-8) + 1, to: day(6) + 1 })
  expect(scope.remarks).toEqual([])
})

test('another production environment stands in when none is called production', () => {
  expect(readScope({}, [canary, staging], day(1)).environment).toBe(canary)
})

test('what does not exist falls back and says so', () => {
  const scope = readScope({ env: 'prd', range: '2y' }, [production, staging], day(20))
  expect(scope.environment).toBe(production)
  expect(scope.range.key).toBe('14d')
  expect(scope.remarks).toEqual([
    'Unknown environment ‘prd’. Showing production.',
    'Unknown range ‘2y’. Showing the last 14 days.',
  ])
})

test('a day is looked at in hours', () => {
  const scope = readScope({ env: 'staging', range: '24h' }, [production, staging], day(20))
  expect([scope.environment, scope.range.step]).toEqual([staging, hours(1)])
})

test.each([
  ['1h', 1, 30],
  ['6h', 6, 36],
])('the last %s have columns of minutes', (range, length, columns) => {
  const scope = readScope({ range }, [production], day(20))
  expect(scope.current.to - scope.current.from).toBe(hours(length))
  expect(scope.columns).toHaveLength(columns + 1)
})

test('six months are in weeks of the reader, from Monday', () => {
  const now = Date.UTC(2026, 10, 26, 12)
  const { current, columns, previous, range } = readScope({ range: '6mo' }, [production], now, 'Europe/Paris')
  expect([range.text, range.stepText]).toEqual(['6 months', 'per week'])
  expect([current.to - current.from, previous.to]).toEqual([183 * hours(24), current.from])
  expect(columns).toHaveLength(27)
  expect([columns[0]?.from, columns.at(-1)?.to]).toEqual([current.from, current.to])
  // A Monday in summer and one in winter.
  expect(columns[1]?.from).toBe(Date.UTC(2026, 4, 31, 22))
  expect(columns.at(-1)?.from).toBe(Date.UTC(2026, 10, 22, 23))
})

test.each([
  ['2026-09-22', 'per day', 60],
  ['2026-09-21', 'per week', 9],
  ['2025-11-20', 'per week', 53],
  ['2024-01-01', 'per month', 35],
])('since %s is told %s', (from, stepText, columns) => {
  const scope = readScope({ from }, [production], NOON)
  expect(scope.range.stepText).toBe(stepText)
  expect(scope.columns).toHaveLength(columns)
})

const NOON = Date.UTC(2026, 10, 20, 12)
const on = (date: number, hour = 0) => Date.UTC(2026, 10, date, hour)

test('a stretch named by its ends is compared with the one before it, and ends now at the latest', () => {
  const scope = readScope({ from: '2026-11-05', to: '2026-11-06' }, [production], NOON)
  expect(scope.current).toEqual({ from: on(5), to: on(7) })
  expect(scope.previous).toEqual({ from: on(3), to: on(5) })
  expect(scope.absolute).toEqual(scope.current)
  expect(scope.remarks).toEqual([])
  expect(scope.range.stepText).toBe('per hour')
  const open = readScope({ from: '2026-11-15T06:00:00Z', to: '2027-01-01' }, [production], NOON)
  expect(open.current).toEqual({ from: on(15, 6), to: NOON + 1 })
  expect(readScope({ from: '2026-11-05', range: '24h' }, [production], NOON).absolute).toBeUndefined()
  const inParis = readScope({ from: '2026-11-05' }, [production], NOON, 'Europe/Paris')
  expect(inParis.current.from).toBe(on(4, 23))
})

test.each([
  [{ from: 'last week' }, '‘last week’ is neither a day'],
  [{ from: '2026-11-06', to: '2026-11-05T00:00:00Z' }, 'ends before it begins'],
  [{ to: '2026-11-05' }, 'begins with `from`'],
  [{ from: '2026-12-01' }, 'has not come yet'],
  [{ from: '2020-01-01', to: '2026-01-01' }, 'five years at most'],
])('%o is refused in words', (asked, words) => {
  const scope = readScope(asked, [production], NOON)
  expect(scope.absolute).toBeUndefined()
  expect(scope.remarks.join(' ')).toContain(words)
  expect(scope.remarks.at(-1)).toBe('Showing the last 14 days.')
})
