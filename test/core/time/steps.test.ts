import { expect, test } from 'vitest'
import { stepsOver } from '../../../src/core/time/steps.ts'

const HOUR = 3_600_000
const at = (text: string) => Date.parse(text)

test('steps of hours begin at whole multiples in UTC, but for the first', () => {
  const from = at('2026-11-20T05:10:00Z')
  const to = at('2026-11-20T18:00:00Z')
  expect(stepsOver({ from, to }, 6 * HOUR, 'Asia/Kathmandu')).toEqual([
    { from, to: at('2026-11-20T06:00:00Z') },
    { from: at('2026-11-20T06:00:00Z'), to: at('2026-11-20T12:00:00Z') },
    { from: at('2026-11-20T12:00:00Z'), to },
  ])
})

test('days are those of the zone, whatever its clocks did', () => {
  // New York put its clocks back on 1 November.
  const from = at('2026-10-31T04:00:00Z')
  const to = at('2026-11-02T15:00:00Z')
  expect(stepsOver({ from, to }, 'day', 'America/New_York')).toEqual([
    { from, to: at('2026-11-01T04:00:00Z') },
    { from: at('2026-11-01T04:00:00Z'), to: at('2026-11-02T05:00:00Z') },
    { from: at('2026-11-02T05:00:00Z'), to },
  ])
})

test('weeks begin on Mondays, and the first and the last are cut off', () => {
  const from = at('2026-11-21T09:00:00Z')
  const to = at('2026-11-24T09:00:00Z')
  const monday = at('2026-11-23T00:00:00Z')
  expect(stepsOver({ from, to }, 'week', 'UTC')).toEqual([
    { from, to: monday },
    { from: monday, to },
  ])
})
