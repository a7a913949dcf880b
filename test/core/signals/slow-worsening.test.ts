import { describe, expect, test } from 'vitest'
import { slowWorsening } from '../../../src/core/signals/slow-worsening.ts'
import { day } from '../../support/factories.ts'

const weeks = (counts: readonly number[], exposure = 1) =>
  counts.map((defects, i) => ({ from: day(7 * i), defects, exposure }))
const base = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1 : 3))

describe('a slow rise', () => {
  test('is noticed though no week of it is remarkable, and dated', () => {
    const rise = slowWorsening(weeks([...base, 1, 2, 4, 5, 4, 4, 5]), 20)
    expect(rise.word).toBe('rising')
    expect(rise.since).toBe(day(22 * 7))
    expect(rise.sentence).toBe('Defects have come more often since about 2026-08-02: 22 where 10 were usual.')
    expect(rise.plan).toMatchObject({ reference: 2.9, decision: 5.8 })
  })

  test('is none in weeks like those before, and says how soon one would show', () => {
    const none = slowWorsening(weeks([...base, 1, 3, 2, 1, 3]), 20)
    expect(none).toMatchObject({ word: 'steady', since: undefined })
    expect(none.sentence).toBe(
      'No rise: 2.0 defects in a week are usual, and lasting twice as many would show within about 6.1 weeks.',
    )
  })

  test('busier weeks may have more', () => {
    const after = [4, 5, 4, 6, 5].map((defects, i) => ({ from: day(7 * (20 + i)), defects, exposure: 2.5 }))
    expect(slowWorsening([...weeks(base), ...after], 20).word).toBe('steady')
  })

  test('weeks are put together when one alone expects too little', () => {
    const rare = Array.from({ length: 24 }, (_, i) => (i % 4 === 0 ? 1 : 0))
    const paired = slowWorsening(weeks([...rare, 0, 1, 0, 0, 0, 1, 1, 0, 1]), 24)
    expect(paired.periods.map(({ defects }) => defects)).toEqual([1, 0, 1, 1])
    expect(paired.plan?.reference).toBeCloseTo(0.7, 12)
  })

  test('too short a past or too few defects are said', () => {
    expect(slowWorsening(weeks(base.slice(0, 19)), 19).sentence).toBe(
      'A slow rise needs 20 weeks to compare with; there are 19.',
    )
    expect(slowWorsening(weeks([1, ...Array.from({ length: 30 }, () => 0)]), 25).sentence).toBe(
      'There are too few defects here to notice a slow rise.',
    )
  })
})
