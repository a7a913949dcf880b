import { describe, expect, test } from 'vitest'
import { type JudgedSuspicion, reliabilityOf } from '../../../src/core/attribution/reliability.ts'

const said = (probability: number, right: number, wrong: number): JudgedSuspicion[] => [
  ...Array.from({ length: right }, () => ({ defectId: 1, probability, right: true })),
  ...Array.from({ length: wrong }, () => ({ defectId: 2, probability, right: false })),
]
const answers = (suspicions: readonly JudgedSuspicion[]) =>
  Object.fromEntries(reliabilityOf(suspicions).bands.map(({ word, answer }) => [word, answer]))

describe('whether suspicions can be trusted', () => {
  test('what is said with 85 percent and right in 17 of 20 holds', () => {
    expect(answers(said(0.85, 17, 3))).toMatchObject({ 'Very likely': 'holds', Likely: 'too few verdicts' })
  })

  test('what is said with 90 percent and right in 10 of 20 says too much', () => {
    expect(answers(said(0.9, 10, 10))['Very likely']).toBe('says too much')
  })

  test('what is said with 40 percent and right in 18 of 20 says too little', () => {
    expect(answers(said(0.4, 18, 2)).Suspected).toBe('says too little')
  })

  test('four verdicts say nothing, five do', () => {
    expect(answers(said(0.97, 0, 4))['Almost certain']).toBe('too few verdicts')
    expect(answers(said(0.97, 0, 5))['Almost certain']).toBe('says too much')
  })

  test('a probability belongs to the band that begins with it, and certainty to the highest', () => {
    const counts = reliabilityOf(
      [0, 0.3, 0.6, 0.8, 0.95, 1].map((probability, i) => ({ defectId: i, probability, right: true })),
    )
    expect(counts.bands.map(({ verdicts }) => verdicts)).toEqual([2, 1, 1, 1, 1])
  })

  test('the error is the mean distance between said and right, weighed by verdicts', () => {
    // |0.9 · 10 − 8| + |0.5 · 10 − 7| = 1 + 2, over 20.
    expect(reliabilityOf([...said(0.9, 8, 2), ...said(0.5, 7, 3)]).error).toBeCloseTo(0.15, 12)
  })

  test('nineteen verdicts give no error, and none give no share', () => {
    expect(reliabilityOf(said(0.9, 19, 0)).error).toBeUndefined()
    expect(reliabilityOf([])).toMatchObject({ verdicts: 0, right: 0, error: undefined })
  })
})
