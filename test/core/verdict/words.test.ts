import { describe, expect, test } from 'vitest'
import { counted, estimate, lengthOf, odds, range } from '../../../src/core/text/wording.ts'
import { gravest, productWord } from '../../../src/core/verdict/product-word.ts'
import { alarmWord, strongBeyondSpread, wordNow } from '../../../src/core/verdict/statistical-word.ts'
import { visibleRatio } from '../../../src/core/verdict/visible-ratio.ts'

describe('the statistical word', () => {
  const evidence = (moreThanBefore: number, beyondUsualSpread: number) => ({ moreThanBefore, beyondUsualSpread })

  test.each([
    [3, 100, 100, 'worse'],
    [2, 1000, 1000, 'elevated'],
    [3, 99, 1000, 'elevated'],
    [3, 100, 99, 'elevated'],
    [3, 100, 0, 'elevated'],
    [2, 20, 20, 'elevated'],
    [1, 1000, 1000, undefined],
    [9, 19, 1000, undefined],
    [9, 99, 19, undefined],
  ])('%d defects with evidence of %d and %d: %s', (found, more, beyond, word) => {
    expect(alarmWord(found, evidence(more, beyond), 10)).toBe(word)
  })

  test('with fewer than ten earlier releases more is asked', () => {
    expect([4, 5, 10, 30].map(strongBeyondSpread)).toEqual([250, 200, 100, 100])
    expect(alarmWord(5, evidence(500, 200), 4)).toBe('elevated')
    expect(alarmWord(5, evidence(500, 250), 4)).toBe('worse')
  })

  test.each([
    [0, 1.4, 1.9, 'not enough data'],
    [1, 1.4, 1.9, 'not enough data'],
    [2, 1.4, 5, 'normal'],
    [0, 1.5, 1.9, 'no sign of harm'],
    [4, 8, 0.89, 'better'],
    [8, 8, 2, 'normal'],
  ])('%d found, %d expected, ratio up to %d: %s', (found, expected, high, word) => {
    expect(wordNow(undefined, found, expected, { low: 0, high })).toBe(word)
  })

  test.each([
    ['worse', 1.1, 1.9, 'worse'],
    ['worse', 1, 2, 'elevated'],
    ['worse', 0.9, 1.9, 'no sign of harm'],
    ['elevated', 1.1, 1.9, 'elevated'],
    ['elevated', 0.9, 2, 'elevated'],
    ['elevated', 0.9, 1.9, 'no sign of harm'],
  ] as const)('%s lasts while the numbers bear it out: ratio %d to %d is %s', (alarm, low, high, word) => {
    expect(wordNow(alarm, 9, 8, { low, high })).toBe(word)
  })
})

describe("the product's word", () => {
  test.each([
    ['worse', 9, 'suspect'],
    ['elevated', 9, 'watch'],
    ['better', 0.5, 'healthy'],
    ['no sign of harm', 1.5, 'healthy'],
    ['normal', 2.9, 'healthy'],
    ['normal', 3, 'too early'],
    ['not enough data', 2, 'too early'],
    [undefined, Number.POSITIVE_INFINITY, 'too early'],
  ] as const)('%s, ratio up to %d: %s', (word, high, product) => {
    expect(productWord(word, high)).toBe(product)
  })

  test('the gravest holds', () => {
    expect(gravest([])).toBe('too early')
    expect(gravest(['healthy', 'suspect', 'watch'])).toBe('suspect')
    expect(gravest(['too early', 'healthy'])).toBe('healthy')
  })
})

test('the ratio that could have been noticed is the one with which enough defects come in four of five cases', () => {
  // 5 defects are needed: P(Poisson(6.72) ≥ 5) = 0.8.
  expect(visibleRatio((found) => found >= 5, 2) * 2).toBeCloseTo(6.721, 3)
  expect(visibleRatio(() => false, 2)).toBe(Number.POSITIVE_INFINITY)
})

test('numbers in words', () => {
  expect([0.003, 0.05, 0.0625, 0.99, 1.2, 9.96, 23.4, 1036].map(lengthOf)).toEqual([
    '4 min',
    '72 min',
    '2 h',
    '24 h',
    '1.2 days',
    '10.0 days',
    '23 days',
    '2 y 10 mo',
  ])
  expect([0.123, 0.14, 3.14, 27.6, 1795.4].map(estimate)).toEqual(['0.1', '0.1', '3.1', '28', '1,795'])
  expect(estimate(0.034)).toBe('0.03')
  expect(range({ low: 1.4, high: Number.POSITIVE_INFINITY })).toBe('1.4 and more')
  expect([0.42, 37.4, 1234, 1e7].map(odds)).toEqual(['0.4', '37', '1,234', 'more than a million'])
  expect([0, 1, 2].map((n) => counted(n, 'defect'))).toEqual(['no defects', '1 defect', '2 defects'])
})
