import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { daysInUse } from '../../../src/core/attribution/days-in-use.ts'
import { exposuresAt } from '../../../src/core/attribution/exposure.ts'
import type { PlaceHistory, Running, Segment } from '../../../src/core/attribution/facts.ts'
import { anyFacts } from '../../support/any-attribution-facts.ts'
import { aCandidate, aPlace, aService, probabilityOf, someFacts } from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

const seen = day(30)
const releases = [aCandidate(1, day(10)), aCandidate(2, day(20)), aCandidate(3, day(26))]
const orderOf = new Map(releases.map(({ id, order }) => [id, order]))
const of = (releaseId: number, share = 1): Running => ({ releaseId, order: orderOf.get(releaseId) ?? '', share })
const placeOf = (...segments: [from: number, ...running: Running[]][]): PlaceHistory =>
  aPlace(releases, { segments: segments.map(([from, ...running]) => ({ from, running })) })

function exposureOf(releaseId: number, place: PlaceHistory, detection: 'hosted' | 'shipped' = 'hosted') {
  const found = exposuresAt(place, seen, detection, orderOf, []).exposures.find((one) => one.releaseId === releaseId)
  if (!found) throw new Error('no such candidate')
  return found
}

const plainly = placeOf([day(10), of(1)], [day(20), of(2)], [day(26), of(3)])

describe('the exposure clock', () => {
  test('runs while the release runs', () => {
    expect(exposureOf(3, plainly)).toMatchObject({ days: 4, live: 1, idleDays: 0, carriedBy: 3 })
  })

  test('goes on while later releases carry its changes along', () => {
    expect(exposureOf(1, plainly)).toMatchObject({ days: 20, live: 1, idleDays: 0, carriedBy: 3 })
  })

  test('runs at a tenth in a canary of ten percent', () => {
    const canary = placeOf([day(10), of(1)], [day(20), of(2)], [day(26), of(2, 0.9), of(3, 0.1)])
    expect(exposureOf(3, canary).days).toBeCloseTo(0.4, 10)
    expect(exposureOf(3, canary).live).toBeCloseTo(0.1, 10)
    expect(exposureOf(2, canary)).toMatchObject({ days: 10, live: 1 })
  })

  test('stands still once it is rolled back', () => {
    const rolledBack = placeOf([day(10), of(1)], [day(20), of(2)], [day(26), of(3)], [day(27), of(2)])
    expect(exposureOf(3, rolledBack)).toMatchObject({ days: 1, live: 0, idleDays: 3 })
    expect(exposureOf(2, rolledBack)).toMatchObject({ days: 10, live: 1, idleDays: 0 })
  })

  test('goes on where it stood when it is put back', () => {
    const back = placeOf([day(10), of(1)], [day(20), of(2)], [day(26), of(3)], [day(27), of(2)], [day(29), of(3)])
    expect(exposureOf(3, back)).toMatchObject({ days: 2, live: 1, idleDays: 0 })
  })

  test('does not run for a release by what had arrived before it, whatever its number', () => {
    // A fix taken back to the older line: 2 has the lower number and arrived after 3.
    const backport = aPlace(releases, {
      candidates: [
        { releaseId: 1, at: day(10) },
        { releaseId: 3, at: day(20) },
        { releaseId: 2, at: day(26) },
      ],
      segments: [
        { from: day(10), running: [of(1)] },
        { from: day(20), running: [of(3)] },
        { from: day(26), running: [of(2)] },
        { from: day(28), running: [of(3)] },
      ],
    })
    expect(exposureOf(2, backport)).toMatchObject({ days: 2, live: 0, idleDays: 2 })
    expect(exposureOf(3, backport)).toMatchObject({ days: 8, live: 1 })
  })

  test('runs at half while a roll-out is under way', () => {
    const ending = aPlace(releases, {
      candidates: [
        { releaseId: 2, at: day(20) },
        { releaseId: 3, at: day(26) },
      ],
      segments: [
        { from: day(20), running: [of(2)] },
        { from: day(28), running: [of(3)] },
      ],
    })
    expect(exposureOf(3, ending).days).toBeCloseTo(1 + 2, 10)
  })

  test('is not shared with a release that another of the same instant replaced', () => {
    const candidates = [
      { releaseId: 2, at: day(20) },
      { releaseId: 3, at: day(20) },
    ]
    const together = aPlace(releases, { candidates, segments: [{ from: day(20), running: [of(3)] }] })
    expect(exposureOf(3, together)).toMatchObject({ days: 10, live: 1 })
    expect(exposureOf(2, together)).toMatchObject({ days: 10, live: 1, carriedBy: 3 })
  })

  test('is shared with a roll-out only until a later one has overtaken it', () => {
    const candidates = [
      { releaseId: 1, at: day(10) },
      { releaseId: 2, at: day(20) },
      { releaseId: 3, at: day(22) },
    ]
    const segments = [
      { from: day(10), running: [of(1)] },
      { from: day(26), running: [of(3)] },
    ]
    const overtaken = aPlace(releases, { candidates, segments })
    // Half of four days while 3 was on its way as well, which left 2 a quarter, and 3 carries its changes along.
    expect(exposureOf(3, overtaken)).toMatchObject({ days: 2 + 4, live: 1 })
    expect(exposureOf(1, overtaken)).toMatchObject({ live: 1, carriedBy: 3 })
  })

  test('never stops for what users run themselves', () => {
    const gone = placeOf([day(10), of(1)], [day(20), of(2)], [day(26), of(3)], [day(27), of(2)])
    expect(exposureOf(3, gone, 'shipped')).toMatchObject({ days: 4, live: 1 })
  })

  test('does not run into what came after the sighting', () => {
    const after = placeOf([day(10), of(1)], [day(20), of(2)], [day(26), of(3)], [day(31), of(1)])
    expect(exposureOf(3, after)).toMatchObject({ days: 4, live: 1 })
  })
})

