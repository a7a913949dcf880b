import { describe, expect, test } from 'vitest'
import { blocking, type CheckFacts, migrationIn, runChecks } from '../../../src/core/emergency/checks.ts'
import { judgeCandidate, RAN_LONG_ENOUGH_MS } from '../../../src/core/emergency/rollback-target.ts'

const good = {
  releaseId: 1,
  version: '4.17.3',
  liveMs: RAN_LONG_ENOUGH_MS,
  lastLiveAt: 1,
  verdict: 'healthy',
  openGrave: [],
  rolledBack: false,
  withdrawn: false,
} as const

const facts = (more: Partial<CheckFacts> = {}): CheckFacts => ({
  service: 'checkout-api',
  environment: 'production',
  strategy: 'rollback',
  version: '4.17.3',
  live: '4.18.0',
  target: judgeCandidate(good),
  versionKnown: true,
  artifact: undefined,
  otherEmergency: undefined,
  deploying: [],
  locks: [],
  migrations: { commits: 3, irreversible: [], reversible: ['add a table'] },
  ci: { kind: 'reachable', target: 'deploy.example', detail: 'It answered 200.' },
  autoSync: undefined,
  ...more,
})

const results = (more?: Partial<CheckFacts>) =>
  Object.fromEntries(runChecks(facts(more)).map(({ kind, result }) => [kind, result]))

describe('the checks', () => {
  test('pass, and say what to read', () => {
    expect(results()).toEqual({ target: 'pass', others: 'pass', ci: 'pass', migrations: 'read' })
    expect(results({ locks: ['frozen'], autoSync: 'Argo CD', deploying: ['4.18.1'] })).toMatchObject({
      locks: 'read',
      'auto-sync': 'read',
      others: 'read',
    })
  })

  test.each<[string, Partial<CheckFacts>, string]>([
    ['what is live already', { live: '4.17.3' }, 'target'],
    ['what never ran there', { target: undefined }, 'target'],
    ['what is known to be bad', { target: judgeCandidate({ ...good, rolledBack: true }) }, 'target'],
    ['a second emergency release', { otherEmergency: 'ER-1' }, 'others'],
    ['a CI that refuses us', { ci: { kind: 'refused', target: 'x', reason: 'It answered 401.' } }, 'ci'],
    [
      'a migration that cannot be taken back',
      { migrations: { commits: 1, irreversible: ['drop'], reversible: [] } },
      'migrations',
    ],
  ])('block %s', (_name, more, kind) => {
    expect(blocking(runChecks(facts(more)))?.kind).toBe(kind)
  })

  test('do not block for want of an answer from CI, or of a CI', () => {
    expect(results({ ci: { kind: 'unreachable', target: 'x', reason: '' } }).ci).toBe('read')
    expect(results({ ci: { kind: 'none' } }).ci).toBe('read')
  })

  test('of a hotfix ask nothing of what ran before', () => {
    expect(results({ strategy: 'hotfix', version: '4.18.1', target: undefined, versionKnown: false })).toMatchObject({
      target: 'pass',
      migrations: 'pass',
    })
  })
})

test.each([
  ['Add table\n\nMigration: reversible', 'reversible'],
  ['Drop column\n\nmigration: Irreversible (data is gone)', 'irreversible'],
  ['Write of a Migration: irreversible in a sentence', undefined],
  ['Migration: irreversibly', undefined],
])('a commit saying %j has a migration that is %s', (message, expected) => {
  expect(migrationIn(message)).toBe(expected)
})
