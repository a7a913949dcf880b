import { expect, test } from 'vitest'
import { drawnOfLife, tickDays } from '../../../src/core/verdict/discovery-window.ts'
import { ageText } from '../../../views/releases/age-ticks.tsx'

const ticks = (days: number) => tickDays(days).map(ageText).slice(1)

test('the ages below a plot are whole hours, days or years', () => {
  expect(ticks(1)).toEqual(['6 h', '12 h', '18 h', '1 d'])
  expect(ticks(30)).toEqual(['7 d', '14 d', '21 d', '28 d'])
  expect(ticks(2_941)).toEqual(['2 y', '4 y', '6 y', '8 y'])
  for (const days of [1 / 12, 1, 7, 30, 90, 400, 1_000, 2_941, 9_000]) expect(tickDays(days).length).toBeLessThan(9)
})

test('a life is drawn to where something was found or is compared', () => {
  const of = (lifeDays: number, ages: number[], comparedDays?: number) =>
    drawnOfLife({ lifeDays, ages, earlier: 0, band: [] }, comparedDays)
  expect(of(90, [1, 85], 20), 'found to the end').toBe(90)
  expect(of(2_941, [1, 60], 103)).toBe(206)
  expect(of(2_941, [1, 400], 103)).toBeCloseTo(440)
  expect(of(2_941, []), 'nothing at all').toBe(30)
  expect(of(12, [1]), 'a young one has room').toBe(30)
})
