import { beforeAll, describe, expect, test } from 'vitest'
import { listReleases } from '../../src/store/releases/release-list.ts'
import { deployed, type HistoryPages, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'

const DAY = 86_400_000

/** As it is imported: the last thing that happened is almost a year ago. */
describe('a history that ended', () => {
  let pages: HistoryPages
  const then = (day: number) => pages.deps.clock() - (330 - day) * DAY
  beforeAll(async () => {
    pages = await openHistory()
    await pages.tell(
      'deployments',
      ...[1, 2, 3, 4, 5, 6].map((n) => deployed(`1.${n}.0`, then(3 * n))),
      deployed('1.5.0', then(19)),
      deployed('1.7.0', then(21)),
      deployed('1.8.0-rc.1', then(22), { environment: 'staging' }),
    )
    await pages.tell('defects', seen('Totals are wrong', then(10), { version: '1.3.0', introducedIn: '1.3.0' }))
  })

  test('says unclear, not too early, of releases that waiting tells no more about', async () => {
    for (const path of ['/?env=production', '/services/checkout-api', '/releases/checkout-api/1.4.0', '/live']) {
      const text = textOf(await pages.read(path))
      expect(text, path).toMatch(/unclear/i)
      expect(text, path).not.toContain('Too early')
    }
    expect(
      textOf(await pages.read('/releases/compare?a=checkout-api@1.4.0&b=checkout-api@1.3.0')).match(/ended unclear/g),
    ).toHaveLength(4)
  })

  test('shows in the list of releases the verdict on what runs, and what became of the others', async () => {
    const rows = (await pages.read('/releases?range=')).split('<tr>').map(textOf)
    const rowOf = (version: string) => rows.find((row) => row.includes(`checkout-api ${version}`)) ?? ''
    expect(rowOf('1.7.0')).toContain('Unclear')
    expect(rowOf('1.6.0')).toContain('Rolled back')
    expect(rowOf('1.5.0')).toContain('Replaced')
    expect(rowOf('1.7.0'), 'it still runs').toMatch(/ since \d/)
    expect(rowOf('1.5.0'), 'which ran for days, not since then').toMatch(/ from \d/)
    expect(rowOf('1.5.0')).not.toContain('since')
    expect(rowOf('1.3.0')).toContain('1 defects')
    expect(rowOf('1.8.0-rc.1')).toContain('Not in production')
  })

  test('says the same of a release wherever it is named', async () => {
    const said = { '1.7.0': 'Unclear', '1.6.0': 'Rolled back', '1.5.0': 'Replaced', '1.8.0-rc.1': 'Not in production' }
    const csv = (await pages.read('/releases.csv?range=')).split('\n')
    const rows = (html: string) => html.split('<tr>').slice(1).map(textOf)
    for (const [version, sign] of Object.entries(said)) {
      for (const path of ['/releases?range=', '/services/checkout-api'])
        expect(rows(await pages.read(path)).find((row) => row.includes(version)) ?? '', path).toContain(sign)
      expect(csv.find((line) => line.startsWith(`checkout-api,${version},`))).toContain(`,${sign.toLowerCase()},`)
    }
    for (const version of ['1.7.0', '1.6.0', '1.5.0'] as const) {
      const path = `/releases/checkout-api/${version}`
      expect(textOf(await pages.read(path))).toContain(`${said[version]} in production`)
      const compared = textOf(await pages.read(`/releases/compare?a=checkout-api@${version}&b=checkout-api@1.2.0`))
      expect(compared, 'its head and the row of verdicts').toContain(said[version])
    }
    expect(textOf(await pages.read('/releases/checkout-api/1.5.0'))).toContain('Replaced in production, ended unclear')
    expect(textOf(await pages.read('/services/checkout-api'))).toContain('Replaced ended unclear')
  })

  test('judges a release where the overview does, whatever other production there is', async () => {
    const more = await openHistory()
    const at = more.deps.clock() - DAY
    await more.tell('deployments', deployed('1.0.0', at, { environment: 'canary', tier: 'production' }))
    await more.tell('deployments', deployed('1.0.0', at + 60_000))
    const { rows } = await listReleases(more.deps.store.reader, {}, { limit: 1 })
    expect(rows[0]?.inProduction?.name).toBe('production')
  })

  test('names a dozen of the defects that make a release unusual', async () => {
    const ids = Array.from({ length: 15 }, (_, i) => `f${i}`)
    const fixed = { severity: 'S1', status: 'fixed', fixedIn: '1.6.0', resolvedAt: new Date(then(18)).toISOString() }
    await pages.tell('defects', ...ids.map((id) => seen(`Fault ${id}`, then(14), { id, ...fixed })))
    const text = textOf(await pages.read('/releases/checkout-api/1.6.0'))
    expect(text).toContain('It fixes 15 defects')
    expect(text).toContain('and 3 more')
  })

  test('is found from an empty month of the calendar', async () => {
    const month = new Date(then(22)).toISOString().slice(0, 7)
    const html = await pages.read('/calendar')
    expect(textOf(html)).toContain('The last deployment before was in')
    expect(html).toContain(`href="/calendar?month=${month}"`)
    expect(await pages.read(`/calendar?month=${month}`)).not.toContain('The last deployment before')
  })

  test('says of how many deployments a metric names the last fifty', async () => {
    const more = await openHistory()
    const at = more.deps.clock() - DAY
    await more.tell('deployments', ...Array.from({ length: 51 }, (_, i) => deployed(`2.${i}.0`, at + i * 60_000)))
    const text = textOf(await more.read('/trends/delivery?service=checkout-api'))
    expect(text).toContain('The last 50 of 51 deployments counted')
  })

  test('stands in the trends, pre-releases too where nothing else is put there', async () => {
    const last = new Date(then(22)).toISOString().slice(0, 10)
    expect(await pages.read(`/trends?env=staging&until=${last}`)).toContain('in the first 14 days of 1 release')
  })
})
