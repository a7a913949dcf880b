import { describe, expect, test } from 'vitest'
import { chooseBaseline } from '../../../src/core/verdict/baseline.ts'
import { discoveryBand } from '../../../src/core/verdict/discovery-band.ts'
import { FLAT_RHYTHM } from '../../../src/core/verdict/weekly-rhythm.ts'
import { day } from '../../support/factories.ts'
import { aReleaseInPlace, tenEarlier } from '../../support/verdict-facts.ts'

const release = aReleaseInPlace(100, 0, undefined, [0.5, 1.5])
const bandOf = (count: number, ages: readonly number[]) =>
  discoveryBand(release, chooseBaseline(tenEarlier().slice(0, count), day(0)), FLAT_RHYTHM, day(2), ages)

describe('the band of earlier discoveries', () => {
  test('goes on beyond the age of the release, up to that of the others', () => {
    const drawn = bandOf(10, [0, 1, 4, 7, 9])
    expect(drawn?.ages).toEqual([0.5, 1.5])
    expect(drawn?.band.map(({ ageDays }) => ageDays)).toEqual([0, 1, 4, 7])
    expect(drawn?.band.at(-1)?.expected).toBeCloseTo(4.05, 6)
  })

  test('widens with age and holds what is expected', () => {
    const band = bandOf(10, [1, 4, 7])?.band ?? []
    for (const { expected, usual } of band) {
      expect(usual.low).toBeLessThanOrEqual(expected)
      expect(usual.high).toBeGreaterThanOrEqual(expected)
    }
    const widths = band.map(({ usual }) => usual.high - usual.low)
    expect(widths).toEqual(widths.toSorted((a, b) => a - b))
  })

  test('is not drawn from fewer than four releases', () => {
    expect(bandOf(3, [1])).toBeUndefined()
    expect(bandOf(4, [1])).toBeDefined()
  })
})
