import { describe, expect, test } from 'vitest'
import { scoresOf } from '../../../bench/evaluate/attribution/attribution.ts'
import { playRecorded } from '../../../bench/evaluate/attribution/recorded.ts'
import { playWorld } from '../../../bench/evaluate/attribution/simulated.ts'
import { WORLDS, type World } from '../../../bench/evaluate/attribution/worlds.ts'
import { day, hours } from '../../support/factories.ts'

/** The evaluation at a size that a test can wait for; at full length: `npm run evaluate -- attribution`. */
const moderate = WORLDS.find(({ name }) => name === 'moderate') as World
const small = { ...moderate, services: 4, days: 100 }

describe('on made worlds', () => {
  const scores = scoresOf([1, 2, 3].map((seed) => playWorld(small, seed)))

  test('the method is well above the simple rules, online and after a night', () => {
    for (const method of ['online', 'nightly'] as const)
      for (const rule of ['latest of the project', 'latest of the service', 'stated version, else latest'] as const)
        expect(scores[method].top1).toBeGreaterThan(scores[rule].top1 + 0.05)
  })

  test('it is right where it says that it is sure, and seldom names a release for what none brought', () => {
    for (const method of ['online', 'nightly'] as const) {
      expect(scores[method].sureRight).toBeGreaterThan(0.85)
      expect(scores[method].falselyNamed).toBeLessThan(0.15)
      expect(scores[method].calibrationError).toBeLessThan(0.12)
    }
  })

  test('the same seed gives the same answers', () => {
    expect(playWorld({ ...small, services: 1, days: 60 }, 3)).toEqual(playWorld({ ...small, services: 1, days: 60 }, 3))
  })
})

describe('on a recorded history', () => {
  /** A deployment every three hours, each of one commit and two files; what breaks is reverted an hour later. */
  const deployments = Array.from({ length: 400 }, (_, i) => ({
    service: 'shop',
    environment: 'production',
    version: `r${String(i).padStart(4, '0')}`,
    at: day(1) + hours(3 * i),
    effect: 'deployed' as const,
    percent: 100,
    commits: 1,
    files: [`src/${(i * 7) % 50}.ts`, `src/${(i * 13) % 90}.ts`],
  }))
  const defects = Array.from({ length: 60 }, (_, i) => {
    const culprit = deployments[20 + 6 * i] as (typeof deployments)[number]
    return {
      at: culprit.at + hours(i % 2 === 0 ? 1 : 4),
      sourceKind: 'alert' as const,
      service: 'shop',
      environment: undefined,
      files: [culprit.files[0] as string],
      text: undefined,
      right: [culprit.version],
    }
  })

  test('the file of the stack finds what the latest deployment misses', () => {
    const scores = scoresOf([playRecorded({ name: 'shop', detection: 'hosted', deployments, defects })])
    expect(scores['latest deployment'].top1).toBeCloseTo(0.5, 1)
    expect(scores.defaults.top1).toBeGreaterThan(0.9)
    expect(scores.learned.top1).toBeGreaterThan(0.9)
  })
})
