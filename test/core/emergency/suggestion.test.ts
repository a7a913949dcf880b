import { describe, expect, test } from 'vitest'
import { judgeCandidate, RAN_LONG_ENOUGH_MS } from '../../../src/core/emergency/rollback-target.ts'
import { nextVersion, type SuggestionFacts, suggestStrategy } from '../../../src/core/emergency/suggestion.ts'

const target = judgeCandidate({
  releaseId: 1,
  version: '4.17.3',
  liveMs: 9.25 * RAN_LONG_ENOUGH_MS,
  lastLiveAt: 1,
  verdict: 'healthy',
  openGrave: [],
  rolledBack: false,
  withdrawn: false,
})

const suggest = (facts: Partial<SuggestionFacts> = {}) =>
  suggestStrategy({
    live: { version: '4.18.0' },
    target,
    suspect: '4.18.0',
    regression: false,
    irreversible: false,
    ...facts,
  })

describe('the strategy suggested', () => {
  test('is a rollback where one helps', () => {
    expect(suggest()).toEqual({
      strategy: 'rollback',
      because: '4.17.3 is the last release known to be good. It ran there for 9.3 days and was healthy.',
    })
    expect(suggest({ suspect: undefined }).strategy).toBe('rollback')
  })

  test.each<[string, Partial<SuggestionFacts>]>([
    ['nothing runs there', { live: undefined }],
    ['nothing good is known', { target: undefined }],
    ['an older release brought the defect', { suspect: '4.17.0' }],
    ['a migration cannot be taken back', { irreversible: true }],
    ['a defect came back', { regression: true }],
  ])('is a hotfix where %s', (_name, facts) => {
    expect(suggest(facts).strategy).toBe('hotfix')
  })
})

test.each([
  ['4.18.0', [], '4.18.1'],
  ['4.18.9', ['4.18.10'], '4.18.11'],
  ['v4.18.0', ['4.18.1'], 'v4.18.1'],
  ['1.5', [], '1.5.1'],
  ['812', [], '813'],
  ['4.18.0-rc.1', [], undefined],
  ['9f3c2ab', [], undefined],
  ['2026.11.26', [], undefined],
  ['nightly', [], undefined],
])('after %s, with %j taken, a fix is %s', (base, taken, next) => {
  expect(nextVersion(base, taken)).toBe(next)
})
