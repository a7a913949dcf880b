import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Candidate, chooseRollback, RAN_LONG_ENOUGH_MS } from '../../../src/core/emergency/rollback-target.ts'

const aCandidate = (facts: Partial<Candidate> = {}): Candidate => ({
  releaseId: 1,
  version: 'a',
  liveMs: RAN_LONG_ENOUGH_MS,
  lastLiveAt: 1,
  verdict: 'healthy',
  openGrave: [],
  rolledBack: false,
  withdrawn: false,
  ...facts,
})

const anyCandidate: fc.Arbitrary<Candidate> = fc.record({
  releaseId: fc.nat(20),
  version: fc.constantFrom('a', 'b', 'c', 'd'),
  liveMs: fc.integer({ min: 0, max: 3 * RAN_LONG_ENOUGH_MS }),
  lastLiveAt: fc.nat(10),
  verdict: fc.constantFrom('too early', 'healthy', 'watch', 'suspect'),
  openGrave: fc.array(
    fc.record({
      severity: fc.constantFrom('S1', 'S2'),
      probability: fc.constantFrom(0.1, 0.3, 0.5, 1),
    }),
    { maxLength: 2 },
  ),
  rolledBack: fc.boolean(),
  withdrawn: fc.boolean(),
})

describe('the target of a rollback', () => {
  test('is the last release that ran long enough without harm', () => {
    const { suggested, others } = chooseRollback([
      aCandidate({ version: 'a', lastLiveAt: 1 }),
      aCandidate({ version: 'b', lastLiveAt: 2 }),
      aCandidate({ version: 'c', lastLiveAt: 3, liveMs: RAN_LONG_ENOUGH_MS - 1 }),
      aCandidate({ version: 'd', lastLiveAt: 4, openGrave: [{ severity: 'S2', probability: 0.5 }] }),
      aCandidate({ version: 'e', lastLiveAt: 5, rolledBack: true }),
    ])
    expect(suggested?.version).toBe('b')
    expect(others.map(({ version, standing }) => `${version} ${standing}`)).toEqual([
      'e bad',
      'd bad',
      'c unproven',
      'a good',
    ])
  })

  test('is not one that may have brought a grave defect, which does not make it bad', () => {
    const { suggested, others } = chooseRollback([aCandidate({ openGrave: [{ severity: 'S1', probability: 0.3 }] })])
    expect([suggested, others[0]?.standing]).toEqual([undefined, 'unproven'])
    expect(chooseRollback([aCandidate({ openGrave: [{ severity: 'S1', probability: 0.1 }] })]).suggested).toBeDefined()
  })

  test('is never one of which harm is known', () => {
    const isHarmful = (one: Candidate) =>
      one.rolledBack ||
      one.withdrawn ||
      one.openGrave.some(({ probability }) => probability >= 0.5) ||
      one.verdict === 'suspect'
    fc.assert(
      fc.property(fc.array(anyCandidate), (candidates) => {
        const { suggested, others } = chooseRollback(candidates)
        const all = suggested ? [suggested, ...others] : others
        expect(all).toHaveLength(candidates.length)
        expect(all.filter((one) => isHarmful(one) !== (one.standing === 'bad'))).toEqual([])
        expect(suggested?.standing ?? 'good').toBe('good')
      }),
    )
  })

  test('does not depend on the order in which releases are told', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyCandidate, { selector: ({ lastLiveAt }) => lastLiveAt }), (candidates) => {
        expect(chooseRollback(candidates.toReversed())).toEqual(chooseRollback(candidates))
      }),
    )
  })
})
