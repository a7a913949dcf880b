import { describe, expect, test } from 'vitest'
import { readTrendScope } from '../../src/web/pages/trends-scope.ts'
import { bodyOf } from '../support/api.ts'
import { deployed, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const DAY = 86_400_000

interface ApiMetric {
  value: number | null
  numerator: number
  denominator: number
  enough: boolean
  rule: string
}

describeOnEachEngine('the trends', (openTestStore) => {
  /** Twenty releases of one service, every other one rolled back the same day; three of another. */
  async function withHistory() {
    const pages = await openHistory(openTestStore)
    const now = pages.deps.clock()
    const at = (day: number) => now - (40 - day) * DAY
    const releases = Array.from({ length: 20 }, (_, i) => i + 1)
    await pages.tell(
      'deployments',
      ...releases.flatMap((n) => [
        deployed(`1.${n}.0`, at(n)),
        ...(n % 2 === 0 ? [deployed(`1.${n - 1}.0`, at(n) + DAY / 4)] : []),
      ]),
      ...[5, 10, 15].map((n) => deployed(`2.${n}.0`, at(n), { service: 'search' })),
      deployed('9.0.0', at(20), { service: 'elsewhere', environment: 'staging' }),
    )
    await pages.tell('defects', ...[3, 4, 5].map((n) => seen(`Fault ${'x'.repeat(n)}`, at(n) + DAY / 2)))
    return { pages, now, at }
  }

  test('show the five delivery metrics of every service, each for itself, as the API gives them', async () => {
    const { pages, now } = await withHistory()
    const text = textOf(await pages.read('/trends/delivery?range=90d'))
    for (const service of ['checkout-api', 'search']) {
      const query = new URLSearchParams({
        service,
        environment: 'production',
        from: new Date(now - 90 * DAY).toISOString(),
        to: new Date(now + 1).toISOString(),
      })
      const metrics = await bodyOf<Record<string, ApiMetric>>(await pages.get(`/api/v1/metrics/delivery?${query}`))
      const { numerator, denominator } = metrics.changeFailRate as ApiMetric
      expect(text).toMatch(new RegExp(`\\b${numerator}(?: deployments?)? of ${denominator} deployment`))
    }
    expect(text).toContain('10 deployments of 30 deployments')
    expect(text).toContain('33 %')
    // Three deployments are no rate.
    expect(text).toContain('not enough data')
    expect(text).not.toContain('elsewhere')
  })

  test('of some services are of these alone, on every page of trends', async () => {
    const { pages, at } = await withHistory()
    await pages.tell('deployments', ...[3, 6].map((n) => deployed(`3.${n}.0`, at(n), { service: 'mailer' })))
    await pages.tell('defects', seen('Mail is lost', at(7), { service: 'mailer' }))
    const both = 'service=search,checkout-api&range=90d'
    const trends = await pages.read(`/trends?${both}`)
    expect(textOf(trends)).toContain('Service 2 chosen')
    expect(trends).toContain('3 defects found and 0 fixed')
    expect(await pages.read('/trends?service=mailer,search&range=90d')).toContain('1 defect found and 0 fixed')
    expect(trends).not.toMatch(/What comes back|Who notices first|Make a report/)
    expect(trends).toMatch(/href="\/defects\?[^"]*service=search,checkout-api/)
    const delivery = textOf(await pages.read(`/trends/delivery?${both}`)).split('Earlier')[1]
    expect(delivery).toMatch(/checkout-api[\s\S]*search/)
    expect(delivery).not.toContain('mailer')
    const quality = textOf(await pages.read(`/trends/quality?${both}`)).split('Earlier')[1]
    expect(quality).toMatch(/checkout-api[\s\S]*search/)
    expect(quality).not.toContain('mailer')
    expect(await (await pages.visit(`/trends/quality.csv?${both}`)).text()).not.toContain('mailer')
  })

  test('of one service say the rule, the interval, and the deployments behind a number', async () => {
    const { pages } = await withHistory()
    const html = await pages.read('/trends/delivery?service=checkout-api&range=90d')
    const text = textOf(html)
    expect(text).toContain('Failed: rolled back within 72 h')
    expect(text).toContain('with 95 % confidence')
    expect(text).toContain('The 10 deployments counted')
    expect(html).toContain('href="/releases/checkout-api/1.2.0"')
    expect(text).not.toContain('2.10.0')
    expect(html, 'a rate of 0 % may hide S3 and S4').toContain('S3 and S4 do not count')
  })

  test('count new defects for every ten deployments, month by month, with what they are made of', async () => {
    const { pages } = await withHistory()
    const html = await pages.read('/trends?range=365d')
    const found = [...html.matchAll(/title="(\d+) new defects?, (\d+) deployments?"/g)].map(
      ([, defects, deployments]) => [Number(defects), Number(deployments)],
    )
    const sum = (i: number) => found.reduce((total, pair) => total + (pair[i] as number), 0)
    expect(sum(0)).toBe(3)
    expect(sum(1)).toBe(30 + 3)
  })

  test('of another environment leave production out, and say what is not known', async () => {
    const { pages } = await withHistory()
    const staging = textOf(await pages.read('/trends/delivery?env=staging'))
    expect(staging).toContain('elsewhere')
    expect(staging).not.toContain('33 %')
    const asked = textOf(await pages.read('/trends?env=mars&service=nobody&range=1h'))
    expect(asked).toContain('Unknown environment ‘mars’')
    expect(asked).toContain('Unknown service ‘nobody’')
    expect(asked).toContain('Unknown range ‘1h’')
  })

  test('are empty when nothing happened lately, and lead to when something did', async () => {
    const pages = await openHistory(openTestStore)
    const then = pages.deps.clock() - 300 * DAY
    await pages.tell('deployments', deployed('1.0.0', then))
    await pages.tell(
      'defects',
      seen('Fixed long after', then - DAY, {
        ...{ id: 'a', status: 'fixed' },
        resolvedAt: new Date(then + 100 * DAY).toISOString(),
      }),
      seen('Seen after', then + 50 * DAY, { id: 'b' }),
    )
    const day = new Date(then).toISOString().slice(0, 10)
    for (const path of ['/trends', '/trends/delivery']) {
      const html = await pages.read(`${path}?env=production`)
      expect(textOf(html)).toContain('in the last 90 days. The last deployment before that was on')
      expect(html).toContain(`href="${path}?env=production&amp;range=90d&amp;until=${day}"`)
    }
    const text = textOf(await pages.read(`/trends?env=production&range=90d&until=${day}`))
    expect(text).toContain('1 defect found and 0 fixed. Open defects went from 0 to 1.')
    expect(textOf(await pages.read(`/trends/delivery?until=${day}`))).toContain('production, 90 days up to')
    const last = await pages.read(`/trends?until=${new Date(then + 100 * DAY).toISOString().slice(0, 10)}`)
    expect(last).toContain('1 defect found and 1 fixed. Open defects went from 1 to 1.')
  })

  test('are empty, and say so, before anything was deployed', async () => {
    const pages = await openHistory(openTestStore)
    expect(textOf(await pages.read('/trends'))).toContain('No deployments yet.')
  })
})

