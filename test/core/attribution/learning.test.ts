import { describe, expect, test } from 'vitest'
import { conclude } from '../../../src/core/attribution/attribute.ts'
import { defaultProfile } from '../../../src/core/attribution/defaults.ts'
import type { DefectFacts, ServiceHistory } from '../../../src/core/attribution/facts.ts'
import { learnProfiles, type ServicePast } from '../../../src/core/attribution/learn.ts'
import type { ServiceProfile } from '../../../src/core/attribution/profile.ts'
import { layOut, type Scene } from '../../../src/core/attribution/scene.ts'
import { aCandidate, aPlace, aSighting } from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

/** A service with a release every other day for two hundred days, and its defects. */
const releases = Array.from({ length: 100 }, (_, i) => aCandidate(i + 1, day(2 * i), { commitCount: 4 }))
const until = day(200)

const historyAt = (at: number, profile: ServiceProfile): ServiceHistory => {
  const known = releases.filter(({ firstDeployedAt }) => firstDeployedAt <= at).slice(-40)
  return {
    service: 'checkout-api',
    relation: 'own',
    releases: known,
    places: [aPlace(known, { historyFrom: day(0), earlierReleases: Math.max(0, (known[0]?.id ?? 1) - 1) })],
    profile,
  }
}

const start = defaultProfile('hosted', { releasesPerDay: 0.5 })
const past: ServicePast = {
  service: 'checkout-api',
  profile: start,
  days: 200,
  releases: releases.map(({ id, commitCount, firstDeployedAt }) => ({
    id,
    commitCount,
    exposureDays: (until - firstDeployedAt) / hours(24),
  })),
}

const sceneAt = (at: number, over: Partial<DefectFacts> = {}): Scene =>
  layOut({ defect: aSighting({ firstSeenAt: at, ...over }), services: [historyAt(at, start)] })

/** The release that went live last before an instant. */
const liveAt = (at: number): number => releases.findLast(({ firstDeployedAt }) => firstDeployedAt < at)?.id ?? 0

const learn = (scenes: readonly Scene[]) => learnProfiles([past], scenes, 'tonight')
const learnedFrom = (scenes: readonly Scene[]) => learn(scenes).profiles.get('checkout-api') as ServiceProfile
const instants = (count: number, after: number) =>
  Array.from({ length: count }, (_, i) => day(10 + 2 * (i % 90)) + after + i * 60_000)

