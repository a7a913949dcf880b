import { describe, expect, test } from 'vitest'
import { attribute } from '../../../src/core/attribution/attribute.ts'
import type { DefectFacts } from '../../../src/core/attribution/facts.ts'
import { aCandidate, aService, evidenceOf, ranked, someFacts } from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

const seen = day(30)
const sha = '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567'
const releases = [
  aCandidate(1, day(10)),
  aCandidate(2, day(20), { commits: [sha], references: ['https://issues.example/PAY-7'] }),
  aCandidate(3, seen - hours(1)),
]
const service = aService(releases)
const reported = (over: Partial<DefectFacts>) => someFacts([service], over)

describe('a report that names who did it', () => {
  test('blames the release whose commit it names over the one that ran', () => {
    const facts = reported({ blamed: { commits: [{ text: '0a1b2c3d4e', releaseId: undefined }] } })
    expect(attribute(facts)).toMatchObject({ state: 'attributed', introducedIn: { releaseId: 2, by: 'method' } })
    expect(evidenceOf('commit', 2, facts)?.sentence).toBe(
      'Commit 0a1b2c3d4e is blamed for it, and 2.0 was the first to contain it.',
    )
    expect(evidenceOf('commit', 3, facts)).toMatchObject({ verdict: 'against' })
  })

  test('may know the release of the commit already', () => {
    const facts = reported({ blamed: { commits: [{ text: 'ffffffffff', releaseId: 1 }] } })
    expect(ranked(facts)[0]).toBe(1)
  })

  test('is not believed for six digits of a commit', () => {
    const facts = reported({ blamed: { commits: [{ text: '0a1b2c', releaseId: undefined }] } })
    expect(ranked(facts)[0]).toBe(3)
    expect(attribute(facts).state).toBe('suspected')
  })

  test('blames the release that it names as the one that introduced it', () => {
    const facts = reported({ blamed: { release: { text: '2.0', releaseId: 2 } } })
    expect(attribute(facts)).toMatchObject({ state: 'attributed', introducedIn: { releaseId: 2 } })
    expect(evidenceOf('deployment', 2, facts)?.title).toBe('The report blames this release')
    expect(evidenceOf('deployment', 3, facts)?.title).toBe('The report blames another release')
  })

  test('blames the release of the deployment that it names', () => {
    const facts = reported({ blamed: { deployment: { text: 'run 4711', releaseId: 2 } } })
    expect(attribute(facts)).toMatchObject({ state: 'attributed', introducedIn: { releaseId: 2 } })
    expect(evidenceOf('deployment', 2, facts)?.sentence).toBe(
      'The report names deployment run 4711, which put 2.0 in place.',
    )
  })

  test('blames a release older than all candidates too', () => {
    const old = aCandidate(9, day(-300), { order: '0000' })
    const facts = someFacts([{ ...service, releases: [...releases, old] }], {
      blamed: { release: { text: '9.0', releaseId: 9 } },
    })
    expect(ranked(facts)[0]).toBe(9)
  })

  test('cannot blame what was deployed only later', () => {
    const later = aCandidate(9, seen + hours(1), { order: '0009' })
    const facts = someFacts([{ ...service, releases: [...releases, later] }], {
      blamed: { release: { text: '9.0', releaseId: 9 } },
    })
    expect(ranked(facts)).not.toContain(9)
    expect(evidenceOf('starting-point', 3, facts)?.values).toEqual({ candidates: 3 })
  })
})

describe('an issue, a pull request or a commit that both refer to', () => {
  test('links the defect with the release', () => {
    const facts = reported({ links: ['https://issues.example/pay-7'] })
    expect(attribute(facts)).toMatchObject({ state: 'attributed', introducedIn: { releaseId: 2 } })
    expect(evidenceOf('link', 2, facts)?.sentence).toBe(
      'The defect is linked with https://issues.example/pay-7, which 2.0 contains.',
    )
    expect(evidenceOf('link', 3, facts)).toMatchObject({ verdict: 'against' })
  })

  test('may be the address of the commit', () => {
    expect(ranked(reported({ links: [`https://git.example/shop/commit/${sha}`] }))[0]).toBe(2)
  })

  test('says nothing when no release knows it', () => {
    const facts = reported({ links: ['https://issues.example/PAY-8'] })
    expect(ranked(facts)[0]).toBe(3)
    expect(evidenceOf('link', 3, facts)).toBeUndefined()
  })
})
