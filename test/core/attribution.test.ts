import { describe, expect, test } from 'vitest'
import { type AttributionFacts, attribute, type Suspect } from '../../src/core/attribution.ts'
import { day, hours } from '../support/factories.ts'

const a = { id: 1, version: '4.17.3' }
const b = { id: 2, version: '4.18.0' }
const seen = day(2)

/** 4.18.0 replaced 4.17.3 in production eleven minutes before the first sighting; the report names nothing. */
const facts = (over: Partial<AttributionFacts> = {}): AttributionFacts => ({
  firstSeenAt: seen,
  service: 'checkout-api',
  environment: 'production',
  stated: { deployment: undefined, version: undefined, commit: undefined },
  found: { deployment: undefined, version: undefined, commit: undefined },
  live: [{ environment: 'production', release: b, since: seen - 11 * 60_000, before: a }],
  ...over,
})
const ids = (suspects: readonly Suspect[]) => suspects.map(({ releaseId }) => releaseId)

describe('a defect whose report names nothing', () => {
  test('makes the release that was live a suspect, and the one before it the next', () => {
    const { state, suspects, reason } = attribute(facts())
    expect(state).toBe('suspected')
    expect(ids(suspects)).toEqual([b.id, a.id])
    expect(reason).toBe('4.18.0 had been live in production for 11 min when it was first seen.')
  })

  test('is never attributed on time alone, however soon after the deployment it came', () => {
    const live = [{ environment: 'production', release: b, since: seen, before: undefined }]
    expect(attribute(facts({ live })).state).toBe('suspected')
  })

  test('is less surely due to a release that had been live for days', () => {
    const old = [{ environment: 'production', release: b, since: seen - hours(80), before: a }]
    const sure = attribute(facts()).suspects[0]?.probability as number
    expect(attribute(facts({ live: old })).suspects[0]?.probability).toBeLessThan(sure)
  })

  test('shares the suspicion when several environments are meant', () => {
    const live = ['eu', 'us', 'ap'].map((environment, i) => ({
      environment,
      release: { id: 10 + i, version: `${i}` },
      since: seen,
      before: undefined,
    }))
    const { suspects } = attribute(facts({ environment: undefined, live }))
    expect(suspects.reduce((sum, { probability }) => sum + probability, 0)).toBeLessThanOrEqual(1)
    expect(new Set(suspects.map(({ probability }) => probability)).size).toBe(1)
  })
})

describe('a defect whose report names something', () => {
  test('is attributed to the version it was seen in', () => {
    const { state, suspects } = attribute(
      facts({
        stated: { deployment: undefined, version: '4.17.3', commit: undefined },
        found: { deployment: undefined, version: a, commit: undefined },
      }),
    )
    expect(state).toBe('attributed')
    expect(ids(suspects)[0]).toBe(a.id)
    expect(suspects[0]?.evidence.map(({ verdict }) => verdict)).toEqual(['for', 'against'])
  })

  test('a version that was live then is surer than one that was not', () => {
    const stated = { deployment: undefined, version: '4.18.0', commit: undefined }
    const live = attribute(facts({ stated, found: { deployment: undefined, version: b, commit: undefined } }))
    const notLive = attribute(
      facts({ stated, found: { deployment: undefined, version: b, commit: undefined }, live: [] }),
    )
    expect(live.suspects[0]?.probability).toBeGreaterThan(notLive.suspects[0]?.probability as number)
  })

  test('a named deployment counts more than a stated version', () => {
    const { suspects } = attribute(
      facts({
        stated: { deployment: 'run-1', version: '4.18.0', commit: undefined },
        found: { deployment: a, version: b, commit: undefined },
      }),
    )
    expect(ids(suspects)[0]).toBe(a.id)
  })

  test('a commit leads to the release that contains it', () => {
    const { state, suspects } = attribute(
      facts({
        stated: { deployment: undefined, version: undefined, commit: 'c0ffee254729296a' },
        found: { deployment: undefined, version: undefined, commit: a },
      }),
    )
    expect(state).toBe('attributed')
    expect(suspects[0]?.evidence[0]?.sentence).toBe('Commit c0ffee2547 is in 4.17.3.')
  })

  test('a version nobody released is said so, and what was live stays suspected', () => {
    const stated = { deployment: undefined, version: '9.9.9', commit: undefined }
    expect(ids(attribute(facts({ stated })).suspects)[0]).toBe(b.id)
    expect(attribute(facts({ stated, live: [] })).reason).toBe(
      'The report names version 9.9.9, which checkout-api has never released.',
    )
  })
})

describe('a defect that nothing explains', () => {
  test('says that no service was named', () => {
    expect(attribute(facts({ service: undefined }))).toMatchObject({ state: 'unattributed', suspects: [] })
  })

  test('says that nothing was live', () => {
    expect(attribute(facts({ live: [] })).reason).toBe(
      'No release of checkout-api is known to have been live in production when it was first seen.',
    )
  })
})

test('the points of the evidence add up to the score, also when suspects share what is left', () => {
  const many = Array.from({ length: 5 }, (_, i) => ({
    environment: `e${i}`,
    release: { id: i, version: `${i}` },
    since: seen,
    before: { id: 9, version: '9' },
  }))
  for (const over of [
    {},
    { live: many },
    { found: { deployment: undefined, version: a, commit: undefined }, live: many },
  ])
    for (const { probability, evidence } of attribute(facts(over)).suspects)
      expect(evidence.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(probability * 100, 9)
})
