import { expect, test } from 'vitest'
import { Random } from '../../src/simulation/random.ts'

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.uniform())
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw(new Random(7), 50)).toEqual(draw(new Random(7), 50))
  expect(draw(new Random(7), 50)).not.toEqual(draw(new Random(8), 50))
})

test('the numbers are the same on every machine', () => {
  expect(new Random(1).hex(24)).toBe('9190299ec1017b27e3af522f')
})

test('a named stream does not depend on what was drawn elsewhere', () => {
  const random = new Random(7)
  const before = draw(random.fork('shop'), 5)
  draw(random, 100)
  expect(draw(random.fork('shop'), 5)).toEqual(before)
  expect(draw(random.fork('shops'), 5)).not.toEqual(before)
})

test('uniform numbers fill [0, 1) evenly', () => {
  const values = draw(new Random(3), 20_000)
  expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...values)).toBeLessThan(1)
  const tenths = Array.from({ length: 10 }, (_, i) => values.filter((value) => Math.floor(value * 10) === i).length)
  // Six standard deviations of a binomial count.
  for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(6 * Math.sqrt(2_000 * 0.9))
})

test('whole numbers reach both ends and no further', () => {
  const random = new Random(5)
  expect(new Set(Array.from({ length: 500 }, () => random.whole(2, 5)))).toEqual(new Set([2, 3, 4, 5]))
})

test('exponential and Poisson draws have the means asked for', () => {
  const random = new Random(11)
  expect(mean(Array.from({ length: 20_000 }, () => random.exponential(4)))).toBeCloseTo(4, 0)
  expect(mean(Array.from({ length: 20_000 }, () => random.poisson(2.5)))).toBeCloseTo(2.5, 0)
})

test('weights decide how often, and what weighs nothing never comes', () => {
  const random = new Random(13)
  const drawn = Array.from({ length: 4_000 }, () => random.weighted({ often: 3, seldom: 1, never: 0 }))
  expect(drawn.filter((word) => word === 'often').length / drawn.length).toBeCloseTo(0.75, 1)
  expect(drawn).not.toContain('never')
})

test('shuffling keeps every item once and leaves the original alone', () => {
  const items = [1, 2, 3, 4, 5, 6, 7, 8]
  const shuffled = new Random(17).shuffled(items)
  expect(shuffled).not.toEqual(items)
  expect([...shuffled].sort((a, b) => a - b)).toEqual(items)
})