/** Nothing runs before it arrived. */
const sinceArrival = ({ from, running }: Segment, candidates: PlaceHistory['candidates']): Segment => ({
  from,
  running: running.filter(({ releaseId }) => candidates.some((one) => one.releaseId === releaseId && one.at <= from)),
})

test('the days in use of a whole past are those of each exposure', () => {
  fc.assert(
    fc.property(anyFacts, ({ services }) => {
      for (const { places, releases: all, profile } of services)
        for (const place of places) {
          const orders = new Map(all.map(({ id, order }) => [id, order]))
          const candidates = place.candidates.filter(({ at }) => at < seen)
          const known = { ...place, candidates, segments: place.segments.map((one) => sinceArrival(one, candidates)) }
          const days = daysInUse(known, seen, profile.detection, orders)
          for (const one of exposuresAt(known, seen, profile.detection, orders, []).exposures)
            expect(days.get(one.releaseId)).toBeCloseTo(one.days, 6)
        }
    }),
    { numRuns: 100 },
  )
})

describe('what the clock says of a suspect', () => {
  const facts = (...segments: [from: number, ...running: Running[]][]) =>
    someFacts([aService(releases, { places: [placeOf(...segments)] })])
  const live = facts([day(10), of(1)], [day(20), of(2)], [day(26), of(3)])

  test('one that was rolled back days before is hardly suspected', () => {
    const gone = facts([day(10), of(1)], [day(20), of(2)], [day(26), of(3)], [day(27), of(2)])
    expect(probabilityOf(3, gone)).toBeLessThan(0.05)
    expect(probabilityOf(3, live)).toBeGreaterThan(3 * probabilityOf(3, gone))
  })

  test('one that was rolled back a minute before still is: reports take their time', () => {
    const minute = facts([day(10), of(1)], [day(20), of(2)], [day(26), of(3)], [seen - hours(1 / 60), of(2)])
    expect(probabilityOf(3, minute)).toBeGreaterThan(probabilityOf(3, live) / 2)
  })

  test('one on a tenth of the traffic is suspected a tenth as much in its first minutes', () => {
    const fresh = [aCandidate(1, day(10)), aCandidate(2, seen - hours(0.1))]
    const at = (share: number) =>
      aPlace(fresh, {
        segments: [
          { from: day(10), running: [of(1)] },
          { from: seen - hours(0.1), running: share < 1 ? [of(1, 1 - share), of(2, share)] : [of(2)] },
        ],
      })
    const odds = (share: number) => {
      const p = probabilityOf(2, someFacts([aService(fresh, { places: [at(share)] })]))
      return p / (1 - p)
    }
    expect(odds(0.1) / odds(1)).toBeGreaterThan(0.08)
    expect(odds(0.1) / odds(1)).toBeLessThan(0.13)
  })
})
