import { describe, expect, test } from 'vitest'
import { dryRun } from '../../../src/core/rules/dry-run.ts'
import { judgeRule } from '../../../src/core/rules/judge-rule.ts'
import { occurrenceWords } from '../../../src/core/rules/occurrence-words.ts'
import { isOnTimeAlone } from '../../../src/core/rules/on-time-alone.ts'
import { readRule, type WrittenRule, writeRule } from '../../../src/core/rules/read-rule.ts'
import { refuseRollback } from '../../../src/core/rules/rollback-permit.ts'
import type { Occurrence, Rule } from '../../../src/core/rules/rule.ts'
import { ruleSentence } from '../../../src/core/rules/rule-sentence.ts'
import { heldSubjectOf, isRecent, outcomeOf, subjectOf } from '../../../src/core/rules/standing.ts'
import { day, hours } from '../../support/factories.ts'

const written = (changes: Partial<WrittenRule> = {}): WrittenRule => ({
  trigger: 'attributed',
  probability: '80',
  verdict: 'suspect',
  severity: 'S2',
  releaseAgeHours: '24',
  tiers: ['production'],
  services: '',
  notTimeAlone: false,
  notify: true,
  channels: [],
  draft: true,
  rollback: false,
  aDay: '3',
  oncePer: 'release',
  ...changes,
})

const rule = (changes: Partial<WrittenRule> = {}): Rule => {
  const read = readRule(written(changes))
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.rule
}

const blamed = (changes: Partial<Occurrence> = {}): Occurrence => ({
  kind: 'blamed',
  at: day(10),
  service: { id: 1, name: 'checkout-api' },
  environment: { id: 2, name: 'production', tier: 'production' },
  defect: { id: 7, title: 'Capture fails', severity: 'S1', open: true, generation: 1 },
  release: { id: 3, version: '4.18.0', arrivedAt: day(10) - hours(2) },
  probability: 0.91,
  isNamed: true,
  onTimeAlone: false,
  ...changes,
})

test.each<[string, Partial<WrittenRule>]>([
  [
    'When a defect of S1 or S2 is attributed with at least 80 % to a release less than 24 h old in production, page on-call and draft an emergency release. At most 3 times a day for a service, and once for each release.',
    {},
  ],
  [
    'When a defect of S1 is suspected with at least 50 % to come from a release in production of a or b, and not by the time alone, page on-call. At most once a day for a service, and once for each defect.',
    {
      trigger: 'suspected',
      probability: '50',
      severity: 'S1',
      releaseAgeHours: '',
      services: 'a, b',
      notTimeAlone: true,
      draft: false,
      aDay: '1',
      oncePer: 'defect',
    },
  ],
  [
    'When a defect comes back after its fix, in a release less than 7 days old in production or staging, draft an emergency release. At most 3 times a day for a service, and once for each release.',
    { trigger: 'regressed', severity: '', releaseAgeHours: '168', tiers: ['staging', 'production'], notify: false },
  ],
  [
    'When the verdict on a release less than 72 h old in production turns watch or suspect, draft an emergency release and fire the rollback where that is switched on. At most 3 times a day for a service, and once for each release.',
    { trigger: 'verdict', verdict: 'watch', releaseAgeHours: '72', notify: false, rollback: true },
  ],
  [
    'When a service is seen to do slowly worse, page on-call. At most 3 times a day for a service, and once for each release.',
    { trigger: 'signal', tiers: [], draft: false },
  ],
])('%s', (sentence, changes) => {
  expect(ruleSentence(rule(changes))).toBe(sentence)
  expect(rule(writeRule(rule(changes)))).toEqual(rule(changes))
})

test.each<[string, Partial<WrittenRule>]>([
  ['trigger', { trigger: 'none' }],
  ['probability', { probability: '0' }],
  ['probability', { probability: '80.5' }],
  ['releaseAgeHours', { releaseAgeHours: '-1' }],
  ['aDay', { aDay: '51' }],
  ['notify', { notify: false, draft: false }],
  ['rollback', { trigger: 'suspected', rollback: true }],
  ['rollback', { trigger: 'regressed', rollback: true }],
  ['tiers', { rollback: true, tiers: [] }],
  ['draft', { trigger: 'signal' }],
  ['services', { services: Array.from({ length: 51 }, (_, i) => `s${i}`).join('\n') }],
])('a form with a bad %s is refused', (field, changes) => {
  expect(readRule(written(changes))).toMatchObject({ ok: false, problems: { [field]: expect.any(String) } })
})

