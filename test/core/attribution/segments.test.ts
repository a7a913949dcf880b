import { describe, expect, test } from 'vitest'
import { segmentsOf } from '../../../src/core/attribution/segments.ts'

const release = (id: number) => ({ id, order: String(id) })
const shares = (segments: ReturnType<typeof segmentsOf>) =>
  segments.map(({ from, running }) => [from, ...running.map(({ releaseId, share }) => `${releaseId}: ${share}`)])

describe('what ran in a place', () => {
  test('a release takes all of it unless somebody says less', () => {
    expect(
      shares(
        segmentsOf([
          { at: 1, release: release(1), percent: undefined },
          { at: 2, release: release(2), percent: undefined },
        ]),
      ),
    ).toEqual([
      [1, '1: 1'],
      [2, '2: 1'],
    ])
  })

  test('what it leaves stays with those before, in the proportions they had', () => {
    expect(
      shares(
        segmentsOf([
          { at: 1, release: release(1), percent: undefined },
          { at: 2, release: release(2), percent: 50 },
          { at: 3, release: release(3), percent: 20 },
        ]),
      ),
    ).toEqual([
      [1, '1: 1'],
      [2, '2: 0.5', '1: 0.5'],
      [3, '3: 0.2', '2: 0.4', '1: 0.4'],
    ])
  })

  test('a share of an empty place is that share alone', () => {
    expect(shares(segmentsOf([{ at: 1, release: release(1), percent: 10 }]))).toEqual([[1, '1: 0.1']])
  })

  test('of several steps at one instant the last counts, and a removal ends all of it', () => {
    expect(
      shares(
        segmentsOf([
          { at: 1, release: release(1), percent: undefined },
          { at: 1, release: release(2), percent: 25 },
          { at: 2, release: undefined, percent: undefined },
        ]),
      ),
    ).toEqual([[1, '2: 0.25', '1: 0.75'], [2]])
  })

  test('what is left of old canaries is forgotten below a thousandth', () => {
    const steps = [1, 2, 3, 4, 5].map((id) => ({ at: id, release: release(id), percent: id === 1 ? undefined : 95 }))
    const last = segmentsOf(steps)
      .at(-1)
      ?.running.map(({ releaseId }) => releaseId)
    expect(last).toEqual([5, 4, 3])
  })
})
