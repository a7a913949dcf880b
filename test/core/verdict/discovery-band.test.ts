import { describe, expect, test } from 'vitest'
import { chooseBaseline } from '../../../src/core/verdict/baseline.ts'
import { compareReleases } from '../../../src/core/verdict/compare-releases.ts'
import { discoveryBand } from '../../../src/core/verdict/discovery-band.ts'
import { severeAlone } from '../../../src/core/verdict/severe-alone.ts'
import { FLAT_RHYTHM, type WeeklyRhythm } from '../../../src/core/verdict/weekly-rhythm.ts'
import { day } from '../../support/factories.ts'
import { aReleaseInPlace, tenEarlier, verdictFacts } from '../../support/verdict-facts.ts'

const release = aReleaseInPlace(100, 0, undefined, [0.5, 1.5])
const bandOf = (count: number, ages: readonly number[]) =>
  discoveryBand(release, chooseBaseline(tenEarlier().slice(0, count), day(0)), FLAT_RHYTHM, day(2), ages)

describe('the band of earlier discoveries', () => {
  test('goes on beyond the age of the release, up to that of the others', () => {
    const drawn = bandOf(10, [0, 1, 4, 7, 9])
    expect(drawn).toMatchObject({ lifeDays: 2, ages: [0.5, 1.5], earlier: 10 })
    expect(drawn.band.map(({ ageDays }) => ageDays)).toEqual([0, 1, 4, 7])
    expect(drawn.band.at(-1)?.expected).toBeCloseTo(4.05, 6)
  })

  test('widens with age and holds what is expected', () => {
    const { band } = bandOf(10, [1, 4, 7])
    for (const { expected, usual } of band) {
      expect(usual.low).toBeLessThanOrEqual(expected)
      expect(usual.high).toBeGreaterThanOrEqual(expected)
    }
    const widths = band.map(({ usual }) => usual.high - usual.low)
    expect(widths).toEqual(widths.toSorted((a, b) => a - b))
  })

  test('is not drawn from fewer than four releases, while its own discoveries are', () => {
    expect(bandOf(3, [1])).toMatchObject({ ages: [0.5, 1.5], earlier: 3, band: [] })
    expect(bandOf(0, [1])).toMatchObject({ ages: [0.5, 1.5], earlier: 0, band: [] })
    expect(bandOf(4, [1]).band).toHaveLength(1)
  })

  test('says how many had become that old', () => {
    const earlier = tenEarlier().map((one, i) =>
      i < 3 ? aReleaseInPlace(one.releaseId, -7 * one.releaseId, 1, [0.2]) : one,
    )
    const { band } = discoveryBand(release, chooseBaseline(earlier, day(0)), FLAT_RHYTHM, day(2), [0.5, 1, 2])
    expect(band.map(({ releases }) => releases)).toEqual([10, 10, 7])
  })

  const quietWeekend: WeeklyRhythm = [0.4, 1.2, 1.2, 1.2, 1.2, 1.2, 0.6]
  test.each([
    ['all of the traffic', 1, FLAT_RHYTHM, 2],
    ['a tenth of it', 0.1, FLAT_RHYTHM, 2],
    ['a tenth of it, with weekdays', 0.1, quietWeekend, 5],
    ['more days than the others had', 1, FLAT_RHYTHM, 20],
  ])('has the numbers of the verdict at the age of the release: %s', (_what, share, rhythm, days) => {
    const own = aReleaseInPlace(100, 0, undefined, [0.5, 1.5], { spans: [{ from: day(0), to: undefined, share }] })
    const baseline = chooseBaseline(tenEarlier(), day(0))
    const compared = compareReleases(own, baseline, rhythm, day(days))
    const { ages, band } = discoveryBand(own, baseline, rhythm, day(days), [compared?.comparedDays ?? 0])
    expect(ages.filter((age) => age <= (compared?.comparedDays ?? 0))).toHaveLength(compared?.found ?? -1)
    expect(band[0]?.expected).toBeCloseTo(compared?.expected ?? -1, 9)
    expect(band[0]?.usual).toEqual(compared?.usual)
  })
})

test('looked at alone, S1 and S2 are all that is counted, here and in the earlier releases', () => {
  const withSeverities = (one: ReturnType<typeof aReleaseInPlace>) => ({
    ...one,
    sightings: one.sightings.map((sighting, i) => ({
      ...sighting,
      severity: i === 0 ? ('S2' as const) : ('S3' as const),
    })),
  })
  const facts = verdictFacts([0.5, 1.5])
  const alone = severeAlone({
    ...facts,
    release: withSeverities(facts.release),
    earlier: facts.earlier.map(withSeverities),
  })
  expect(alone.release.sightings.map(({ at }) => at)).toEqual([day(0.5)])
  expect(alone.earlier.every(({ sightings }) => sightings.length === 1)).toBe(true)
})
