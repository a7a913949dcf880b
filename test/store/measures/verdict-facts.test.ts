import { expect, test } from 'vitest'
import type { VerdictFacts } from '../../../src/core/verdict/verdict.ts'
import { loadVerdictFacts, loadVerdictFactsOf } from '../../../src/store/measures/verdict-facts.ts'
import { type Api, bodyOf, openApi } from '../../support/api.ts'
import { day, hours } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const iso = (at: number) => new Date(at).toISOString()
const place = { service: 'checkout-api', environment: 'production' }

const deploy = async (api: Api, version: string, at: number, more: Record<string, unknown> = {}) =>
  await bodyOf(await api.post('/api/v1/deployments', { ...place, version, finishedAt: iso(at), ...more }), 202)
const report = async (api: Api, item: Record<string, unknown>) =>
  await bodyOf(
    await api.post('/api/v1/defects', { title: 'Timeout', service: 'checkout-api', id: 'BUG-1', ...item }),
    202,
  )

async function factsOf(api: Api, version: string, environment = 'production'): Promise<VerdictFacts> {
  const { db } = api.store
  const release = await db
    .selectFrom('releases')
    .innerJoin('services', 'services.id', 'releases.service_id')
    .select(['releases.id', 'service_id', 'services.name'])
    .where('version', '=', version)
    .executeTakeFirstOrThrow()
  const { id } = await db
    .selectFrom('environments')
    .select('id')
    .where('name', '=', environment)
    .executeTakeFirstOrThrow()
  return await loadVerdictFacts(
    db,
    { releaseId: release.id, serviceId: release.service_id, service: release.name, environmentId: id, environment },
    day(100),
  )
}

/** Fixed in 1.1.0, and seen again in it at `day(6)`. */
async function withRegression(api: Api, seen: Record<string, unknown> = { environment: 'production' }) {
  await deploy(api, '1.0.0', day(1))
  await report(api, { environment: 'production', version: '1.0.0', severity: 'S2', occurredAt: iso(day(2)) })
  await report(api, { status: 'fixed', fixedIn: '1.1.0', resolvedAt: iso(day(3)) })
  await deploy(api, '1.1.0', day(4))
  await deploy(api, '1.1.0', day(4), { environment: 'eu', tier: 'production' })
  await report(api, { version: '1.1.0', occurredAt: iso(day(6)), ...seen })
}

const gate = async (api: Api, version: string) =>
  await bodyOf<{ verdict: string; reasons: string[] }>(
    await api.get(`/api/v1/releases/checkout-api/${version}/gate?environment=production`),
  )

const regressionsIn = ({ brought }: VerdictFacts) => brought.filter(({ regression }) => regression)

