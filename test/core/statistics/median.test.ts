import fc from 'fast-check'
import { expect, test } from 'vitest'
import { median, medianInterval, percentile } from '../../../src/core/statistics/median.ts'

const values = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 40 })

test('the interval of a median runs between the ranks of the published table', () => {
  // Conover; also Campbell and Gardner, BMJ 296, 1988: 95 %: n = 10: 2 and 9; n = 20: 6 and 15; n = 50: 18 and 33.
  for (const [n, low, high] of [
    [6, 1, 6],
    [10, 2, 9],
    [20, 6, 15],
    [50, 18, 33],
  ] as const)
    expect(medianInterval(Array.from({ length: n }, (_, i) => i + 1))).toEqual({ low, high })
  expect(medianInterval([1, 2, 3, 4, 5])).toBeUndefined()
})

test('half lie on either side of a median, and its interval holds it', () => {
  fc.assert(
    fc.property(values, (drawn) => {
      const middle = median(drawn)
      expect(drawn.filter((value) => value < middle).length).toBeLessThanOrEqual(drawn.length / 2)
      expect(drawn.filter((value) => value > middle).length).toBeLessThanOrEqual(drawn.length / 2)
      const { low, high } = medianInterval(drawn.toSorted((a, b) => a - b)) ?? { low: middle, high: middle }
      expect(low).toBeLessThanOrEqual(middle)
      expect(high).toBeGreaterThanOrEqual(middle)
    }),
  )
  expect([median([4, 1]), median([]), percentile([], 0.5)]).toEqual([2.5, Number.NaN, Number.NaN])
})

test('a percentile is the smallest value that so many do not exceed', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (drawn, p) => {
      const value = percentile(drawn, p)
      expect(drawn.filter((other) => other <= value).length).toBeGreaterThanOrEqual(p * drawn.length - 1e-9)
      expect(drawn.filter((other) => other < value).length).toBeLessThan(p * drawn.length + 1e-9)
    }),
  )
})
