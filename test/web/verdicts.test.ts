import { expect, test } from 'vitest'
import { type Api, bodyOf, openApi } from '../support/api.ts'
import { day, hours } from '../support/factories.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const iso = (at: number) => new Date(at).toISOString()
const place = { service: 'checkout-api', environment: 'production' }

interface Gate {
  readonly pass: boolean
  readonly verdict: string
  readonly reasons: readonly string[]
}

/** Six quiet weeks of one release each with one defect, then 2.0.0 on day 90 with `defects` in its first two hours. */
async function afterSixQuietReleases(api: Api, defects: number, severity = 'S3') {
  const deployments = Array.from({ length: 6 }, (_, i) => ({
    ...place,
    version: `1.${i}.0`,
    finishedAt: iso(day(48 + 7 * i)),
  }))
  await bodyOf(
    await api.post('/api/v1/deployments', [...deployments, { ...place, version: '2.0.0', finishedAt: iso(day(90)) }]),
    202,
  )
  const earlier = deployments.map(({ version }, i) => ({
    ...place,
    id: `E${i}`,
    title: `Sometimes slow ${version}`,
    severity: 'S3',
    version,
    occurredAt: iso(day(48 + 7 * i) + hours(30)),
    status: 'fixed',
  }))
  const own = Array.from({ length: defects }, (_, i) => ({
    ...place,
    id: `N${i}`,
    title: `Fails in way ${'abcdefghijklmnop'[i]}`,
    severity,
    version: '2.0.0',
    occurredAt: iso(day(90) + (i + 1) * hours(0.15)),
  }))
  await bodyOf(await api.post('/api/v1/defects', [...earlier, ...own]), 202)
}

const gate = async (api: Api, more = '') =>
  await bodyOf<Gate>(await api.get(`/api/v1/releases/checkout-api/2.0.0/gate?environment=production${more}`))

describeOnEachEngine('the gate for CI', (openTestStore) => {
  test('stops a release with far more defects than earlier ones had at its age, and says so with the numbers', async () => {
    const api = await openApi(openTestStore)
    await afterSixQuietReleases(api, 12)
    const { pass, verdict, reasons } = await gate(api)
    expect({ pass, verdict }).toEqual({ pass: false, verdict: 'suspect' })
    expect(reasons[0]).toMatch(/^Worse than earlier releases: 12 /)
  })

  test('lets a release through that is as quiet as the others, and takes other verdicts for good when told', async () => {
    const api = await openApi(openTestStore)
    await afterSixQuietReleases(api, 0)
    const quiet = await gate(api)
    expect(quiet.pass).toBe(quiet.verdict === 'healthy')
    expect(await gate(api, `&accept=${encodeURIComponent(quiet.verdict)}`)).toEqual({ ...quiet, pass: true })
    expect((await gate(api, '&accept=suspect')).pass).toBe(false)
  })

  test('says that it is too early where there is nothing to compare with', async () => {
    const api = await openApi(openTestStore)
    await bodyOf(await api.post('/api/v1/deployments', { ...place, version: '2.0.0', finishedAt: iso(day(90)) }), 202)
    const { pass, verdict, reasons } = await gate(api)
    expect({ pass, verdict }).toEqual({ pass: false, verdict: 'too early' })
    expect(reasons[0]).toContain('needs 4 earlier releases of checkout-api in production')
  })

  test('names what it does not know', async () => {
    const api = await openApi(openTestStore)
    await afterSixQuietReleases(api, 0)
    const at = '/api/v1/releases/checkout-api/2.0.0/gate'
    for (const [path, status, said] of [
      [at, 400, 'environment'],
      [`${at}?environment=nowhere`, 400, 'there is no environment \\"nowhere\\"'],
      [`${at}?environment=production&accept=fine`, 400, 'accept'],
      ['/api/v1/releases/checkout-api/9.9.9/gate?environment=production', 404, 'The nearest are 2.0.0'],
    ] as const) {
      const response = await api.get(path)
      expect([path, response.status]).toEqual([path, status])
      expect(await response.text()).toContain(said)
    }
  })

  test('a token without the scope read is refused', async () => {
    const api = await openApi(openTestStore)
    await afterSixQuietReleases(api, 0)
    const headers = { Authorization: `Bearer ${await api.token('deployments:write')}` }
    const at = '/api/v1/releases/checkout-api/2.0.0/gate?environment=production'
    expect((await api.app.request(at, { headers })).status).toBe(403)
  })
})

describeOnEachEngine('the verdicts on a release', (openTestStore) => {
  test('come one for each environment it reached, production first, with the comparison', async () => {
    const api = await openApi(openTestStore)
    await afterSixQuietReleases(api, 12)
    await bodyOf(
      await api.post('/api/v1/deployments', {
        ...place,
        environment: 'staging',
        version: '2.0.0',
        finishedAt: iso(day(89)),
      }),
      202,
    )
    const { verdicts } = await bodyOf<{ verdicts: Record<string, unknown>[] }>(
      await api.get('/api/v1/releases/checkout-api/2.0.0'),
    )
    expect(verdicts.map(({ environment, verdict }) => [environment, verdict])).toEqual([
      ['production', 'suspect'],
      ['staging', 'too early'],
    ])
    expect(verdicts[0]).toMatchObject({
      method: 'verdict-v1',
      comparison: { word: 'worse', found: 12, earlierReleases: 6 },
      reasons: expect.arrayContaining([expect.objectContaining({ kind: 'more-than-before', speaks: 'against' })]),
    })
    expect(verdicts[1]).toMatchObject({ comparison: null })
  })

  test('what a person says no change caused is not held against a release', async () => {
    const api = await openApi(openTestStore)
    await afterSixQuietReleases(api, 12)
    const { items } = await bodyOf<{ items: { id: string; title: string }[] }>(
      await api.get('/api/v1/defects?limit=50'),
    )
    for (const { id } of items.filter(({ title }) => title.startsWith('Fails in way')))
      await bodyOf(
        await api.patch(`/api/v1/defects/${id}`, {
          attribution: { decision: 'not-a-change' },
          reason: 'The provider was down.',
        }),
      )
    expect((await gate(api)).verdict).not.toBe('suspect')
  })
})
