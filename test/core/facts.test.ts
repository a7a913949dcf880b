import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Facts, mergeEarliest, mergeLatest, statedAt } from '../../src/core/facts.ts'

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
