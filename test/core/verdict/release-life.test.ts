import { describe, expect, test } from 'vitest'
import { exposureAt, exposureUpTo, type LiveSpan, releaseLife } from '../../../src/core/verdict/release-life.ts'
import { FLAT_RHYTHM } from '../../../src/core/verdict/weekly-rhythm.ts'
import { day } from '../../support/factories.ts'
import { aReleaseInPlace } from '../../support/verdict-facts.ts'

const lived = (spans: readonly LiveSpan[], seenOnDays: readonly number[], until = day(100), rhythm = FLAT_RHYTHM) =>
  releaseLife(
    aReleaseInPlace(1, 0, 1, [], { spans, sightings: seenOnDays.map((n) => ({ at: day(n) })) }),
    until,
    rhythm,
  )
const ages = ({ sightings }: ReturnType<typeof lived>) => sightings.map(({ age }) => age)

describe("a release's own clock", () => {
  test('stands still while the release is not live', () => {
    const life = lived(
      [
        { from: day(0), to: day(2) },
        { from: day(5), to: day(6) },
      ],
      [1, 5.5],
    )
    expect(life.life).toBe(3)
    expect(ages(life)).toEqual([1, 2.5])
  })

  test('what was seen while it was not live is left out, the instant of replacement included', () => {
    const spans = [
      { from: day(1), to: day(2) },
      { from: day(4), to: day(5) },
    ]
    expect(ages(lived(spans, [0.5, 1, 2, 3, 4, 5]))).toEqual([0, 1])
  })

  test('ends at the instant asked for', () => {
    const life = lived([{ from: day(0), to: undefined }], [1, 3], day(2))
    expect(life.life).toBe(2)
    expect(ages(life)).toEqual([1])
    expect(lived([{ from: day(3), to: undefined }], [], day(2)).life).toBe(0)
  })

  test('the order of the sightings does not matter', () => {
    const spans = [{ from: day(0), to: day(4) }]
    expect(lived(spans, [3, 1, 2])).toEqual(lived(spans, [1, 2, 3]))
  })
})

describe('exposure', () => {
  test('is the share of the traffic at that age', () => {
    const life = lived(
      [
        { from: day(0), to: day(1), share: 0.1 },
        { from: day(1), to: day(3) },
      ],
      [],
    )
    expect([0.5, 1, 1.001, 3].map((age) => exposureAt(life, age))).toEqual([0.1, 0.1, 1, 1])
    expect(exposureAt(life, 3.001)).toBe(0)
    expect(exposureUpTo(life, 2)).toBeCloseTo(1.1, 12)
    expect(exposureUpTo(life, 99)).toBeCloseTo(2.1, 12)
  })

  test('is less on a quiet weekday', () => {
    // 1 March 2026 is a Sunday.
    const sundaysOff = [0.5, 1, 1, 1, 1, 1, 1]
    const life = lived([{ from: day(0.5), to: day(2) }], [], day(100), sundaysOff)
    expect([0.25, 0.5, 0.75].map((age) => exposureAt(life, age))).toEqual([0.5, 0.5, 1])
    expect(exposureUpTo(life, 1.5)).toBeCloseTo(0.25 + 1, 12)
  })
})