describe('a rule fires only when every condition holds', () => {
  const release = { id: 3, version: '4.18.0' }
  const defect = { id: 7, title: 'Capture fails', open: true, generation: 1 }
  test.each<[boolean, string, Partial<Occurrence>, Partial<WrittenRule>]>([
    [true, 'PF-7 is attributed to 4.18.0 with 91 %; 80 % is asked for.', {}, {}],
    [true, 'PF-7 is attributed to 4.18.0 with 80 %; 80 % is asked for.', { probability: 0.8 }, {}],
    [false, 'PF-7 is attributed to 4.18.0 with 79 %; 80 % is asked for.', { probability: 0.79 }, {}],
    [
      false,
      'PF-7 is only suspected to come from 4.18.0 with 91 %; 80 % and an attribution are asked for.',
      { isNamed: false },
      {},
    ],
    [
      true,
      'PF-7 is only suspected to come from 4.18.0 with 91 %; 80 % is asked for.',
      { isNamed: false },
      { trigger: 'suspected' },
    ],
    [false, 'PF-7 is closed.', { defect: { ...defect, severity: 'S1', open: false } }, {}],
    [true, 'It is S2; S1 or S2 is asked for.', { defect: { ...defect, severity: 'S2' } }, {}],
    [false, 'It is S3; S1 or S2 is asked for.', { defect: { ...defect, severity: 'S3' } }, {}],
    [true, 'It is of checkout-api; the rule is for web or checkout-api.', {}, { services: 'web\ncheckout-api' }],
    [false, 'It is of checkout-api; the rule is for web.', {}, { services: 'web' }],
    [
      false,
      'It happened in qa, which is testing; the rule is for production.',
      { environment: { id: 4, name: 'qa', tier: 'testing' } },
      {},
    ],
    [false, 'It is not known where it happened; the rule is for production.', { environment: undefined }, {}],
    [
      true,
      '4.18.0 had been in production for 23 h 59 min; less than 24 h is asked for.',
      { release: { ...release, arrivedAt: day(10) - hours(24) + 60_000 } },
      {},
    ],
    [
      false,
      '4.18.0 had been in production for 1 d; less than 24 h is asked for.',
      { release: { ...release, arrivedAt: day(10) - hours(24) } },
      {},
    ],
    [
      true,
      '4.18.0 had been in production for 0 min; less than 24 h is asked for.',
      { release: { ...release, arrivedAt: day(10) + 4 * 60_000 } },
      {},
    ],
    [false, '4.18.0 came to production after it.', { release: { ...release, arrivedAt: day(10) + 6 * 60_000 } }, {}],
    [false, '4.18.0 is not known to have come to production.', { release: { ...release, arrivedAt: undefined } }, {}],
    [false, 'Only the time points at the release.', { onTimeAlone: true }, { notTimeAlone: true }],
    [true, 'More than the time points at the release.', {}, { notTimeAlone: true }],
  ])('%s: %s', (fires, sentence, occurrence, changes) => {
    const judgement = judgeRule(rule(changes), blamed(occurrence))
    expect(judgement?.reasons.map((reason) => reason.sentence)).toContain(sentence)
    expect(judgement?.fires).toBe(fires)
  })

  test.each(['healthy', 'too early', 'watch', 'suspect'] as const)('and on the verdict %s', (verdict) => {
    const occurrence = blamed({ kind: 'verdict', defect: undefined, verdict })
    const asked = (word: string) => judgeRule(rule({ trigger: 'verdict', verdict: word }), occurrence)?.fires
    expect(asked('suspect')).toBe(verdict === 'suspect')
    expect(asked('watch')).toBe(verdict === 'suspect' || verdict === 'watch')
  })

  test('and says nothing of what it does not wait for', () => {
    expect(judgeRule(rule(), blamed({ kind: 'regressed' }))).toBeUndefined()
    expect(judgeRule(rule({ trigger: 'regressed' }), blamed())).toBeUndefined()
    expect(judgeRule(rule({ trigger: 'regressed' }), blamed({ kind: 'regressed' }))?.fires).toBe(true)
    const signal = blamed({ kind: 'signal', defect: undefined, signal: { key: 'x', sentence: 'It rises.' } })
    expect(judgeRule(rule({ trigger: 'signal', draft: false }), signal)?.fires).toBe(true)
    expect(occurrenceWords(signal)).toBe('checkout-api in production: It rises.')
  })
})

