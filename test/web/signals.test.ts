import { expect, test } from 'vitest'
import { type Api, bodyOf, openApi } from '../support/api.ts'
import { day, hours } from '../support/factories.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const iso = (at: number) => new Date(at).toISOString()

interface Signal {
  readonly word: string
  readonly sentence: string
  readonly [number: string]: unknown
}

interface Signals {
  readonly worst: {
    sentence: string
    places: number
    services: { service: string; believed: boolean; evidence: number; verdict: string; sentence: string }[]
  } | null
  readonly services: readonly { service: string; version: string; drift: Signal; worsening: Signal; hidden: Signal }[]
  readonly next: string | null
}

const ask = async (api: Api, more = '') =>
  await bodyOf<Signals>(await api.get(`/api/v1/signals?environment=production${more}`))

/** Releases of a service a week apart until 2.0.0 on day 90, each of the earlier with a defect after thirty hours. */
async function withService(api: Api, service: string, { weeks = 6, now = 0 }: { weeks?: number; now?: number } = {}) {
  const place = { service, environment: 'production' }
  const starts = Array.from({ length: weeks }, (_, i) => 90 - 7 * (weeks - i))
  const deployments = [...starts.map((at, i) => [`1.${i}.0`, at] as const), ['2.0.0', 90] as const].map(
    ([version, at]) => ({ ...place, version, finishedAt: iso(day(at)) }),
  )
  const seen = [
    ...starts.map((at) => day(at) + hours(30)),
    ...Array.from({ length: now }, (_, i) => day(90) + (i + 1) * hours(0.15)),
  ].map((at, i) => ({ ...place, id: `${service}-${i}`, title: `Fails ${service} ${i}`, occurredAt: iso(at) }))
  await bodyOf(await api.post('/api/v1/deployments', deployments), 202)
  await bodyOf(await api.post('/api/v1/defects', seen), 202)
}

describeOnEachEngine('the signals of an environment', (openTestStore) => {
  test('rank the services by evidence, with the line above which to believe it', async () => {
    const api = await openApi(openTestStore)
    await withService(api, 'checkout-api', { now: 12 })
    for (const service of ['login', 'search', 'mail'])
      await withService(api, service, { now: service === 'mail' ? 1 : 0 })
    const { worst } = await ask(api)
    expect(worst?.places).toBe(4)
    expect(worst?.services.map(({ service }) => service)[0]).toBe('checkout-api')
    expect(worst?.services.filter(({ believed }) => believed)).toMatchObject([
      { service: 'checkout-api', verdict: 'suspect', sentence: expect.stringContaining('12 new defects') },
    ])
    expect(worst?.services.map(({ service }) => service)).not.toContain('login')
    expect(worst?.services.every(({ evidence }) => evidence > 1)).toBe(true)
    expect(worst?.sentence).toMatch(/^1 of the 4 services here stands out/)
  })

  test('tell of each service whether it drifts or worsens, from whole weeks, and what its release still hides', async () => {
    const api = await openApi(openTestStore)
    await withService(api, 'checkout-api', { weeks: 30, now: 7 })
    await withService(api, 'search', { weeks: 3 })
    const { services } = await ask(api)
    expect(services.map(({ service, version }) => [service, version])).toEqual([
      ['checkout-api', '2.0.0'],
      ['search', '2.0.0'],
    ])
    const [checkout, search] = services as [Signals['services'][number], Signals['services'][number]]
    // Now is Tuesday, 9 June: the last whole week began on 1 June, day 92; day 90 lies in the one before.
    const weeks = checkout.drift.weeks as { from: string; defects: number; exposure: number; signal: string | null }[]
    expect(weeks.at(-1)).toMatchObject({ from: iso(day(92)), defects: 0, exposure: 7 })
    expect(weeks.at(-2)).toMatchObject({ from: iso(day(85)), defects: 7 + 0, signal: 'high' })
    expect(checkout.drift).toMatchObject({ word: 'more defects', sentence: expect.stringContaining('2026-05-25') })
    expect(checkout.worsening.word).toBe('steady')
    expect(checkout.hidden).toMatchObject({ word: 'estimated', sentence: expect.stringContaining('7 defects') })
    for (const signal of [search.drift, search.worsening]) expect(signal.word).toBe('not enough data')
    expect(search.hidden).toMatchObject({ word: 'too early', total: null, remaining: null })
  })

  test('do not count what no change caused, what was seen elsewhere, nor what does not run here', async () => {
    const api = await openApi(openTestStore)
    await withService(api, 'checkout-api', { now: 2 })
    const elsewhere = { service: 'checkout-api', environment: 'staging', title: 'Elsewhere', occurredAt: iso(day(93)) }
    await bodyOf(await api.post('/api/v1/defects', elsewhere), 202)
    await bodyOf(
      await api.post('/api/v1/deployments', {
        service: 'batch',
        environment: 'staging',
        version: '1',
        finishedAt: iso(day(3)),
      }),
      202,
    )
    const { items } = await bodyOf<{ items: { id: string }[] }>(await api.get('/api/v1/defects?q=checkout-api%207'))
    const said = { attribution: { decision: 'not-a-change' }, reason: 'The provider was down.' }
    await bodyOf(await api.patch(`/api/v1/defects/${items[0]?.id}`, said))
    const { services } = await ask(api)
    expect(services.map(({ service }) => service)).toEqual(['checkout-api'])
    const weeks = services[0]?.drift.weeks as { from: string; defects: number }[]
    expect(weeks.slice(-2).map(({ defects }) => defects)).toEqual([1, 0])
  })

  test('come page by page, the comparison of all on the first; one service alone is compared with none', async () => {
    const api = await openApi(openTestStore)
    for (const service of ['a', 'b', 'c']) await withService(api, service, { weeks: 1 })
    const first = await ask(api, '&limit=2')
    expect(first.services.map(({ service }) => service)).toEqual(['a', 'b'])
    expect(first.worst?.places).toBe(3)
    const second = await ask(api, `&limit=2&cursor=${first.next}`)
    expect(second).toMatchObject({ worst: null, next: null, services: [{ service: 'c' }] })
    expect(await ask(api, '&service=b')).toMatchObject({ worst: null, services: [{ service: 'b' }], next: null })
  })

  test('counted per deployment when asked', async () => {
    const api = await openApi(openTestStore)
    await withService(api, 'checkout-api', { weeks: 30 })
    const { services } = await ask(api, '&per=deployments')
    const weeks = services[0]?.drift.weeks as { exposure: number }[]
    expect(new Set(weeks.map(({ exposure }) => exposure))).toEqual(new Set([1]))
    expect(services[0]?.drift.sentence).toContain('per 100 deployments')
  })

  test('refuse what they do not know', async () => {
    const api = await openApi(openTestStore)
    await withService(api, 'checkout-api', { weeks: 1 })
    for (const [path, wrong] of [
      ['/api/v1/signals', 'environment'],
      ['/api/v1/signals?environment=moon', 'environment'],
      ['/api/v1/signals?environment=production&service=nobody', 'service'],
      ['/api/v1/signals?environment=production&per=hour', 'per'],
    ] as const) {
      const { errors } = await bodyOf<{ errors: { path: string }[] }>(await api.get(path), 400)
      expect([path, errors[0]?.path]).toEqual([path, wrong])
    }
  })
})
