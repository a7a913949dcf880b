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
  expect([scope.environment, scope.range.stepMs]).toEqual([staging, hours(1)])
})
