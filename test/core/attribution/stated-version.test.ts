import { describe, expect, test } from 'vitest'
import { attribute } from '../../../src/core/attribution/attribute.ts'
import { contextOf } from '../../../src/core/attribution/context.ts'
import { waysOf } from '../../../src/core/attribution/evidence/naming.ts'
import type { DefectFacts } from '../../../src/core/attribution/facts.ts'
import type { Naming } from '../../../src/core/attribution/namings.ts'
import { layOut } from '../../../src/core/attribution/scene.ts'
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
const three = [aCandidate(1, day(10)), aCandidate(2, day(28)), aCandidate(3, seen - hours(3))]
const service = aService(three)
const statedIn = (releaseId: number | undefined, text = `${releaseId}.0`): Partial<DefectFacts> => ({
  seenIn: { version: { text, releaseId } },
})
const unstated = someFacts([service])

describe('the version in which it was seen', () => {
  test('clears what that version does not contain', () => {
    const facts = someFacts([service], statedIn(2))
    expect(probabilityOf(3, facts)).toBeLessThan(probabilityOf(3, unstated) / 2)
    expect(evidenceOf('stated-version', 3, facts)).toMatchObject({
      verdict: 'against',
      sentence: 'The report was seen in 2.0, which does not contain 3.0.',
    })
  })

  test('does not tell between the releases that it contains: it ran, no more', () => {
    const facts = someFacts([service], statedIn(3))
    const odds = (of: typeof facts) => probabilityOf(3, of) / probabilityOf(2, of)
    expect(odds(facts)).toBeGreaterThan(odds(unstated) * 0.8)
    expect(odds(facts)).toBeLessThan(odds(unstated) * 2)
    expect(evidenceOf('stated-version', 2, facts)?.title).toBe('The version it was seen in carries it')
  })

  test('is told apart from who brought it', () => {
    const { seenIn, introducedIn } = attribute(someFacts([service], statedIn(2)))
    expect(seenIn).toEqual({ releaseId: 2, version: '2.0', how: 'stated' })
    expect(introducedIn?.releaseId).toBe(2)
    expect(attribute(unstated).seenIn).toEqual({ releaseId: 3, version: '3.0', how: 'live' })
  })

  test('counts for a release older than all candidates', () => {
    const old = aCandidate(9, day(2), { order: '0000', version: '0.9' })
    const facts = someFacts([{ ...service, releases: [...three, old] }], statedIn(9, '0.9'))
    expect(ranked(unstated)).not.toContain(9)
    expect(ranked(facts)).toContain(9)
    expect(evidenceOf('stated-version', 9, facts)?.verdict).toBe('for')
  })

  test('is likelier the last that was replaced than any before it', () => {
    const thirty = Array.from({ length: 30 }, (_, i) => aCandidate(i + 1, day(i)))
    const oldFor = (releaseId: number) => {
      const scene = layOut(someFacts([aService(thirty)], statedIn(releaseId)))
      const context = contextOf(scene, ({ profile }) => profile)
      return waysOf(context, scene.namings[0] as Naming)[0]?.old as number
    }
    expect(oldFor(29) / oldFor(10)).toBeCloseTo(21 / 2, 10)
    const all = thirty.reduce((sum, { id }) => sum + oldFor(id), 0)
    expect(all).toBeCloseTo(0.05, 3)
  })

  test('says nothing when nobody knows it', () => {
    const facts = someFacts([service], { seenIn: { version: { text: 'nightly', releaseId: undefined } } })
    expect(probabilityOf(3, facts)).toBe(probabilityOf(3, unstated))
    expect(evidenceOf('stated-version', 3, facts)).toMatchObject({ verdict: 'none', title: 'Unknown version stated' })
  })

  test('is compared by its place in the order when it is no release of ours', () => {
    const between: Partial<DefectFacts> = {
      seenIn: { version: { text: '2.1', releaseId: undefined, order: '00025' } },
    }
    const facts = someFacts([service], between)
    expect(probabilityOf(3, facts)).toBeLessThan(probabilityOf(3, unstated))
    expect(evidenceOf('stated-version', 2, facts)?.title).toBe('The version it was seen in carries it')
  })

  test('gives way to the commit when only that is known', () => {
    const facts = someFacts([service], {
      seenIn: {
        version: { text: 'main', releaseId: undefined },
        commit: { text: 'c0ffee1234', releaseId: 2 },
      },
    })
    expect(attribute(facts).seenIn).toMatchObject({ releaseId: 2, how: 'stated' })
    expect(probabilityOf(3, facts)).toBeLessThan(probabilityOf(3, unstated))
  })

  test('clears a backport of the older line only when that one was not there yet', () => {
    // 1.1 is a fix taken back, deployed after 2.0; 2.0 does not contain it though its number is higher.
    const backport = aCandidate(4, day(29), { version: '1.1', order: '00015' })
    const two = [aCandidate(1, day(10)), aCandidate(2, day(28)), backport]
    const running = (id: number, order: string) => [{ releaseId: id, order, share: 1 }]
    const lines = aService(two, {
      places: [
        aPlace(two, {
          segments: [
            { from: day(10), running: running(1, '0001') },
            { from: day(28), running: running(2, '0002') },
            {
              from: day(29),
              running: [
                ...running(2, '0002').map((r) => ({ ...r, share: 0.5 })),
                { releaseId: 4, order: '00015', share: 0.5 },
              ],
            },
          ],
        }),
      ],
    })
    const facts = someFacts([lines], statedIn(2))
    expect(probabilityOf(4, facts)).toBeLessThan(probabilityOf(4, someFacts([lines])) / 3)
    expect(evidenceOf('stated-version', 4, facts)?.title).toBe('It was seen without this version')
  })
})
