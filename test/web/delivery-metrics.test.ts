import { expect, test } from 'vitest'
import { bodyOf, openApi } from '../support/api.ts'
import { day, hours } from '../support/factories.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const iso = (at: number) => new Date(at).toISOString()
const place = { service: 'checkout-api', environment: 'production' }

interface Metric {
  readonly value: number | null
  readonly numerator: number
  readonly denominator: number
  readonly rule: string
  readonly enough: boolean
  readonly numeratorIds: readonly string[]
}

describeOnEachEngine('the delivery metrics of a place', (openTestStore) => {
  /** Ten releases a day apart from day 80 on, the fourth of them rolled back after an hour; the last is two hours old. */
  async function withTenReleases() {
    const api = await openApi(openTestStore)
    const releases = Array.from({ length: 10 }, (_, i) => ({
      ...place,
      version: `1.${i}.0`,
      finishedAt: iso(i === 9 ? day(100) - hours(2) : day(80 + i)),
      commits: [
        {
          sha: `${i}`.repeat(40),
          message: 'Fix it',
          at: iso((i === 9 ? day(100) - hours(2) : day(80 + i)) - hours(5)),
        },
      ],
    }))
    const rollback = { ...place, version: '1.2.0', action: 'rollback', finishedAt: iso(day(83) + hours(1)) }
    await bodyOf(await api.post('/api/v1/deployments', [...releases, rollback]), 202)
    const metrics = async (query = '') =>
      await bodyOf<Record<string, Metric>>(
        await api.get(
          `/api/v1/metrics/delivery?service=checkout-api&environment=production&from=${iso(day(75))}${query}`,
        ),
      )
    return { api, metrics }
  }

  test('count what was rolled back as failed, and leave out what is too young to judge', async () => {
    const { metrics } = await withTenReleases()
    const { changeFailRate, deploymentReworkRate, changeLeadTime } = await metrics()
    expect(changeFailRate).toMatchObject({ numerator: 1, unripe: 1 })
    expect(changeFailRate?.value).toBeCloseTo(1 / (changeFailRate?.denominator as number), 10)
    expect(changeFailRate?.rule).toContain('production')
    expect(deploymentReworkRate).toMatchObject({ numerator: 1, denominator: 11 })
    expect(changeLeadTime).toMatchObject({ value: 5, numerator: 10, enough: true })
  })

  test('say when nothing can be said, instead of zero', async () => {
    const { metrics } = await withTenReleases()
    const { changeLeadTime, changeFailRate } = await metrics(`&to=${iso(day(76))}`)
    expect([changeLeadTime?.value, changeLeadTime?.enough]).toEqual([null, false])
    expect([changeFailRate?.value, changeFailRate?.denominator]).toEqual([null, 0])
  })

  test('lead to their rows', async () => {
    const { api, metrics } = await withTenReleases()
    const { changeFailRate } = await metrics()
    const { items } = await bodyOf<{ items: { id: string; release: { version: string } }[] }>(
      await api.get('/api/v1/deployments?limit=50'),
    )
    const failed = items.filter(({ id }) => changeFailRate?.numeratorIds.includes(id))
    expect(failed.map(({ release }) => release.version)).toEqual(['1.3.0'])
  })

  test('are of one place: both names are needed, and the period must be one', async () => {
    const { api } = await withTenReleases()
    for (const [query, path] of [
      ['service=checkout-api', 'environment'],
      ['environment=production', 'service'],
      ['service=nobody&environment=production', 'service'],
      [`service=checkout-api&environment=production&from=${iso(day(90))}&to=${iso(day(80))}`, 'from'],
      [`service=checkout-api&environment=production&from=${iso(day(90) - 400 * hours(24))}`, 'from'],
    ]) {
      const { errors } = await bodyOf<{ errors: { path: string }[] }>(
        await api.get(`/api/v1/metrics/delivery?${query}`),
        400,
      )
      expect([query, errors[0]?.path]).toEqual([query, path])
    }
  })
})
