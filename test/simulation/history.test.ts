import { expect, test } from 'vitest'
import { commitMentions } from '../../src/core/release/commit-message.ts'
import { type SimulatedHistory, simulateHistory } from '../../src/simulation/history.ts'
import type { DefectItem, DeploymentItem } from '../../src/simulation/native-items.ts'
import { readNativeDefect, readNativeDeployment } from '../../src/sources/native-items.ts'
import { day } from '../support/factories.ts'

const NOW = day(90)
const MINUTE = 60_000
const history = (seed = 7, days = 90): SimulatedHistory => simulateHistory({ seed, now: NOW, days })

const deploymentsOf = ({ posts }: SimulatedHistory): DeploymentItem[] =>
  posts.flatMap((post) => (post.kind === 'deployments' ? [post.item] : []))
const defectsOf = ({ posts }: SimulatedHistory): DefectItem[] =>
  posts.flatMap((post) => (post.kind === 'defects' ? [post.item] : []))
const instant = (text: string | undefined): number => Date.parse(text ?? '')

test('the same seed gives the same history, another seed another', () => {
  expect(history()).toEqual(history())
  expect(history(8).posts).not.toEqual(history().posts)
})

test('posts come in order of time and none from the future', () => {
  const times = history().posts.map(({ at }) => at)
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(Math.max(...times)).toBeLessThanOrEqual(NOW)
})

test('the front door takes every item', () => {
  const problems = history().posts.flatMap(({ kind, item }) => {
    const read = kind === 'deployments' ? readNativeDeployment(item, NOW) : readNativeDefect(item, NOW)
    return read.ok ? [] : [{ item, problems: read.problems }]
  })
  expect(problems).toEqual([])
})

test('ninety days are a small company: some hundred deployments and defects of all kinds', () => {
  for (const seed of [1, 2, 3]) {
    const simulated = history(seed)
    const deployments = deploymentsOf(simulated)
    expect(deployments.length).toBeGreaterThan(400)
    expect(deployments.length).toBeLessThan(800)
    expect(simulated.truth.size).toBeGreaterThan(500)
    expect(simulated.truth.size).toBeLessThan(1_300)
    const seen = (pick: (item: DeploymentItem) => string | undefined) => new Set(deployments.map(pick))
    expect(seen(({ environment }) => environment)).toEqual(new Set(['testing', 'staging', 'canary', 'production']))
    expect(seen(({ status }) => status)).toEqual(new Set(['succeeded', 'failed', 'cancelled']))
    expect(seen(({ action }) => action)).toEqual(new Set(['deploy', 'rollback']))
    for (const kind of ['minor', 'patch', 'emergency']) expect(seen((item) => item.kind)).toContain(kind)
    const severities = new Set(defectsOf(simulated).map(({ severity }) => severity))
    for (const severity of ['S1', 'S2', 'S3', 'S4']) expect(severities).toContain(severity)
  }
})

test('an id names one thing', () => {
  const deployments = deploymentsOf(history())
  expect(new Set(deployments.map(({ id }) => id)).size).toBe(deployments.length)
  const titles = new Map<string, string>()
  for (const { id, title } of defectsOf(history())) {
    expect(titles.get(id) ?? title).toBe(title)
    titles.set(id, title)
  }
})

test('no defect is seen before the release that brought it was deployed', () => {
  for (const seed of [1, 2, 3, 7]) {
    const simulated = history(seed)
    const firstDeployedAt = new Map<string, number>()
    for (const { service, version, status, finishedAt } of deploymentsOf(simulated))
      if (status === 'succeeded' && !firstDeployedAt.has(`${service} ${version}`))
        firstDeployedAt.set(`${service} ${version}`, instant(finishedAt))
    const tooEarly = defectsOf(simulated).filter(({ id, occurredAt = new Date(NOW).toISOString() }) => {
      const brought = simulated.truth.get(id)
      const since = brought ? firstDeployedAt.get(`${brought.service} ${brought.version}`) : undefined
      // Null is the truth for a defect no release brought; nothing else may be without one.
      return brought !== null && !(since !== undefined && instant(occurredAt) > since)
    })
    expect(tooEarly).toEqual([])
  }
})

test('a stated version is not older than the one that brought the defect', () => {
  const simulated = history()
  const order = new Map<string, number>()
  for (const { service, version } of deploymentsOf(simulated))
    if (!order.has(`${service} ${version}`)) order.set(`${service} ${version}`, order.size)
  const stated = defectsOf(simulated).filter(({ id, version }) => version !== undefined && simulated.truth.get(id))
  const older = stated.filter(({ id, service, version }) => {
    const brought = order.get(`${service} ${simulated.truth.get(id)?.version}`)
    const seen = order.get(`${service} ${version}`)
    return brought === undefined || seen === undefined || seen < brought
  })
  expect(stated.length).toBeGreaterThan(100)
  expect(older).toEqual([])
})

