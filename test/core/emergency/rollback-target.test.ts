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
  openGrave: fc.array(fc.constantFrom('S1', 'S2'), { maxLength: 2 }),
  rolledBack: fc.boolean(),
  withdrawn: fc.boolean(),
})

describe('the target of a rollback', () => {
  test('is the last release that ran long enough without harm', () => {
    const { suggested, others } = chooseRollback([
      aCandidate({ version: 'a', lastLiveAt: 1 }),
      aCandidate({ version: 'b', lastLiveAt: 2 }),
      aCandidate({ version: 'c', lastLiveAt: 3, liveMs: RAN_LONG_ENOUGH_MS - 1 }),
      aCandidate({ version: 'd', lastLiveAt: 4, openGrave: ['S2'] }),
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

  test('is never one of which harm is known', () => {
    fc.assert(
      fc.property(fc.array(anyCandidate), (candidates) => {
        const { suggested, others } = chooseRollback(candidates)
        if (suggested)
          expect(suggested).toMatchObject({ openGrave: [], rolledBack: false, withdrawn: false, standing: 'good' })
        expect(others.length + (suggested ? 1 : 0)).toBe(candidates.length)
        for (const one of others)
          if (one.rolledBack || one.withdrawn || one.openGrave.length > 0 || one.verdict === 'suspect')
            expect(one.standing).toBe('bad')
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
