import { expect, test } from 'vitest'
import { simulateHistory } from '../../src/simulation/history.ts'
import { simulateMinute } from '../../src/simulation/live-activity.ts'
import { readNativeDefect, readNativeDeployment } from '../../src/sources/native-items.ts'
import { day } from '../support/factories.ts'

const NOW = day(90)
const MINUTE = 60_000
const history = simulateHistory({ seed: 7, now: NOW, days: 30 })
const minutes = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) =>
    simulateMinute(history, 7, from + i, NOW + (from + i) * MINUTE),
  ).flat()

test('every minute says something, the same when asked again, and the front door takes it', () => {
  for (let minute = 1; minute <= 120; minute++) {
    const at = NOW + minute * MINUTE
    const posts = simulateMinute(history, 7, minute, at)
    expect(posts.length).toBeGreaterThan(0)
    expect(simulateMinute(history, 7, minute, at)).toEqual(posts)
    for (const { kind, item } of posts)
      expect(kind === 'deployments' ? readNativeDeployment(item, at) : readNativeDefect(item, at)).toMatchObject({
        ok: true,
      })
  }
})

test('the bad release goes on failing and nothing of its service is deployed', () => {
  const posts = minutes(1, 60)
  const gravest = history.badRelease.defects.find(({ severity }) => severity === 'S1')
  expect(posts.filter(({ item }) => item.id === gravest?.id)).toHaveLength(60)
  const service = history.badRelease.release.service
  expect(posts.some(({ kind, item }) => kind === 'deployments' && item.service === service)).toBe(false)
})

test('a patch goes through all stages under one version, and the next one is newer', () => {
  const deployed = minutes(1, 80).flatMap((post) => (post.kind === 'deployments' ? [post.item] : []))
  const [first] = deployed
  const ofFirst = deployed.filter(({ service, version }) => service === first?.service && version === first.version)
  expect(ofFirst.map(({ environment, status }) => `${environment} ${status}`)).toEqual([
    'testing in-progress',
    'testing succeeded',
    'staging succeeded',
    'production in-progress',
    'production succeeded',
  ])
  const versions = new Set(deployed.filter(({ service }) => service === first?.service).map(({ version }) => version))
  expect(versions.size).toBe(2)
})
