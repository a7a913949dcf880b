import { describe, expect, test } from 'vitest'
import { type EmergencyFacts, emergencyScore, type ProductionFacts } from '../../../src/core/release/emergency-score.ts'
import { day, hours } from '../../support/factories.ts'

const nothing: EmergencyFacts = {
  stated: false,
  texts: ['4.18.1', 'Faster search'],
  fixes: [],
  branched: undefined,
  production: undefined,
  commits: 2,
}

/** Sixty deployments, one a day at ten, each through staging; the release half a day after the last of them. */
const usual = (more: Partial<ProductionFacts> = {}): ProductionFacts => ({
  at: day(60) + hours(10),
  earlier: Array.from({ length: 60 }, (_, i) => day(59 - i) + hours(10)),
  paths: Array.from({ length: 10 }, () => ['staging']),
  passed: ['staging'],
  ...more,
})

const kinds = (facts: Partial<EmergencyFacts>) =>
  emergencyScore({ ...nothing, ...facts }).reasons.map(({ kind, points }) => `${kind} ${points}`)

describe('the score of an emergency release', () => {
  test('is nothing for a release on the normal path', () => {
    expect(emergencyScore({ ...nothing, production: usual() })).toEqual({ points: 0, verdict: 'normal', reasons: [] })
  })

  test('three points are an emergency, two are a question', () => {
    const branched = { from: '4.18.0', passing: '4.19.0' }
    expect(emergencyScore({ ...nothing, branched })).toMatchObject({ points: 2, verdict: 'ask' })
    expect(emergencyScore({ ...nothing, branched, production: usual({ passed: [] }) })).toMatchObject({
      points: 3,
      verdict: 'emergency',
    })
  })

  test('a sender’s word, or a name, is enough; both count once', () => {
    expect(kinds({ stated: true })).toEqual(['stated 3'])
    for (const text of ['4.18.1-hotfix.2', 'Emergency fix', "Merge branch 'hotfix/capture'", 'hot-fix for 4.18'])
      expect(kinds({ texts: [text] })).toEqual(['stated 3'])
    expect(kinds({ stated: true, texts: ['hotfix'] })).toEqual(['stated 3'])
    expect(kinds({ texts: ['photofix', 'non-emergencyware'] })).toEqual([])
  })

  test('fixing a grave defect that was known counts once, and says which', () => {
    const fixes = [
      { defectId: 7, severity: 'S2' as const },
      { defectId: 3, severity: 'S1' as const },
    ]
    expect(kinds({ fixes })).toEqual(['fixes-grave-defect 2'])
    const [reason] = emergencyScore({ ...nothing, fixes }).reasons
    expect(reason).toMatchObject({
      sentence: 'It fixes 2 defects, the worst S1, known before it went live.',
      defectIds: [3, 7],
    })
  })

  test('a cherry-pick on what is live names both releases', () => {
    const [reason] = emergencyScore({ ...nothing, branched: { from: '4.18.0', passing: '4.19.0' } }).reasons
    expect(reason?.sentence).toContain('4.18.0')
    expect(reason?.sentence).toContain('4.19.0')
  })

  test('sooner than nine of ten, with few commits', () => {
    const soon = usual({ at: day(59) + hours(11) })
    expect(kinds({ production: soon })).toEqual(['quick 1'])
    expect(kinds({ production: soon, commits: 4 })).toEqual([])
    expect(kinds({ production: soon, commits: 0 })).toEqual([])
    expect(kinds({ production: { ...soon, earlier: soon.earlier.slice(0, 10) } })).toEqual([])
    expect(kinds({ production: { ...soon, earlier: soon.earlier.slice(0, 11) } })).toEqual(['quick 1'])
  })

  test('at an hour at which next to nothing is deployed', () => {
    const atNight = usual({ at: day(60) + hours(27) })
    expect(kinds({ production: atNight })).toEqual(['unusual-hour 1'])
    expect(kinds({ production: { ...atNight, earlier: atNight.earlier.slice(0, 49) } })).toEqual([])
    const nearMidnight = usual({
      at: day(61) + hours(0.5),
      earlier: Array.from({ length: 60 }, (_, i) => day(59 - i) + hours(23.5)),
    })
    expect(kinds({ production: nearMidnight })).toEqual([])
  })

  test('past an environment that releases normally pass', () => {
    expect(kinds({ production: usual({ passed: [] }) })).toEqual(['skipped 1'])
    const someSkip = [...Array.from({ length: 7 }, () => ['staging']), [], [], []]
    expect(kinds({ production: usual({ passed: [], paths: someSkip }) })).toEqual([])
    expect(kinds({ production: usual({ passed: [], paths: [['staging'], ['staging']] }) })).toEqual([])
  })
})
