import { describe, expect, test } from 'vitest'
import { layOut } from '../../../src/core/attribution/scene.ts'
import { type Judged, judged, learnTemperature, timeAloneRight } from '../../../src/core/attribution/verdicts.ts'
import type { AttributionDecision } from '../../../src/core/defect/defect.ts'
import { aCandidate, aService, someFacts } from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

/** Verdicts on a method that says `said` of its first suspect and is right in `right` of every hundred. */
const verdicts = (count: number, said: number, right: number): Judged[] =>
  Array.from({ length: count }, (_, i) => {
    const isRight = (i * 37) % 100 < right
    return {
      logWeights: [said, (1 - said) / 2, (1 - said) / 2].map(Math.log),
      right: [isRight ? 0 : 1],
      top: { probability: said, right: isRight, pointedAt: false },
    }
  })

describe('the temperature', () => {
  test('cools a method that is too sure of itself', () => {
    expect(learnTemperature(verdicts(200, 0.95, 60))).toBeGreaterThan(1.5)
  })

  test('warms one that is too timid', () => {
    expect(learnTemperature(verdicts(200, 0.6, 95))).toBeLessThan(0.8)
  })

  test('stays when the probabilities mean what they say', () => {
    expect(learnTemperature(verdicts(200, 0.8, 80))).toBeCloseTo(1, 1)
  })

  test('stays while there are fewer than fifty verdicts', () => {
    expect(learnTemperature(verdicts(49, 0.95, 60))).toBe(1)
  })

  test('stays when what one half of the verdicts asks for makes the other half less likely', () => {
    // Every other verdict is right, so one half says too timid and the other says too sure.
    const torn = verdicts(100, 0.75, 0).map((one, i) => ({ ...one, right: [i % 2] }))
    expect(learnTemperature(torn)).toBe(1)
  })
})

describe('a verdict', () => {
  const seen = day(30)
  const scene = (decision: AttributionDecision | undefined) =>
    layOut(someFacts([aService([aCandidate(1, day(10)), aCandidate(2, seen - hours(1))])], { decision }))
  const chosen = (releaseId: number): AttributionDecision => ({ kind: 'chosen', releaseId })
  const of = (decision: AttributionDecision | undefined) => judged(scene(decision), new Map())

  test('for the first suspect makes it right', () => {
    expect(of(chosen(2))).toMatchObject({ right: [1], top: { right: true } })
  })

  test('for a release that was no candidate is a miss, and leaves it to be an older one', () => {
    const miss = of(chosen(77))
    expect(miss).toMatchObject({ right: [3], top: { right: false } })
    expect(timeAloneRight(miss as Judged)).toBe(false)
  })

  test('that no change caused it leaves no change and an older one', () => {
    expect(of({ kind: 'not-a-change' })).toMatchObject({ right: [2, 3], top: { right: false } })
  })

  test('is none where nobody decided', () => {
    expect(of(undefined)).toBeUndefined()
  })
})

describe('what counts for time alone', () => {
  const verdict = (probability: number, right: boolean, pointedAt = false): Judged => ({
    logWeights: [0],
    right: [0],
    top: { probability, right, pointedAt },
  })

  test('are the verdicts on suspects that it would have named, and no evidence of another kind pointed at', () => {
    const all = [verdict(0.7, true), verdict(0.6, false), verdict(0.59, false), verdict(0.9, true, true)]
    expect(all.map(timeAloneRight)).toEqual([true, false, undefined, undefined])
  })
})