describe('a night of learning', () => {
  test('learns how soon defects show here', () => {
    const soon = learnedFrom(instants(120, hours(1)).map((at) => sceneAt(at)))
    const late = learnedFrom(instants(120, hours(40)).map((at) => sceneAt(at)))
    const withinTwoHours = ({ lagWeights }: ServiceProfile) => lagWeights.error[0] as number
    expect(withinTwoHours(soon)).toBeGreaterThan(withinTwoHours(start) + 0.2)
    expect(withinTwoHours(late)).toBeLessThan(withinTwoHours(start) / 2)
  })

  test('keeps what it started with when there is nothing to learn from', () => {
    const { lagWeights, temperature, reliability } = learnedFrom([])
    for (const [i, weight] of lagWeights.error.entries())
      expect(weight).toBeCloseTo(start.lagWeights.error[i] as number, 10)
    expect(temperature).toBe(1)
    expect(reliability).toEqual(start.reliability)
  })

  test('finds that a release was worse than its size says', () => {
    const bad = 50
    const at = releases[bad - 1]?.firstDeployedAt as number
    const burst = Array.from({ length: 12 }, (_, i) => sceneAt(at + hours(1 + i / 4)))
    const { defectsOfRelease } = learnedFrom([...instants(40, hours(20)).map((one) => sceneAt(one)), ...burst])
    const turnedOut = (id: number) => {
      const { shape, rate } = defectsOfRelease[id] as { shape: number; rate: number }
      return shape / rate
    }
    expect(turnedOut(bad)).toBeGreaterThan(4 * turnedOut(bad - 20))
  })

  test('does not let a defect be evidence for itself', () => {
    const scenes = instants(60, hours(6)).map((at) => sceneAt(at))
    const { profiles, counted } = learn(scenes)
    const profile = profiles.get('checkout-api') as ServiceProfile
    const scene = scenes[7] as Scene
    const p = (defect: DefectFacts) => conclude({ ...scene, defect }, () => profile).suspects[0]?.probability as number
    expect(p({ ...scene.defect, counted: counted[7] })).toBeLessThan(p(scene.defect))
  })

  test('learns from verdicts that many defects come from no change', () => {
    const scenes = (decision: DefectFacts['decision']) => instants(100, hours(5)).map((at) => sceneAt(at, { decision }))
    const told = learnedFrom(scenes({ kind: 'not-a-change' }))
    expect(told.backgroundPerDay.error).toBeGreaterThan(2 * start.backgroundPerDay.error)
    const noChangeBy = (profile: ServiceProfile) => conclude(sceneAt(day(101)), () => profile).rest.noChange
    expect(noChangeBy(told)).toBeGreaterThan(0.7)
    expect(noChangeBy(learnedFrom(scenes(undefined)))).toBeLessThan(0.5)
  })

  test('takes the word of people for certain', () => {
    // Everyone finds them two days later, in the release before the one that is live.
    const scenes = instants(100, hours(3)).map((at) =>
      sceneAt(at, { decision: { kind: 'chosen', releaseId: liveAt(at) - 1 } }),
    )
    const { profiles, counted } = learn(scenes)
    expect(counted[3]).toEqual({ [liveAt(scenes[3]?.defect.firstSeenAt as number) - 1]: 1 })
    const { lagWeights } = profiles.get('checkout-api') as ServiceProfile
    expect(lagWeights.error[0]).toBeLessThan((start.lagWeights.error[0] as number) / 3)
  })

  test('learns whether the version in the text is the one to blame', () => {
    const saying = (release: (at: number) => number) =>
      instants(150, hours(5)).map((at) =>
        sceneAt(at, {
          text: `broken since upgrading to ${release(at)}.0`,
          decision: { kind: 'chosen', releaseId: liveAt(at) },
        }),
      )
    const right = learnedFrom(saying(liveAt)).reliability.namings.culprit
    const wrong = learnedFrom(saying((at) => liveAt(at) - 3)).reliability.namings.culprit
    expect(right.blames).toBeGreaterThan(start.reliability.namings.culprit.blames)
    expect(wrong.blames).toBeLessThan(start.reliability.namings.culprit.blames / 2)
  })

  test('learns from decisions, and from nothing else, how much the size of a change tells', () => {
    const sized = releases.map((one) => ({ ...one, commitCount: one.id % 2 === 0 ? 40 : 1 }))
    const exponentAfter = (choose: (live: number) => number | undefined) => {
      const scenes = instants(80, hours(30)).map((at) => {
        const history = historyAt(at, start)
        const known = history.releases.map(({ id }) => sized[id - 1] as (typeof sized)[number])
        const releaseId = choose(liveAt(at))
        const decision = releaseId === undefined ? undefined : ({ kind: 'chosen', releaseId } as const)
        return layOut({ defect: aSighting({ firstSeenAt: at, decision }), services: [{ ...history, releases: known }] })
      })
      const sizedPast = {
        ...past,
        releases: past.releases.map((one) => ({ ...one, commitCount: sized[one.id - 1]?.commitCount })),
      }
      return learnProfiles([sizedPast], scenes, 'tonight').profiles.get('checkout-api')?.sizeExponent as number
    }
    expect(exponentAfter(() => undefined)).toBe(start.sizeExponent)
    expect(exponentAfter((live) => live - (live % 2))).toBeGreaterThan(start.sizeExponent + 0.1)
    expect(exponentAfter((live) => live - 1 + (live % 2))).toBeLessThan(start.sizeExponent - 0.1)
  })

  test('does not tell better from worse releases where all defects show late', () => {
    const shipped = { ...past, profile: { ...start, detection: 'shipped' as const } }
    const scenes = instants(60, hours(6)).map((at) => sceneAt(at))
    const profile = learnProfiles([shipped], scenes, 'tonight').profiles.get('checkout-api')
    expect(profile?.defectsOfRelease).toEqual({})
    expect(Object.keys(learnedFrom(scenes).defectsOfRelease)).toHaveLength(100)
  })

  test('learns how likely each named environment is meant', () => {
    const both = (at: number): ServiceHistory => {
      const own = historyAt(at, start)
      const staging = {
        ...(own.places[0] as ServiceHistory['places'][number]),
        environment: 'staging',
        tier: 'staging' as const,
      }
      return { ...own, places: [...own.places, staging] }
    }
    const scenes = instants(80, hours(5)).map((at, i) =>
      layOut({
        defect: aSighting({ firstSeenAt: at, environment: i % 2 === 0 ? 'staging' : 'production' }),
        services: [both(at)],
      }),
    )
    const { environmentWeights } = learnedFrom(scenes)
    expect(environmentWeights.production).toBe(1)
    expect(environmentWeights.staging).toBeGreaterThan(0.7)
  })

  test('gives the same profile from the same defects', () => {
    const scenes = instants(30, hours(5)).map((at) => sceneAt(at))
    expect(learn(scenes)).toEqual(learn(scenes))
  })

  test('counts verdicts on time alone, for the guard', () => {
    const decided = instants(60, hours(1)).map((at, i) =>
      sceneAt(at, { decision: { kind: 'chosen', releaseId: i % 4 === 0 ? liveAt(at) - 1 : liveAt(at) } }),
    )
    const { calibration } = learnedFrom(decided)
    expect(calibration.verdicts).toBeGreaterThanOrEqual(50)
    expect(calibration.right / calibration.verdicts).toBeCloseTo(0.75, 1)
  })
})