describeOnEachEngine('what a verdict is reached from', (openTestStore) => {
  test('a defect that came back in the release counts as a regression of it, once and of no other', async () => {
    const api = await openApi(openTestStore)
    await withRegression(api)
    const { brought } = await factsOf(api, '1.1.0')
    expect(brought.map(({ regression, severity, open }) => ({ regression, severity, open }))).toEqual([
      { regression: true, severity: 'S2', open: true },
    ])
    expect(regressionsIn(await factsOf(api, '1.0.0'))).toEqual([])
    const { verdict, reasons } = await gate(api, '1.1.0')
    expect(verdict).toBe('suspect')
    expect(reasons[0]).toMatch(/^S2 PF-\d+ had been fixed and came back in it\.$/)
  })

  test('it counts where it was seen again, and where it was found when the sighting does not say', async () => {
    const api = await openApi(openTestStore)
    await withRegression(api, { environment: 'eu' })
    expect(regressionsIn(await factsOf(api, '1.1.0', 'eu'))).toHaveLength(1)
    expect(regressionsIn(await factsOf(api, '1.1.0'))).toEqual([])
    const other = await openApi(openTestStore)
    await withRegression(other, {})
    expect(regressionsIn(await factsOf(other, '1.1.0', 'eu'))).toEqual([])
    expect(regressionsIn(await factsOf(other, '1.1.0'))).toHaveLength(1)
  })

  test('one that has come back in a later release since counts there alone', async () => {
    const api = await openApi(openTestStore)
    await withRegression(api)
    await report(api, { status: 'fixed', fixedIn: '1.2.0', resolvedAt: iso(day(7)) })
    expect(regressionsIn(await factsOf(api, '1.1.0'))).toMatchObject([{ open: false }])
    await deploy(api, '1.2.0', day(8))
    await report(api, { environment: 'production', version: '1.2.0', occurredAt: iso(day(9)) })
    expect(regressionsIn(await factsOf(api, '1.1.0'))).toEqual([])
    expect(regressionsIn(await factsOf(api, '1.2.0'))).toMatchObject([{ open: true }])
  })

  test('a person who says afterwards that something else caused it is believed', async () => {
    const api = await openApi(openTestStore)
    await withRegression(api)
    const { items } = await bodyOf<{ items: { id: string }[] }>(await api.get('/api/v1/defects'))
    const said = { attribution: { decision: 'not-a-change' }, reason: 'The provider was down.' }
    await bodyOf(await api.patch(`/api/v1/defects/${items[0]?.id}`, said))
    expect((await factsOf(api, '1.1.0')).brought).toEqual([])
  })

  test('several releases read together are each as it is alone, one that never ran there included', async () => {
    const api = await openApi(openTestStore)
    await withRegression(api)
    await deploy(api, '1.2.0', day(7))
    await deploy(api, '0.9.0', day(8), { service: 'search' })
    await report(api, { id: 'BUG-2', service: 'search', environment: 'production', occurredAt: iso(day(9)) })
    await deploy(api, '0.9.1', day(10), { service: 'search', environment: 'staging' })
    await deploy(api, '0.9.0', day(11), { service: 'search', action: 'rollback' })
    const releases = await api.store.db
      .selectFrom('releases')
      .innerJoin('services', 'services.id', 'releases.service_id')
      .select(['releases.id as releaseId', 'version', 'service_id as serviceId', 'services.name as service'])
      .execute()
    const { id } = await api.store.db
      .selectFrom('environments')
      .select('id')
      .where('name', '=', 'production')
      .executeTakeFirstOrThrow()
    const together = await loadVerdictFactsOf(api.store.db, releases, { id, name: 'production' }, day(100))
    expect(releases.map(({ version }) => version).sort()).toEqual(['0.9.0', '0.9.1', '1.0.0', '1.1.0', '1.2.0'])
    for (const { releaseId, version } of releases) {
      expect(together.get(releaseId)).toEqual(await factsOf(api, version))
      expect(together.get(releaseId)?.release).toMatchObject({ releaseId, version })
    }
    const ofSearch = together.get(releases.find(({ version }) => version === '0.9.0')?.releaseId ?? 0)
    expect(ofSearch).toMatchObject({ service: 'search', release: { sightings: [{ at: day(9) }] }, earlier: [] })
  })

  test('no more than the forty newest releases before it are looked at', async () => {
    const api = await openApi(openTestStore)
    const deployments = Array.from({ length: 45 }, (_, i) => ({
      ...{ ...place, version: `1.${i}.0`, finishedAt: iso(day(i)) },
    }))
    await bodyOf(await api.post('/api/v1/deployments', deployments), 202)
    const { earlier } = await factsOf(api, '1.44.0')
    expect(earlier.map(({ version }) => version)).toEqual(Array.from({ length: 40 }, (_, i) => `1.${43 - i}.0`))
    expect((await factsOf(api, '1.20.0')).earlier).toHaveLength(20)
  })

  test('the weekdays are those of the releases before, where they had defects enough', async () => {
    const api = await openApi(openTestStore)
    const isWeekend = (at: number) => new Date(at).getUTCDay() % 6 === 0
    const starts = Array.from({ length: 32 }, (_, i) => 2.5 * i)
    const deployments = starts.map((from, i) => ({ ...place, version: `1.${i}.0`, finishedAt: iso(day(from)) }))
    await bodyOf(await api.post('/api/v1/deployments', deployments), 202)
    const seen = starts.flatMap((from, i) =>
      [0.3, 0.7, 1.1, 1.5, 1.9, 2.3]
        .map((age) => day(from + age))
        .filter((at) => !isWeekend(at))
        .map((at, n) => ({ ...place, id: `D${i}-${n}`, title: `Fails ${i} ${n}`, occurredAt: iso(at) })),
    )
    await bodyOf(await api.post('/api/v1/defects', seen), 202)
    const [sunday, monday] = (await factsOf(api, '1.31.0')).rhythm ?? []
    expect(sunday).toBeLessThan(0.5)
    expect(monday).toBeGreaterThan(1)
    // Before this one there were not a hundred.
    expect((await factsOf(api, '1.20.0')).rhythm).toEqual([1, 1, 1, 1, 1, 1, 1])
  })

  test('releases whose version does not count are in no baseline', async () => {
    const api = await openApi(openTestStore)
    for (const [i, version] of ['1.0.0', '1.1.0', '1.2.0'].entries()) await deploy(api, version, day(1) + hours(9 * i))
    // As long as a deployment under way has not confirmed it; that it has lived is forced here.
    await api.store.db
      .updateTable('releases')
      .set({ quarantine: 'is a placeholder, not a version' })
      .where('version', '=', '1.1.0')
      .execute()
    expect((await factsOf(api, '1.2.0')).earlier.map(({ version }) => version)).toEqual(['1.0.0'])
  })
})