test('only what is recent, and happened since the rule watches, is fired for', () => {
  const recent = (at: number, watchesSince = 0) => isRecent(at, { watchesSince, now: day(10) })
  expect(recent(day(10) - hours(24) + 1)).toBe(true)
  expect(recent(day(10) - hours(24))).toBe(false)
  expect(recent(day(10) + 10 * 60_000)).toBe(true)
  expect(recent(day(10) + 11 * 60_000)).toBe(false)
  expect(recent(day(10), day(10))).toBe(true)
  expect(recent(day(10) - 1, day(10))).toBe(false)
})

test('what is one firing follows from what the rule counts', () => {
  const other = blamed({ defect: { id: 8, title: 'x', severity: 'S1', open: true, generation: 1 } })
  const subject = (one: Occurrence, oncePer: string) => subjectOf(rule({ oncePer }), one)
  expect(subject(other, 'release')).toBe(subject(blamed(), 'release'))
  expect(subject(other, 'defect')).not.toBe(subject(blamed(), 'defect'))
  expect(heldSubjectOf(rule(), other)).not.toBe(heldSubjectOf(rule(), blamed()))
  const elsewhere = blamed({ environment: { id: 9, name: 'eu', tier: 'production' } })
  expect(subject(elsewhere, 'release')).not.toBe(subject(blamed(), 'release'))
  const again = blamed({ defect: { id: 7, title: 'x', severity: 'S1', open: true, generation: 2 } })
  expect(subject(again, 'defect')).not.toBe(subject(blamed(), 'defect'))
})

test('a mute and the cap hold back', () => {
  const standing = { mutedUntil: undefined, firedToday: 0 }
  expect(outcomeOf(rule(), standing, day(10))).toBe('fired')
  expect(outcomeOf(rule(), { ...standing, mutedUntil: day(10) + 1 }, day(10))).toBe('muted')
  expect(outcomeOf(rule(), { ...standing, mutedUntil: day(10) }, day(10))).toBe('fired')
  expect(outcomeOf(rule(), { ...standing, firedToday: 2 }, day(10))).toBe('fired')
  expect(outcomeOf(rule(), { ...standing, firedToday: 3 }, day(10))).toBe('capped')
})

test('a dry run counts each release once, keeps to the cap, and names what came near', () => {
  const at = (n: number, releaseId: number, changes: Partial<Occurrence> = {}) =>
    blamed({
      at: day(n),
      release: { id: releaseId, version: `${releaseId}`, arrivedAt: day(n) - hours(1) },
      ...changes,
    })
  const past = [at(3, 1), at(2, 1), at(2.1, 2), at(2.2, 3), at(2.3, 4), at(5, 5, { probability: 0.7 })]
  const run = dryRun(rule({ aDay: '2' }), past)
  expect(run.fired.map(({ occurrence }) => [occurrence.at, occurrence.release?.id])).toEqual([
    [day(2), 1],
    [day(2.1), 2],
  ])
  expect(run.capped).toHaveLength(2)
  expect(run.nearly.map(({ occurrence }) => occurrence.release?.id)).toEqual([5])
})

test('the time, and what releases are like in general, point at no release', () => {
  expect(
    isOnTimeAlone([
      { kind: 'time', verdict: 'for' },
      { kind: 'change-size', verdict: 'for' },
    ]),
  ).toBe(true)
  expect(
    isOnTimeAlone([
      { kind: 'file', verdict: 'against' },
      { kind: 'link', verdict: 'none' },
    ]),
  ).toBe(true)
  expect(
    isOnTimeAlone([
      { kind: 'time', verdict: 'for' },
      { kind: 'file', verdict: 'for' },
    ]),
  ).toBe(false)
})

test('a rollback is fired only where everything speaks for it', () => {
  const check = (kind: 'target' | 'locks' | 'migrations' | 'others', result: 'pass' | 'read' | 'blocks') => ({
    kind,
    result,
    title: kind,
  })
  const facts = {
    strategy: 'rollback',
    checks: [check('target', 'pass'), check('migrations', 'read')],
    mostADay: 1,
    firedToday: 0,
    hasTarget: true,
  } as const
  expect(refuseRollback(facts)).toBeUndefined()
  expect(refuseRollback({ ...facts, mostADay: undefined })).toContain('no admin')
  expect(refuseRollback({ ...facts, firedToday: 1 })).toContain('within a day')
  expect(refuseRollback({ ...facts, strategy: 'hotfix' })).toContain('hotfix')
  expect(refuseRollback({ ...facts, hasTarget: false })).toContain('no CI target')
  for (const bad of [
    check('target', 'read'),
    check('locks', 'read'),
    check('others', 'read'),
    check('migrations', 'blocks'),
  ])
    expect(refuseRollback({ ...facts, checks: [...facts.checks, bad] })).toContain(bad.title)
})
