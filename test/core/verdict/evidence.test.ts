import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CountedLife } from '../../../src/core/verdict/discovery-curve.ts'
import { evidenceOfCount, moreThanBefore } from '../../../src/core/verdict/more-than-before.ts'
import { beyondUsualSpread, spreadEvidence, usualRange, usualSpread } from '../../../src/core/verdict/usual-spread.ts'

const lived = (life: number, ages: readonly number[], weight = 1): CountedLife => ({
  life,
  ages,
  exposure: [{ until: life, weight }],
})
const last = <T>(items: readonly T[]): T => items.at(-1) as T
const spaced = (count: number, life: number) => Array.from({ length: count }, (_, i) => ((i + 0.5) * life) / count)
const alike = (count: number) => Array.from({ length: 10 }, () => lived(7, spaced(count, 7)))

describe('more than before', () => {
  test('is the mean wealth of bets on six ratios, worked out by hand', () => {
    const earlier = [lived(2, [1]), lived(2, []), lived(2, []), lived(2, [])]
    const wealth = (ratio: number) => {
      const [p, q] = [1 / 5, ratio / (ratio + 4)]
      return { own: q / p, other: (1 - q) / (1 - p) }
    }
    const mean = (of: (ratio: number) => number) => [1.5, 2, 3, 5, 8, 12].reduce((sum, ratio) => sum + of(ratio), 0) / 6
    const { steps, current } = moreThanBefore(lived(2, [0.5, 1.5]), earlier)
    expect(steps[0]?.evidence).toBeCloseTo(
      mean((r) => wealth(r).own),
      12,
    )
    expect(steps[1]?.evidence).toBeCloseTo(
      mean((r) => wealth(r).own ** 2 * wealth(r).other),
      12,
    )
    expect(current).toBeCloseTo(steps[1]?.evidence as number, 12)
  })

  test('is a fair game when the release is no worse: the mean wealth after any one defect is 1', () => {
    const life = fc.double({ min: 0.5, max: 9, noNaN: true })
    const weight = fc.double({ min: 0.1, max: 3, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(life, weight), { minLength: 1, maxLength: 8 }), weight, (drawn, own) => {
        const age = 0.4
        const earlier = drawn.map(([length, share]) => lived(length, [], share))
        const exposure = drawn.reduce((sum, [, share]) => sum + share, 0)
        const p = own / (own + exposure)
        const ifOwn = moreThanBefore(lived(9, [age], own), earlier).current
        const ifOther = moreThanBefore(lived(9, [], own), [lived(9, [age], exposure)]).current
        expect(p * ifOwn + (1 - p) * ifOther).toBeCloseTo(1, 9)
      }),
    )
  })

  test('does not count where no earlier release became that old', () => {
    const { steps } = moreThanBefore(lived(9, [0.5, 5, 6]), [lived(2, []), lived(2, [])])
    expect(new Set(steps.map(({ evidence }) => evidence)).size).toBe(1)
    const unexposed = moreThanBefore(lived(9, [5], 0), [lived(2, [])])
    expect(unexposed.current).toBe(1)
  })

  test('does not care in which order the earlier releases are given', () => {
    const earlier = [lived(3, [1, 2]), lived(5, [0.2]), lived(7, [3, 6.5])]
    const release = lived(6, [0.1, 0.3, 4])
    expect(moreThanBefore(release, earlier.toReversed())).toEqual(moreThanBefore(release, earlier))
  })

  test('what a count would be worth is what it is worth when the defects come as usual', () => {
    const earlier = alike(4)
    const release = lived(7, spaced(20, 7))
    const told = Math.log(evidenceOfCount(release, earlier)(20))
    expect(Math.abs(told - Math.log(moreThanBefore(release, earlier).current))).toBeLessThan(0.3)
    expect(evidenceOfCount(release, [lived(7, []), lived(7, [])])(0)).toBeCloseTo(1, 12)
  })
})

describe('beyond the usual spread', () => {
  const evidenceOf = (found: number, earlier: readonly CountedLife[], older: readonly CountedLife[] = []) =>
    last(beyondUsualSpread(lived(7, spaced(found, 7)), usualSpread(earlier, older))).evidence
  const uneven = [0, 12, 1, 0, 9, 0, 3, 0, 15, 0].map((count) => lived(7, spaced(count, 7)))

  test('twenty where four are usual are strong evidence among releases that are alike, and none among uneven ones', () => {
    expect(evidenceOf(20, alike(4))).toBeGreaterThan(100)
    expect(evidenceOf(20, uneven)).toBeLessThan(20)
  })

  test('more earlier releases make it surer, either way', () => {
    expect(evidenceOf(16, alike(4), [...alike(4), ...alike(4)])).toBeGreaterThan(evidenceOf(16, alike(4)))
    expect(evidenceOf(60, uneven, [...uneven, ...uneven])).toBeLessThan(evidenceOf(60, alike(4)))
  })

  test('older releases tell the spread, not the level', () => {
    const worseOnce = Array.from({ length: 20 }, () => lived(7, spaced(40, 7)))
    expect(evidenceOf(40, alike(4), worseOnce)).toBeGreaterThan(100)
  })

  test('grows with every defect', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 12 }), { minLength: 4, maxLength: 10 }), (counts) => {
        const spread = usualSpread(
          counts.map((count) => lived(7, spaced(count, 7))),
          [],
        )
        const evidence = spreadEvidence(spread)
        const values = Array.from({ length: 30 }, (_, found) =>
          evidence(found, { expected: 3, basedOn: spread.curve.discoveries.length }),
        )
        expect(values).toEqual(values.toSorted((a, b) => a - b))
        expect(values[0]).toBeLessThan(1)
      }),
    )
  })

  test('the weights of level and spread are a distribution', () => {
    const { cells } = usualSpread(uneven, [])
    expect(cells.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 4)
  })
})

test('the usual range is wider where releases differ, and holds their middle', () => {
  const at = { expected: 4, basedOn: 40 }
  const even = usualRange(usualSpread(alike(4), []), at)
  const wide = usualRange(
    usualSpread(
      [0, 12, 1, 0, 9, 0, 3, 0, 15, 0].map((n) => lived(7, spaced(n, 7))),
      [],
    ),
    at,
  )
  expect(even.low).toBeLessThanOrEqual(even.median)
  expect(Math.abs(even.median - 4)).toBeLessThanOrEqual(1)
  expect(wide.low).toBe(0)
  expect(wide.high).toBeGreaterThan(even.high)
})
