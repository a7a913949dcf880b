import { describe, expect, test } from 'vitest'
import { dictionaryOf, mentionsIn } from '../../../src/core/attribution/evidence/text-mentions.ts'
import { aCandidate, aService, evidenceOf, probabilityOf, ranked, someFacts } from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

const seen = day(30)
const three = [aCandidate(1, day(27)), aCandidate(2, day(28)), aCandidate(3, seen - hours(30))]
const saying = (text: string) => someFacts([aService(three)], { text })
const unsaid = someFacts([aService(three)])
const odds = (releaseId: number, facts: typeof unsaid) => {
  const p = probabilityOf(releaseId, facts)
  return p / (1 - p)
}

describe('a version in the text', () => {
  test('blames the release that it began with, over the one that ran', () => {
    const facts = saying('Totals are wrong since upgrading to 2.0')
    expect(ranked(facts)[0]).toBe(2)
    expect(evidenceOf('mention', 2, facts)).toMatchObject({
      verdict: 'for',
      title: 'The text names it as the trigger',
      sentence: 'The text says that it began with 2.0.',
    })
    expect(evidenceOf('mention', 3, facts)).toMatchObject({ verdict: 'against' })
  })

  test('weighs less when it was only seen there', () => {
    const blamed = odds(2, saying('broken since upgrading to 2.0'))
    const observed = odds(2, saying('seen in version 2.0'))
    expect(observed).toBeGreaterThan(odds(2, unsaid))
    expect(blamed).toBeGreaterThan(2 * observed)
  })

  test.each(['it worked in 2.0', 'fixed by downgrading to 2.0', 'fine before 2.0', 'not seen in 2.0', '2.0 works'])(
    'counts neither for nor against it after "%s"',
    (text) => expect(probabilityOf(2, saying(text))).toBe(probabilityOf(2, unsaid)),
  )

  test.each(['java 2.0', 'python-2.0', 'on Ubuntu 2.0', 'with jackson 2.0', 'Maven 2.0'])(
    'is left alone when it belongs to something else: %s',
    (text) => expect(probabilityOf(2, saying(text))).toBe(probabilityOf(2, unsaid)),
  )

  test.each([
    'Train rollback: group1 wikis to 1.0 (from 2.0)',
    'rolled back from 2.0 to 1.0 because of it',
    'we downgraded from 2.0 to 1.0',
    'Revert "production to 2.0"',
    'reverted 2.0, back at 1.0',
    'rolled back the release 2.0',
    'backed out 2.0',
  ])('is to blame when it was taken back, and what it was taken back to is not: %s', (text) => {
    const dictionary = dictionaryOf([
      { id: 1, version: '1.0' },
      { id: 2, version: '2.0' },
    ])
    const roles = mentionsIn(text, dictionary).map(({ releaseId, role }) => [releaseId, role])
    expect(roles).toContainEqual([2, 'culprit'])
    expect(roles).not.toContainEqual([1, 'culprit'])
    expect(evidenceOf('mention', 2, saying(text))).toMatchObject({ verdict: 'for' })
    expect(evidenceOf('mention', 1, saying(text))).not.toMatchObject({ verdict: 'for' })
  })

  test.each([
    'Totals are wrong after upgrading 1.0 to 2.0',
    'upgrading from ledger 1.0 to ledger 2.0 loses rows',
    'we moved from v1.0 to v2.0 and it broke',
    'updated 1.0 -> 2.0',
    'went 1.0 → 2.0 today',
    'downgrading 2.0 to 1.0 helps',
  ])('is to blame when it was moved to, and what was left is not: %s', (text) => {
    const dictionary = dictionaryOf([
      { id: 1, version: '1.0' },
      { id: 2, version: '2.0' },
    ])
    const roles = new Map(mentionsIn(text, dictionary).map(({ releaseId, role }) => [releaseId, role]))
    expect(roles).toEqual(
      new Map([
        [1, 'good'],
        [2, 'culprit'],
      ]),
    )
  })

  test('is not what was moved to where two versions only stand side by side', () => {
    const dictionary = dictionaryOf([
      { id: 1, version: '1.0' },
      { id: 2, version: '2.0' },
    ])
    const roles = (text: string) => mentionsIn(text, dictionary).map(({ role }) => role)
    expect(roles('affects 1.0 to 2.0')).toEqual(['observed', 'plain'])
    expect(roles('We upgraded. Seen in 1.0 to 2.0')).toEqual(['observed', 'plain'])
  })

  test('is not to blame for what another sentence says was rolled back', () => {
    const dictionary = dictionaryOf([{ id: 1, version: '1.0' }])
    expect(mentionsIn('We rolled back. Upgraded from 1.0', dictionary)).toMatchObject([{ role: 'good' }])
  })

  test('is read from a file name as people write it', () => {
    const dictionary = dictionaryOf([{ id: 1, version: 'release-5.3.1' }])
    expect(mentionsIn('activemq-5.3.1.jar fails', dictionary)).toMatchObject([{ releaseId: 1 }])
  })

  test('is not taken out of a longer one', () => {
    const dictionary = dictionaryOf([{ id: 1, version: '5.3' }])
    expect(mentionsIn('see 15.3 and 5.3.1 and 5.30', dictionary)).toEqual([])
    expect(mentionsIn('see v5.3, please', dictionary)).toMatchObject([{ releaseId: 1, written: '5.3' }])
  })

  test('tells a release candidate from the release when both are known', () => {
    const dictionary = dictionaryOf([
      { id: 1, version: '2.0.0' },
      { id: 2, version: '2.0.0-rc1' },
    ])
    expect(mentionsIn('crashes with 2.0.0-rc1', dictionary)).toMatchObject([{ releaseId: 2 }])
  })

  test('may be a commit', () => {
    const dictionary = dictionaryOf([{ id: 1, version: 'c0ffee1' }])
    expect(mentionsIn('since c0ffee1', dictionary)).toMatchObject([{ releaseId: 1, role: 'culprit' }])
  })

  test('is not searched for in the last lines of a pasted log', () => {
    expect(mentionsIn(`${'x'.repeat(20_000)} 2.0`, dictionaryOf(three))).toEqual([])
  })
})