describe('the stretch of time', () => {
  test('is ninety days of production unless something else is asked for', () => {
    const known = { environments: [{ name: 'eu' }, { name: 'production' }], services: [] }
    const scope = readTrendScope({}, known, { now: 100 * DAY, zone: 'UTC' })
    expect(scope).toMatchObject({
      environment: { name: 'production' },
      service: undefined,
      from: 10 * DAY + 1,
      remarks: [],
    })
    expect(readTrendScope({ range: '30d', env: 'eu' }, known, { now: 100 * DAY, zone: 'UTC' })).toMatchObject({
      environment: { name: 'eu' },
      from: 70 * DAY + 1,
    })
  })

  test('ends at the end of the day asked for, on the clocks of the zone, and has one before and one after', () => {
    const known = { environments: [{ name: 'production' }], services: [] }
    const now = Date.UTC(2026, 10, 26, 12)
    const asked = (until: string) => readTrendScope({ range: '30d', until }, known, { now, zone: 'America/New_York' })
    expect(asked('2024-12-31')).toMatchObject({
      ...{ from: Date.UTC(2024, 11, 2, 5), to: Date.UTC(2025, 0, 1, 5) },
      ...{ until: '2024-12-31', span: '30 days up to 31 Dec 2024', remarks: [] },
      ...{ earlier: { range: '30d', until: '2024-12-01' }, later: { range: '30d', until: '2025-01-30' } },
    })
    expect(asked('2026-11-10').later).toEqual({ range: '30d', until: undefined })
    // A day that is not over, or not yet come, is no end.
    expect(asked('2026-11-26')).toMatchObject({ to: now + 1, until: undefined, span: 'last 30 days', later: undefined })
    expect(asked('2024-02-30').remarks).toEqual(['‘2024-02-30’ is no day. Showing what was up to now.'])
  })

  test('is named by its ends, on the clocks of the zone, unless a range or a last day is', () => {
    const known = { environments: [{ name: 'production' }], services: [] }
    const now = Date.UTC(2026, 10, 26, 12)
    const read = (asked: Parameters<typeof readTrendScope>[0]) =>
      readTrendScope(asked, known, { now, zone: 'America/New_York' })
    const days = read({ from: '2026-11-02', to: '2026-11-05' })
    expect(days).toMatchObject({
      ...{ from: Date.UTC(2026, 10, 2, 5), to: Date.UTC(2026, 10, 6, 5), remarks: [] },
      ...{ range: { key: '', days: 4 }, until: undefined, span: '4 d asked for' },
      time: { from: '2026-11-02T05:00:00Z', to: '2026-11-06T05:00:00Z' },
      earlier: { from: '2026-10-29T05:00:00Z', to: '2026-11-02T05:00:00Z' },
      later: { from: '2026-11-06T05:00:00Z', to: '2026-11-10T05:00:00Z' },
    })
    expect(read({ from: '2026-11-26T06:00:00Z', to: '2026-11-26T12:00:00Z' })).toMatchObject({ range: { days: 0.25 } })
    expect(read({ from: '2026-11-26T06:00:00Z' })).toMatchObject({ to: now + 1, later: undefined })
    // What comes after is not longer than the time there was.
    expect(read({ from: '2026-11-21', to: '2026-11-24' }).later).toEqual({
      from: new Date(now + 1 - 4 * DAY).toISOString(),
      to: new Date(now + 1).toISOString(),
    })
    for (const other of [{ range: '30d' }, { until: '2026-11-01' }])
      expect(read({ ...other, from: '2026-11-02', to: '2026-11-05' })).toMatchObject({
        ...{ absolute: undefined, remarks: [] },
        time: { until: undefined, ...{ range: '90d', ...other } },
      })
  })

  test.each([
    [{ from: 'last week' }, '‘last week’ is neither a day'],
    [{ from: '2026-11-06', to: '2026-11-05T00:00:00Z' }, 'ends before it begins'],
    [{ to: '2026-11-05' }, 'begins with `from`'],
    [{ from: '2026-12-01' }, 'has not come yet'],
    [{ from: '2024-01-01', to: '2026-01-01' }, 'a year at most'],
  ])('named by ends that are none, %o, is refused in words', (asked, words) => {
    const known = { environments: [{ name: 'production' }], services: [] }
    const scope = readTrendScope(asked, known, { now: Date.UTC(2026, 10, 26, 12), zone: 'UTC' })
    expect(scope).toMatchObject({ absolute: undefined, range: { key: '90d' } })
    expect(scope.remarks.join(' ')).toContain(words)
    expect(scope.remarks.at(-1)).toBe('Showing the last 90 days.')
  })
})
