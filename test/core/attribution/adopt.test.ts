import { describe, expect, test } from 'vitest'
import { DEFECTS_TO_LEARN, learnCarefully, VERDICTS_TO_COMPARE } from '../../../src/core/attribution/adopt.ts'
import type { ServicePast } from '../../../src/core/attribution/learn.ts'
import { layOut, type Scene } from '../../../src/core/attribution/scene.ts'
import { aCandidate, aService, someFacts } from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

const releases = Array.from({ length: 30 }, (_, i) => aCandidate(i + 1, day(2 * i)))
const service = aService(releases)
const past: ServicePast = {
  service: service.service,
  profile: service.profile,
  days: 60,
  releases: releases.map(({ id, firstDeployedAt }) => ({
    id,
    commitCount: undefined,
    exposureDays: (day(60) - firstDeployedAt) / hours(24),
  })),
}

/** A defect each so long after a release, decided by a person to be that release's, or one older by `off`. */
const defects = (count: number, after: number, decide?: { off: number }): Scene[] =>
  Array.from({ length: count }, (_, i) => {
    const n = 3 + (i % 26)
    const decision = decide && ({ kind: 'chosen', releaseId: n - decide.off } as const)
    const known = releases.slice(0, n)
    return layOut(
      someFacts([aService(known, {}, {})], { firstSeenAt: (known.at(-1)?.firstDeployedAt ?? 0) + after, decision }),
    )
  })

describe('what a night brings', () => {
  test(`nothing from fewer than ${DEFECTS_TO_LEARN} defects`, () => {
    const few = learnCarefully([past], defects(DEFECTS_TO_LEARN - 1, hours(2)), 'n1')
    expect(few).toMatchObject({ outcome: 'too-few-defects', learned: undefined, defects: DEFECTS_TO_LEARN - 1 })
    expect(learnCarefully([past], defects(DEFECTS_TO_LEARN, hours(2)), 'n1')).toMatchObject({ outcome: 'adopted' })
  })

  test('is believed without a comparison while there are too few verdicts', () => {
    const result = learnCarefully([past], defects(VERDICTS_TO_COMPARE - 1, hours(2), { off: 0 }), 'n1')
    expect(result).toMatchObject({ outcome: 'adopted', heldOut: undefined, verdicts: VERDICTS_TO_COMPARE - 1 })
    expect(result.learned?.profiles.get('checkout-api')?.version).toBe('n1')
  })

  test('is taken when verdicts held back agree with it better than with what there was', () => {
    const result = learnCarefully([past], defects(VERDICTS_TO_COMPARE + 30, hours(2), { off: 0 }), 'n1')
    expect(result.outcome).toBe('adopted')
    expect(result.heldOut?.after).toBeLessThan(result.heldOut?.before ?? 0)
  })

  test('is put aside when it does not', () => {
    // One half blames a release each time and the other never: what is learned from the one misleads about the other.
    const said = defects(VERDICTS_TO_COMPARE + 30, hours(2), { off: 0 }).map(
      (scene, i): Scene =>
        i % 2 === 0 ? scene : { ...scene, defect: { ...scene.defect, decision: { kind: 'not-a-change' } } },
    )
    const result = learnCarefully([past], said, 'n1')
    expect(result).toMatchObject({ outcome: 'no-better', learned: undefined })
    expect(result.heldOut?.after).toBeGreaterThanOrEqual(result.heldOut?.before ?? Number.POSITIVE_INFINITY)
  })

  test('is the same for the same defects', () => {
    const once = learnCarefully([past], defects(60, hours(5), { off: 1 }), 'n1')
    const again = learnCarefully([past], defects(60, hours(5), { off: 1 }), 'n1')
    expect(again).toEqual(once)
  })
})
