import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Facts,
  mergeEarliest,
  mergeLatest,
  mergeRanked,
  mergeSets,
  type Ranked,
  ranked,
  statedAt,
} from '../../src/core/facts.ts'

interface Fields {
  name?: string
  url?: string
}

describe('merged statements', () => {
  test('the later statement of a field holds, field by field', () => {
    const first = statedAt<Fields>({ name: 'old', url: 'u' }, 1)
    const second = statedAt<Fields>({ name: 'new' }, 2)
    expect(mergeLatest(first, second)).toEqual({ name: { value: 'new', at: 2 }, url: { value: 'u', at: 1 } })
  })

  test('for the earliest of them the earlier statement holds', () => {
    expect(mergeEarliest(statedAt<Fields>({ name: 'b' }, 2), statedAt<Fields>({ name: 'a' }, 1))).toEqual({
      name: { value: 'a', at: 1 },
    })
  })

  test('what was not said takes nothing away', () => {
    expect(mergeLatest(statedAt<Fields>({ name: 'a' }, 1), statedAt<Fields>({}, 2))).toEqual({
      name: { value: 'a', at: 1 },
    })
  })

  const facts: fc.Arbitrary<Facts<Fields>> = fc
    .record({ name: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }), at: fc.nat({ max: 2 }) })
    .map(({ name, at }) => statedAt(name === undefined ? {} : { name }, at))

  for (const [rule, merge] of [
    ['latest', mergeLatest],
    ['earliest', mergeEarliest],
  ] as const)
    test(`the ${rule} rule gives the same whatever the order, the grouping and the repetitions`, () => {
      fc.assert(
        fc.property(facts, facts, facts, (a, b, c) => {
          expect(merge(a, b)).toEqual(merge(b, a))
          expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)))
          expect(merge(merge(a, b), b)).toEqual(merge(a, b))
        }),
      )
    })
})

describe('merged sets', () => {
  test('are their union in one order, cut at the end', () => {
    expect(mergeSets(['c', 'a'], ['b', 'a'], 9)).toEqual(['a', 'b', 'c'])
    expect(mergeSets(['c', 'a'], ['b'], 2)).toEqual(['a', 'b'])
  })

  test('of lists that have an order of their own go by the foremost place', () => {
    const values = (list: readonly (readonly [number, string])[]) => list.map(([, value]) => value)
    expect(values(mergeRanked(ranked(['z', 'b', 'a'], 9), ranked(['a', 'y'], 9), 9))).toEqual(['a', 'z', 'b', 'y'])
    expect(values(mergeRanked(ranked(['z', 'b'], 9), ranked(['a', 'y'], 9), 3))).toEqual(['a', 'z', 'b'])
    expect(ranked(['b', 'a', 'b'], 2)).toEqual([
      [0, 'b'],
      [1, 'a'],
    ])
  })

  const few = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 })
  for (const [rule, merge] of [
    ['sets', (a: readonly string[], b: readonly string[]) => mergeSets(a, b, 2)],
    ['lists', (a: Ranked, b: Ranked) => mergeRanked(a, b, 2)],
  ] as const)
    test(`${rule} are the same whatever the order, the grouping and the repetitions, even when they are cut`, () => {
      fc.assert(
        fc.property(few, few, few, (a, b, c) => {
          const [x, y, z] = rule === 'sets' ? [a, b, c] : [ranked(a, 2), ranked(b, 2), ranked(c, 2)]
          const both = merge as (p: unknown, q: unknown) => unknown
          expect(both(x, y)).toEqual(both(y, x))
          expect(both(both(x, y), z)).toEqual(both(x, both(y, z)))
          expect(both(both(x, y), y)).toEqual(both(x, y))
        }),
      )
    })
})