test('about one defect in eight was brought by no release', () => {
  const truths = [...history().truth.values()]
  const share = truths.filter((truth) => truth === null).length / truths.length
  expect(share).toBeGreaterThan(0.06)
  expect(share).toBeLessThan(0.2)
})

test('a bad release is going wrong: minutes in production, its S1 younger still', () => {
  const simulated = history()
  const { release, replaced, defects } = simulated.badRelease
  const deployed = deploymentsOf(simulated).filter(({ service }) => service === release.service)
  const last = deployed.filter(({ environment }) => environment === 'production').at(-1)
  expect(last).toMatchObject({ version: release.version, status: 'succeeded' })
  expect(NOW - instant(last?.finishedAt)).toBe(43 * MINUTE)
  expect(replaced.version).not.toBe(release.version)
  const gravest = defects.filter(({ severity }) => severity === 'S1')
  expect(gravest).toHaveLength(1)
  expect(NOW - instant(gravest[0]?.occurredAt)).toBeLessThanOrEqual(40 * MINUTE)
  for (const { id, occurredAt } of defects) {
    expect(instant(occurredAt)).toBeGreaterThan(instant(last?.finishedAt))
    expect(simulated.truth.get(id)).toEqual({ service: release.service, version: release.version })
  }
})

test('some version stopped in staging', () => {
  const deployments = deploymentsOf(history())
  const reached = (environment: string) =>
    new Set(
      deployments
        .filter((item) => item.environment === environment)
        .map(({ service, version }) => `${service} ${version}`),
    )
  const production = reached('production')
  expect([...reached('staging')].filter((name) => !production.has(name)).length).toBeGreaterThan(0)
})

test('releases tell the files of their commits, once', () => {
  const told = deploymentsOf(history()).filter(({ commits }) => commits !== undefined)
  expect(told.length).toBeGreaterThan(100)
  for (const { environment, commits } of told) {
    expect(environment).toBe('testing')
    for (const { files } of commits ?? []) expect(files.length).toBeGreaterThan(0)
  }
})

test('a canary gets a tenth of the traffic, other deployments all of it', () => {
  for (const { environment, percent } of deploymentsOf(history()))
    expect(percent).toBe(environment === 'canary' ? 10 : undefined)
})

test('monitors, trackers and people notice defects, and each says what it knows', () => {
  const noticed = defectsOf(history()).filter(({ detection }) => detection !== undefined)
  const of = (kind: string) => noticed.filter(({ detection }) => detection === kind)
  for (const kind of ['alert', 'error', 'issue']) expect(of(kind).length).toBeGreaterThan(100)
  expect([...of('alert'), ...of('issue')].filter(({ files }) => files !== undefined)).toEqual([])
  expect([...of('alert'), ...of('error')].filter(({ components }) => components !== undefined)).toEqual([])
  const share = of('error').filter(({ files }) => files !== undefined).length / of('error').length
  expect(share).toBeGreaterThan(0.75)
})

test('most stacks pass through a file that the guilty release changed, few through one of another release', () => {
  const simulated = history()
  const changed = new Map<string, Set<string>>()
  for (const { service, version, commits } of deploymentsOf(simulated))
    if (commits) changed.set(`${service} ${version}`, new Set(commits.flatMap(({ files }) => files)))
  const inCode = (file: string) => !/^src\/(?:http|server|config)/.test(file)
  const shares = defectsOf(simulated).flatMap(({ id, service, files }) => {
    const brought = simulated.truth.get(id)
    const own = brought && changed.get(`${service} ${brought.version}`)
    if (!files || !own) return []
    const others = [...changed].filter(([name, set]) => name.startsWith(`${service} `) && set !== own)
    const hits = (set: ReadonlySet<string>) => files.some((file) => inCode(file) && set.has(file))
    return [{ own: hits(own), others: others.filter(([, set]) => hits(set)).length / others.length }]
  })
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  expect(shares.length).toBeGreaterThan(100)
  expect(mean(shares.map(({ own }) => Number(own)))).toBeGreaterThan(0.7)
  expect(mean(shares.map(({ own }) => Number(own)))).toBeLessThan(0.97)
  expect(mean(shares.map(({ others }) => others))).toBeLessThan(0.3)
})

test('a hotfix names the commit that it mends', () => {
  const told = deploymentsOf(history()).filter(({ commits }) => commits !== undefined)
  const hotfixes = told.filter(({ kind }) => kind === 'emergency')
  expect(hotfixes.length).toBeGreaterThan(5)
  const shas = new Set(told.flatMap(({ commits = [] }) => commits.map(({ sha }) => sha.slice(0, 12))))
  for (const { commits } of hotfixes) {
    const { fixes } = commitMentions(commits?.[0]?.message ?? '')
    expect(fixes.map((sha) => shas.has(sha))).toEqual([true])
  }
})
