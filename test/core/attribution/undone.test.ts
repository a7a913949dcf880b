import { describe, expect, test } from 'vitest'
import { attribute } from '../../../src/core/attribution/attribute.ts'
import type { DefectFacts, Undone } from '../../../src/core/attribution/facts.ts'
import {
  aCandidate,
  aPlace,
  aService,
  evidenceOf,
  probabilityOf,
  ranked,
  someFacts,
} from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

const seen = day(30)
const three = [aCandidate(1, day(25)), aCandidate(2, seen - hours(30)), aCandidate(3, seen - hours(8))]
const service = aService(three)
const nothing = someFacts([service])
const takenBack = (over: Partial<Undone>) =>
  someFacts([service], {
    undone: [
      {
        releaseId: 2,
        at: seen + hours(2),
        by: 'rollback',
        environment: 'production',
        seenAfter: undefined,
        namesDefect: false,
        ...over,
      },
    ],
  })

describe('a release that was taken back after the sighting', () => {
  test('brought it, when the defect stopped with it', () => {
    const facts = takenBack({ seenAfter: false })
    expect(ranked(facts)[0]).toBe(2)
    expect(attribute(facts).state).toBe('attributed')
    expect(evidenceOf('undone', 2, facts)?.sentence).toBe(
      '2.0 was rolled back 2 h after the first sighting, and the defect was not seen again.',
    )
  })

  test('may have been taken back at once, which is no number of minutes', () => {
    const facts = takenBack({ seenAfter: false, at: seen })
    expect(evidenceOf('undone', 2, facts)?.sentence).toMatch(
      /^2\.0 was rolled back at the moment of the first sighting/,
    )
  })

  test('did not bring it, when the defect went on', () => {
    const facts = takenBack({ seenAfter: true })
    expect(probabilityOf(2, facts)).toBeLessThan(probabilityOf(2, nothing) / 5)
    expect(evidenceOf('undone', 2, facts)).toMatchObject({ verdict: 'against', title: 'Taking it back did not help' })
  })

  test('is a little more suspect while nobody can say whether it helped, and is not named for it', () => {
    const facts = takenBack({})
    expect(probabilityOf(2, facts)).toBeGreaterThan(probabilityOf(2, nothing))
    expect(attribute(facts).state).not.toBe('attributed')
  })

  test('brought it, when the revert names the defect', () => {
    const facts = takenBack({ by: 'revert', namesDefect: true })
    expect(attribute(facts)).toMatchObject({ state: 'attributed', introducedIn: { releaseId: 2 } })
    expect(evidenceOf('undone', 2, facts)?.title).toBe('It was taken back because of it')
  })

  test('did not bring it, when the defect went on after a revert that names it', () => {
    const facts = takenBack({ by: 'revert', namesDefect: true, seenAfter: true })
    expect(probabilityOf(2, facts)).toBeLessThan(probabilityOf(2, nothing))
    expect(attribute(facts).state).not.toBe('attributed')
  })

  test('makes the others less likely', () => {
    expect(evidenceOf('undone', 3, takenBack({ seenAfter: false }))).toMatchObject({
      verdict: 'against',
      title: 'It was not taken back',
    })
  })
})

describe('sightings before', () => {
  const sightedAt = (at: number): Partial<DefectFacts> => ({ earlierSightings: [{ at, environment: 'staging' }] })

  test('clear a release that was not deployed anywhere yet', () => {
    const facts = someFacts([service], sightedAt(seen - hours(10)))
    expect(probabilityOf(3, facts)).toBeLessThan(probabilityOf(3, nothing) / 5)
    expect(ranked(facts)[0]).toBe(2)
    expect(evidenceOf('seen-before', 3, facts)).toMatchObject({
      verdict: 'against',
      sentence: 'The same was seen 2 h before 3.0 was first deployed.',
    })
  })

  test('of the last minutes before it do not: clocks differ', () => {
    const facts = someFacts([service], sightedAt(seen - hours(8) - 4 * 60_000))
    expect(probabilityOf(3, facts)).toBe(probabilityOf(3, nothing))
  })
})

describe('an environment where it was not seen', () => {
  const staging = three.map((one) => ({ ...one, firstDeployedAt: day(1) }))
  const both = aService(three, {
    places: [aPlace(three), aPlace(staging.slice(0, 2), { environment: 'staging', tier: 'staging' })],
  })
  const unseenIn = (watchedUntil: number) =>
    someFacts([both], { elsewhere: [{ environment: 'staging', firstSeenAt: undefined, watchedUntil }] })

  test('speaks against the releases that ran there for long', () => {
    const facts = unseenIn(seen)
    const odds = (of: typeof facts) => probabilityOf(3, of) / probabilityOf(2, of)
    expect(odds(facts)).toBeGreaterThan(1.5 * odds(someFacts([both])))
    expect(evidenceOf('elsewhere', 2, facts)).toMatchObject({ verdict: 'against', title: 'Not seen in staging' })
    expect(evidenceOf('elsewhere', 3, facts)?.title).toBe('It ran nowhere without being seen')
  })
})
