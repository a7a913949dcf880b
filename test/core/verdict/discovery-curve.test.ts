import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CountedLife, discoveryCurve, expectationsAt } from '../../../src/core/verdict/discovery-curve.ts'

const lived = (life: number, ages: readonly number[], weight = 1): CountedLife => ({
  life,
  ages,
  exposure: [{ until: life, weight }],
})
const expectedAt = (earlier: readonly CountedLife[], release: CountedLife, age: number) =>
  expectationsAt(discoveryCurve(earlier), release, [age])[0] as { expected: number; basedOn: number }
/** Without the half defect that is spread over all. */
const bare = (earlier: readonly CountedLife[], release: CountedLife, age: number) => {
  const exposure = earlier.reduce((sum, one) => sum + one.life * (one.exposure[0]?.weight ?? 0), 0)
  return expectedAt(earlier, release, age).expected - (0.5 * age * (release.exposure[0]?.weight ?? 0)) / exposure
}

describe('what is expected by an age', () => {
  const five = [lived(5, [1, 2]), lived(5, [1.5]), lived(2, [0.5]), lived(1, [])]

  test('is the mean over the releases while all of them lived', () => {
    expect(bare(five, lived(9, []), 0.9)).toBeCloseTo(1 / 4, 12)
  })

  test('is told only by those that had become that old', () => {
    // 0.5: four of them; 1: four; 1.5: three; 2: three (one ends just then).
    expect(bare(five, lived(9, []), 5)).toBeCloseTo(1 / 4 + 1 / 4 + 1 / 3 + 1 / 3, 12)
    expect(expectedAt(five, lived(9, []), 1.7).basedOn).toBe(3)
  })

  test('grows with the exposure of the release, and shrinks with that of the others', () => {
    const earlier = [lived(4, [1, 2]), lived(4, [3])]
    expect(bare(earlier, lived(4, [], 0.1), 4)).toBeCloseTo(0.15, 12)
    expect(
      bare(
        earlier.map(({ life, ages }) => lived(life, ages, 2)),
        lived(4, []),
        4,
      ),
    ).toBeCloseTo(0.75, 12)
  })

  test('is never nothing', () => {
    expect(expectedAt([lived(4, []), lived(4, [])], lived(4, []), 2).expected).toBeCloseTo((0.5 * 2) / 8, 12)
  })

  test('never falls with age, and agrees with asking age by age', () => {
    const life = fc
      .tuple(
        fc.double({ min: 0.5, max: 9, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
      )
      .map(([length, shares]) =>
        lived(
          length,
          shares.map((share) => share * length).sort((a, b) => a - b),
        ),
      )
    fc.assert(
      fc.property(
        fc.array(life, { minLength: 1, maxLength: 6 }),
        fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { maxLength: 8 }),
        (earlier, drawn) => {
          const ages = drawn.toSorted((a, b) => a - b)
          const release = lived(9, [])
          const expected = expectationsAt(discoveryCurve(earlier), release, ages)
          expect(expected).toEqual(ages.map((age) => expectedAt(earlier, release, age)))
          expect(expected.map((one) => one.expected)).toEqual(
            expected.map((one) => one.expected).toSorted((a, b) => a - b),
          )
        },
      ),
    )
  })
})
