import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  compareCounts,
  type FoundDefect,
  layAtEqualAge,
  type ReleaseToCompare,
} from '../../../src/core/verdict/equal-age.ts'
import { day } from '../../support/factories.ts'
import { aReleaseInPlace } from '../../support/verdict-facts.ts'

const found = (defectId: number, at: number, over: Partial<FoundDefect> = {}): FoundDefect => ({
  defectId,
  at,
  severity: 'S3',
  resolvedAt: undefined,
  ...over,
})

const release = (
  fromDay: number,
  toDay: number | undefined,
  defects: readonly FoundDefect[],
  over: Partial<ReleaseToCompare> = {},
): ReleaseToCompare => ({
  service: 'checkout-api',
  spans: [{ from: day(fromDay), to: toDay === undefined ? undefined : day(toDay) }],
  found: defects,
  earlier: [],
  ...over,
})

describe('releases at the same age', () => {
  test('are counted up to the age of the youngest', () => {
    const old = release(0, 10, [found(1, day(1)), found(2, day(2.5), { severity: 'S2' }), found(3, day(9))])
    const young = release(10, undefined, [found(4, day(10.5), { severity: 'S1' })])
    const { commonDays, releases } = layAtEqualAge([old, young], day(13))
    expect(commonDays).toBe(3)
    expect(releases.map(({ byCommonAge }) => byCommonAge)).toEqual([
      { all: 2, severe: 1 },
      { all: 1, severe: 1 },
    ])
    expect(releases.map(({ lifeDays }) => lifeDays)).toEqual([10, 3])
    expect(releases.map(({ daysToFirst }) => daysToFirst)).toEqual([1, 0.5])
  })

  test('their clocks stand still while they are not live', () => {
    const spans = [
      { from: day(0), to: day(1) },
      { from: day(5), to: undefined },
    ]
    const twice = release(0, 0, [found(1, day(3)), found(2, day(5.5))], { spans })
    const [only] = layAtEqualAge([twice], day(6)).releases
    expect(only?.lifeDays).toBe(2)
    expect(only?.found.map(({ defectId, age }) => [defectId, age])).toEqual([[2, 1.5]])
  })

  test('nothing is counted when one of them was never live', () => {
    const never = release(0, 0, [], { spans: [] })
    const { commonDays, releases } = layAtEqualAge([never, release(0, 5, [found(1, day(1))])], day(9))
    expect(commonDays).toBe(0)
    expect(releases[1]?.byCommonAge).toEqual({ all: 0, severe: 0 })
    expect(releases[1]?.found).toHaveLength(1)
  })

  test('the median time to fix needs three fixes, and none of the future', () => {
    const length = day(2) - day(1)
    const of = (...days: readonly number[]) =>
      layAtEqualAge(
        [
          release(
            0,
            undefined,
            days.map((n, i) => found(i, day(0.5), { resolvedAt: day(0.5) + n * length })),
          ),
        ],
        day(9),
      ).releases[0]?.fix
    expect(of(1, 2)).toEqual({ medianDays: undefined, fixed: 2, fixedIds: [0, 1], of: 2 })
    expect(of(1, 2, 6)).toEqual({ medianDays: 2, fixed: 3, fixedIds: [0, 1, 2], of: 3 })
    expect(of(1, 2, 60)).toEqual({ medianDays: undefined, fixed: 2, fixedIds: [0, 1], of: 3 })
  })

  test('duplicates are folded for both or for none, by what the releases before show', () => {
    const twin = (at: number, component: string) => [
      { at, component },
      { at: at + 60_000, component },
    ]
    const earlier = Array.from({ length: 6 }, (_, i) =>
      aReleaseInPlace(i + 1, -7 * (i + 1), 7, [], {
        sightings: ['cart', 'tax', 'mail', 'auth'].flatMap((name, n) => twin(day(-7 * (i + 1) + 1 + n), name)),
      }),
    )
    const pair = (id: number, at: number) => [
      found(id, at, { component: 'cart' }),
      found(id + 1, at + 60_000, { component: 'cart' }),
    ]
    const a = release(0, 5, pair(1, day(1)), { earlier })
    const b = release(5, 10, pair(3, day(6)))
    expect(layAtEqualAge([a, b], day(10)).releases.map(({ folded }) => folded)).toEqual([1, 1])
    expect(layAtEqualAge([{ ...a, earlier: [] }, b], day(10)).releases.map(({ folded }) => folded)).toEqual([0, 0])
  })

  test('the order in which they are given changes nothing but their order', () => {
    const any = fc
      .record({
        from: fc.integer({ min: 0, max: 20 }),
        life: fc.integer({ min: 1, max: 20 }),
        ages: fc.array(fc.nat(25)),
      })
      .map(({ from, life, ages }) =>
        release(
          from,
          from + life,
          ages.map((age, i) => found(i, day(from + age))),
        ),
      )
    fc.assert(
      fc.property(any, any, (a, b) => {
        const [forth, back] = [layAtEqualAge([a, b], day(60)), layAtEqualAge([b, a], day(60))]
        expect(forth.releases).toEqual([...back.releases].reverse())
        expect(forth.commonDays).toBe(back.commonDays)
      }),
    )
  })
})

describe('two counts at the same age', () => {
  test.each([
    [7, 0, 'more'],
    [0, 7, 'fewer'],
    [12, 3, 'more'],
    [6, 5, 'no clear difference'],
    [5, 0, 'more'],
    [4, 0, 'not enough data'],
    [2, 2, 'not enough data'],
    [0, 0, 'not enough data'],
  ] as const)('%i against %i: %s', (first, second, word) => {
    expect(compareCounts(first, second, 3).word).toBe(word)
  })

  test('are not enough data at no age at all', () => {
    expect(compareCounts(9, 0, 0).word).toBe('not enough data')
  })
})
