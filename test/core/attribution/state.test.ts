import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attribute } from '../../../src/core/attribution/attribute.ts'
import { defaultProfile } from '../../../src/core/attribution/defaults.ts'
import type { DefectFacts } from '../../../src/core/attribution/facts.ts'
import type { ServiceProfile } from '../../../src/core/attribution/profile.ts'
import { ATTRIBUTION_METHOD } from '../../../src/core/attribution/result.ts'
import { aCandidate, aService, someFacts } from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

const seen = day(30)
const old = aCandidate(1, day(10))
const fresh = aCandidate(2, seen - hours(1))
const facts = (over: Partial<DefectFacts> = {}, profile: Partial<ServiceProfile> = {}) =>
  someFacts([aService([old, fresh], {}, profile)], over)

describe('time alone', () => {
  test('never names a release before the service is calibrated, however sure it is', () => {
    const { state, suspects, reason, introducedIn } = attribute(facts())
    expect(suspects[0]?.probability).toBeGreaterThan(0.9)
    expect(state).toBe('suspected')
    expect(reason).toBe('Only the time points at 2.0 so far, and time alone does not name a release here.')
    expect(introducedIn).toEqual({ releaseId: 2, probability: suspects[0]?.probability, by: 'method' })
  })

  test.each([
    ['too few verdicts', { verdicts: 49, right: 49 }],
    ['too many wrong ones', { verdicts: 100, right: 79 }],
  ])('nor with %s', (_, calibration) => {
    expect(attribute(facts({}, { calibration })).state).toBe('suspected')
  })

  test('names it where fifty verdicts confirmed four of five', () => {
    expect(attribute(facts({}, { calibration: { verdicts: 50, right: 40 } })).state).toBe('attributed')
  })

  test('is not helped by the size of the change or by other defects, which are about no defect of its own', () => {
    const sized = [
      { ...old, commitCount: 1 },
      { ...fresh, commitCount: 80 },
    ]
    const learned = { defectsOfRelease: { 2: { shape: 9, rate: 1 } } }
    expect(attribute(someFacts([aService(sized, {}, learned)])).state).toBe('suspected')
  })

  test('never names one where the report names no service, whatever was confirmed of one', () => {
    const calibration = { verdicts: 90, right: 90 }
    const any = [aService([old, fresh], { relation: 'any' }, { calibration })]
    const { state, suspects, reason } = attribute(someFacts(any, { service: undefined }))
    expect(suspects[0]?.probability).toBeGreaterThan(0.6)
    expect(state).toBe('suspected')
    expect(reason).toBe('Only the time points at checkout-api 2.0 so far, and the report names no service.')
  })

  test('is joined by a version that names it', () => {
    const stated = facts({ seenIn: { version: { text: '2.0', releaseId: 2 } } })
    expect(attribute(stated)).toMatchObject({ state: 'attributed', introducedIn: { releaseId: 2, by: 'method' } })
  })

  test('is not joined by a version that only carries it', () => {
    const third = aCandidate(3, seen - hours(0.5))
    const bad = { defectsOfRelease: { 2: { shape: 40, rate: 1 } } }
    const stated = someFacts([aService([old, fresh, third], {}, bad)], {
      seenIn: { version: { text: '3.0', releaseId: 3 } },
    })
    const { state, suspects } = attribute(stated)
    expect(suspects[0]?.releaseId).toBe(2)
    expect(suspects[0]?.probability).toBeGreaterThan(0.6)
    expect(state).toBe('suspected')
  })
})

describe('a changed file', () => {
  const changing = { ...fresh, files: ['src/payment.ts'] }
  const seenInFile = (detection: ServiceProfile['detection'], profile: Partial<ServiceProfile> = {}) =>
    attribute(
      someFacts(
        [aService([{ ...old, files: ['src/other.ts'] }, changing], {}, { ...defaultProfile(detection), ...profile })],
        {
          files: ['src/payment.ts'],
        },
      ),
    )

  test('names a release of a hosted service', () => {
    expect(seenInFile('hosted').state).toBe('attributed')
  })

  const amongReleases = (changingTheFile: number) => {
    const files = ['src/payment.ts']
    const others = [day(5), day(6), day(7), day(8)].map((at, i) =>
      aCandidate(10 + i, at, { files: i < changingTheFile ? files : ['src/other.ts'], commitCount: 1 }),
    )
    const releases = [...others, { ...old, commitCount: 1 }, { ...fresh, files, commitCount: 60 }]
    const { state, reason, suspects } = attribute(someFacts([aService(releases)], { files }))
    const of = (kind: string) => suspects[0]?.evidence.find((one) => one.kind === kind)
    return { state, reason, file: of('file'), size: of('change-size') }
  }

  test('is told as the reason for a name, though other evidence weighs more', () => {
    const { state, reason, file, size } = amongReleases(2)
    expect(state).toBe('attributed')
    expect(file?.logOdds).toBeLessThan(size?.logOdds as number)
    expect(reason).toContain(file?.sentence)
  })

  test('names none when nearly all releases change it', () => {
    const { state, reason } = amongReleases(4)
    expect(state).toBe('suspected')
    expect(reason).toBe(
      'Only the time points at 2.0 so far, and files that most releases change, and these do not name a release here.',
    )
  })

  test('names none of shipped software, until verdicts confirmed such names', () => {
    const { state, suspects, reason } = seenInFile('shipped')
    expect(suspects[0]).toMatchObject({ releaseId: 2 })
    expect(suspects[0]?.probability).toBeGreaterThan(0.6)
    expect(state).toBe('suspected')
    expect(reason).toBe(
      'Only the time and the changed files point at 2.0 so far, and they do not name a release of shipped software here.',
    )
    expect(seenInFile('shipped', { calibration: { verdicts: 50, right: 40 } }).state).toBe('attributed')
  })
})

