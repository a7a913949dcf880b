import fc from 'fast-check'
import { expect, test } from 'vitest'
import { benjaminiHochberg, eBenjaminiHochberg } from '../../../src/core/statistics/multiple-tests.ts'

const pValues = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 })
const eValues = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { minLength: 1, maxLength: 12 })

/** The definition: the k smallest p-values are findings for the largest k with p(k) ≤ α·k/m. */
function foundByDefinition(values: readonly number[], alpha: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.findLastIndex((p, i) => p <= (alpha * (i + 1)) / values.length) + 1
}

test('adjusted p-values find what the definition finds', () => {
  fc.assert(
    fc.property(pValues, fc.constantFrom(0.01, 0.05, 0.2), (values, alpha) => {
      const found = benjaminiHochberg(values).filter((p) => p <= alpha + 1e-15).length
      expect(found).toBe(foundByDefinition(values, alpha))
    }),
  )
})

test('adjusting keeps the order and never lowers a p-value', () => {
  fc.assert(
    fc.property(pValues, (values) => {
      const adjusted = benjaminiHochberg(values)
      for (const [i, p] of values.entries()) {
        expect(adjusted[i]).toBeGreaterThanOrEqual(p - 1e-15)
        const larger = adjusted.filter((_, j) => (values[j] as number) > p)
        expect(Math.min(1, ...larger)).toBeGreaterThanOrEqual(adjusted[i] as number)
      }
    }),
  )
})

test('e-values find what the p-values 1/e would, largest first', () => {
  fc.assert(
    fc.property(eValues, fc.constantFrom(0.01, 0.05, 0.2), (values, alpha) => {
      const found = eBenjaminiHochberg(values, alpha)
      const sorted = [...values].sort((a, b) => b - a)
      const count = sorted.findLastIndex((e, i) => e >= values.length / (alpha * (i + 1))) + 1
      expect(found.map((i) => values[i])).toEqual(sorted.slice(0, count))
    }),
  )
})

test('one of twenty needs an e-value of 400 at 5 %, two need 200 each', () => {
  const others = Array.from({ length: 18 }, () => 1)
  expect(eBenjaminiHochberg([400, 1, ...others], 0.05)).toEqual([0])
  expect(eBenjaminiHochberg([399, 1, ...others], 0.05)).toEqual([])
  expect(eBenjaminiHochberg([200, 201, ...others], 0.05)).toEqual([1, 0])
})
