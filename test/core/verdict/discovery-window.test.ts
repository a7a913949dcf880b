import { expect, test } from 'vitest'
import { tickDays } from '../../../src/core/verdict/discovery-window.ts'
import { ageText } from '../../../views/releases/age-ticks.tsx'

const ticks = (days: number) => tickDays(days).map(ageText).slice(1)

test('the ages below a plot are whole hours, days or years', () => {
  expect(ticks(1)).toEqual(['6 h', '12 h', '18 h', '1 d'])
  expect(ticks(30)).toEqual(['7 d', '14 d', '21 d', '28 d'])
  expect(ticks(2_941)).toEqual(['2 y', '4 y', '6 y', '8 y'])
  for (const days of [1 / 12, 1, 7, 30, 90, 400, 1_000, 2_941, 9_000]) expect(tickDays(days).length).toBeLessThan(9)
})