describe('no release', () => {
  test('is named when two came at nearly the same time and nothing tells them apart', () => {
    const two = [
      aCandidate(1, seen - hours(3)),
      aCandidate(2, seen - hours(2.9)),
      aCandidate(3, seen - hours(2.8)),
      aCandidate(4, seen - hours(2.7)),
    ]
    const { state, reason, suspects } = attribute(someFacts([aService(two)]))
    expect(state).toBe('unattributed')
    expect(suspects.length).toBe(4)
    expect(reason).toBe('4.0 and 3.0 went live within 6 min of each other, and nothing tells them apart.')
  })

  test('is named when background explains it as well', () => {
    const { state, reason, introducedIn } = attribute(someFacts([aService([aCandidate(1, day(-30))])]))
    expect(state).toBe('unattributed')
    expect(introducedIn).toBeUndefined()
    expect(reason).toBe('Probably no change of yours brought it: as many defects as this come up anyway.')
  })

  test('is given a reason that its numbers do not bear out', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 40 * 24 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(
        gaps,
        fc.constantFrom('alert' as const, 'error' as const, 'issue' as const),
        (hoursApart, sourceKind) => {
          let at = seen
          const releases = hoursApart.map((gap, i) => {
            at -= hours(gap)
            return aCandidate(hoursApart.length - i, at)
          })
          const { state, reason, rest, suspects } = attribute(
            someFacts([aService(releases.toReversed())], { sourceKind }),
          )
          const [first, second] = suspects
          const since = (id = 0) => releases.find((release) => release.id === id)?.firstDeployedAt ?? 0
          const areAlike =
            Math.abs(since(first?.releaseId) - since(second?.releaseId)) <= hours(6) &&
            (second?.probability ?? 0) >= 0.7 * (first?.probability ?? 1)
          const isTrue = [
            !reason.startsWith('It is probably older') || rest.older >= 0.5,
            !reason.startsWith('Probably no change') || rest.noChange >= 0.5,
            !reason.includes('nothing tells them apart') || areAlike,
          ]
          expect({ state, reason, isTrue }).toMatchObject({ isTrue: [true, true, true] })
        },
      ),
      { seed: 7 },
    )
  })

  test('can be suspected of a service that is not named, or has not run', () => {
    expect(attribute(someFacts([], { service: undefined }))).toMatchObject({
      state: 'unattributed',
      suspects: [],
      reason:
        'The report names no service, and nothing is known to have been deployed to production in the two weeks before it was first seen.',
    })
    expect(attribute(someFacts([aService([])])).reason).toBe(
      'No release of checkout-api is known to have been live in production when it was first seen.',
    )
    expect(attribute(someFacts([aService([aCandidate(1, seen + hours(1))])])).suspects).toEqual([])
  })
})

describe('what a person decided', () => {
  test('stands, whatever the method thinks, which is still shown', () => {
    const { state, reason, introducedIn, suspects } = attribute(facts({ decision: { kind: 'chosen', releaseId: 1 } }))
    expect(state).toBe('manual')
    expect(reason).toBe('A person chose the release.')
    expect(introducedIn).toEqual({ releaseId: 1, probability: 1, by: 'person' })
    expect(suspects[0]?.releaseId).toBe(2)
    expect(suspects).toEqual(attribute(facts()).suspects)
  })

  test('may be a release that nobody suspected', () => {
    expect(attribute(facts({ decision: { kind: 'chosen', releaseId: 77 } })).introducedIn?.releaseId).toBe(77)
  })

  test('may be that no change caused it', () => {
    expect(attribute(facts({ decision: { kind: 'not-a-change' } }))).toMatchObject({
      state: 'not-a-change',
      reason: 'A person said that no change caused it.',
      introducedIn: undefined,
    })
  })
})

describe('an attribution', () => {
  test('names the method and the profiles that it used', () => {
    expect(attribute(facts({}, { version: 'night 12' })).model).toBe(`${ATTRIBUTION_METHOD} night 12`)
  })

  test('shows five suspects at most, and says what lies below them', () => {
    const many = Array.from({ length: 9 }, (_, i) => aCandidate(i + 1, seen - hours(10 * (9 - i))))
    const { suspects, rest } = attribute(someFacts([aService(many)]))
    expect(suspects.map(({ releaseId }) => releaseId)).toEqual([9, 8, 7, 6, 5])
    expect(rest.others).toBeGreaterThan(0.01)
  })

  test('divides its log-odds by the temperature, and says so', () => {
    const cooled = attribute(facts({}, { temperature: 2 }))
    const plain = attribute(facts())
    const odds = ({ suspects: [a, b] }: typeof plain) => Math.log((a?.probability ?? 0) / (b?.probability ?? 0))
    expect(odds(cooled)).toBeCloseTo(odds(plain) / 2, 10)
    expect(cooled.suspects[0]?.evidence.at(-1)).toMatchObject({
      kind: 'calibration',
      title: 'Adjusted to how often it was right',
    })
  })
})
