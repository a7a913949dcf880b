import { expect, test } from 'vitest'
import { rankSumTest } from '../../../src/core/statistics/rank-sum.ts'

test('gives the p-value that a calculation by hand gives', () => {
  // Ranks of the first: 1, 3, 5, 6, 8.5 and 8.5 stand for a tie; U = 9.5 of 25, variance 25/12 · (11 − 6/90).
  const first = [1.1, 2.2, 3.3, 4.4, 6.6]
  const second = [1.9, 2.9, 5.5, 6.6, 7.7]
  const variance = (25 / 12) * (11 - 6 / 90)
  const z = (Math.abs(1 + 3 + 5 + 6 + 8.5 - 15 - 12.5) - 0.5) / Math.sqrt(variance)
  expect(z).toBeCloseTo(0.7333, 3)
  // The standard normal table: P(|Z| > 0.7333) = 0.4634.
  expect(rankSumTest(first, second)).toBeCloseTo(0.4634, 3)
})

test('knows no difference where there is none, and is the same from both sides', () => {
  expect(rankSumTest([3, 3, 3], [3, 3, 3])).toBe(1)
  expect(rankSumTest([], [1, 2])).toBe(1)
  const [low, high] = [
    [1, 2, 3, 4, 5, 6, 7, 8],
    [11, 12, 13, 14, 15, 16, 17, 18],
  ] as const
  expect(rankSumTest(low, high)).toBe(rankSumTest(high, low))
  expect(rankSumTest(low, high)).toBeLessThan(0.001)
})
