import { describe, expect, test } from 'vitest'
import { saveReport } from '../../src/operations/reports/make-report.ts'
import { listAuditChain } from '../../src/store/audit/audit-entries.ts'
import { bodyOf } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { deployed, type HistoryPages, openHistory, seen } from '../support/history-pages.ts'
import { textOf, YES } from '../support/pages.ts'
import { aReport } from '../support/reports.ts'
import { describeOnEachEngine, type OpenTestStore, testStoresOn } from '../support/stores.ts'

const DAY = 86_400_000
const ACTOR = { kind: 'person', id: 'user:1', name: 'Ana', address: null } as const

async function withHistory(openTestStore: OpenTestStore, role = 'admin'): Promise<HistoryPages> {
  const pages = await openHistory(openTestStore, { role })
  await pages.tell('deployments', deployed('a', day(1)), deployed('b', day(99)))
  await pages.tell('defects', seen('Capture fails', day(99.5), { severity: 'S1', version: 'b' }))
  return pages
}

const keep = (pages: HistoryPages, more: Parameters<typeof aReport>[0] = {}) =>
  saveReport(pages.store, aReport(more), { actor: ACTOR, now: pages.deps.clock() })

const RELEASE = { kind: 'release', service: 'checkout-api', version: 'b' }
const PERIOD = { kind: 'period', of: '', env: 'production', from: '2026-05-25', to: '2026-06-08' }

describeOnEachEngine('the pages of reports', (openTestStore) => {
  test('make one of a release, which stays as it was', async () => {
    const pages = await withHistory(openTestStore)
    expect(await pages.read('/releases/checkout-api/b')).toContain('href="/reports?service=checkout-api&amp;version=b"')
    expect(await pages.read('/reports?service=checkout-api&version=b')).toContain('value="b"')
    const made = await pages.submit('/reports', RELEASE)
    expect([made.status, made.headers.get('Location')]).toEqual([303, '/reports/1'])
    const before = textOf(await pages.read('/reports/1'))
    expect(before).toContain('checkout-api b')
    expect(before).toContain('PF-1 Capture fails')
    expect(before).toMatch(/Made 2026-06-09 00:00 UTC by Ana from data up to 00:00/)
    expect(before).not.toContain('Newer data exists')
    await pages.tell('defects', seen('Everything fails', day(99.6), { severity: 'S1', version: 'b' }))
    expect(textOf(await pages.read('/reports/1'))).not.toContain('Everything fails')
    expect(textOf(await pages.read('/reports'))).toContain('checkout-api b a release')
  })

  test('make one of a period, by days of the reader’s zone', async () => {
    const pages = await withHistory(openTestStore)
    await pages.store.db.updateTable('users').set({ time_zone: 'Europe/Berlin' }).execute()
    expect((await pages.submit('/reports', PERIOD)).status).toBe(303)
    const { snapshot_json } = await pages.store.db
      .selectFrom('report_snapshots')
      .select('snapshot_json')
      .executeTakeFirstOrThrow()
    expect(JSON.parse(snapshot_json)).toMatchObject({
      subject: { from: Date.parse('2026-05-24T22:00:00Z'), to: Date.parse('2026-06-08T22:00:00Z') },
      zone: 'Europe/Berlin',
      title: 'All services in production, 25 May to 8 Jun 2026',
    })
    const text = textOf(await pages.read('/reports/1'))
    expect(text).toContain('1 defect was found and no defects fixed, in 1 deployment.')
    expect(text).toContain('Times in Europe/Berlin.')
  })

  test('say when something came in since', async () => {
    const pages = await withHistory(openTestStore)
    await keep(pages, { dataUntil: pages.deps.clock() - 1 })
    await keep(pages, { dataUntil: pages.deps.clock() })
    expect(textOf(await pages.read('/reports/1'))).toContain('Newer data exists')
    expect(textOf(await pages.read('/reports/2'))).not.toContain('Newer data exists')
  })

  test.each([
    [{ ...RELEASE, version: 'zz' }, 'There is no release ‘zz’ of ‘checkout-api’.'],
    [{ ...PERIOD, of: 'nobody' }, 'There is no service ‘nobody’.'],
    [{ ...PERIOD, env: 'moon' }, 'Choose an environment.'],
    [{ ...PERIOD, from: 'yesterday' }, 'Enter the first day as a date.'],
    [{ ...PERIOD, to: '2026-02-30' }, 'Enter the last day as a date.'],
    [{ ...PERIOD, to: '2026-05-01' }, 'The last day is before the first.'],
    [{ ...PERIOD, from: '2024-01-01' }, 'A report covers 400 days at most.'],
    [{ ...PERIOD, from: '2027-01-01', to: '2027-01-02' }, 'The first day is yet to come.'],
  ])('refuse %j', async (form, words) => {
    const pages = await withHistory(openTestStore)
    const answer = await pages.submit('/reports', form)
    expect(answer.status).toBe(422)
    expect(textOf(await answer.text())).toContain(words)
  })

  test('give files of it, which no spreadsheet or reader takes for more than text', async () => {
    const pages = await openHistory(openTestStore)
    await keep(pages)
    const csv = await pages.visit('/reports/1/defects.csv')
    expect(csv.headers.get('Content-Disposition')).toBe('attachment; filename="report-1-defects.csv"')
    expect(await csv.text()).toContain(`PF-7,"'=HYPERLINK(""https://evil.example"") | *broken*",S1,open`)
    const markdown = await pages.read('/reports/1/report.md')
    expect(markdown).toContain('# All services in production, 1 to 7 Jan 2026')
    expect(markdown).toContain('\\*broken\\*')
    expect(markdown).toContain('\\| \\*broken')
    expect(markdown).toContain('and 1 more')
    const html = await pages.read('/reports/1/report.html')
    expect(textOf(html)).toContain('All services in production, 1 to 7 Jan 2026')
    // It stands by itself.
    expect(html).not.toMatch(/<(script|link|img|form|iframe)\b|@font-face|url\((?!data:)/)
    const addresses = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href as string)
    expect(addresses.length).toBeGreaterThan(2)
    expect(addresses.filter((href) => !/^(#|https?:)/.test(href))).toEqual([])
    const json = await (await pages.visit('/reports/1/report.json')).json()
    expect(json).toMatchObject({ format: 1, title: aReport().title, madeAt: new Date(day(8)).toISOString() })
    expect(await bodyOf(await pages.get('/api/v1/reports/1'))).toMatchObject({ id: '1', kind: 'period', report: json })
    for (const name of ['report.html', 'report.md', 'defects.csv', 'report.json'])
      await pages.read(`/reports/2/${name}`, 404)
  })

  test('delete it, and every link to it', async () => {
    const pages = await openHistory(openTestStore)
    await keep(pages)
    const link = await share(pages)
    const typed = { ...YES, typedName: ` ${aReport().title.toUpperCase().replaceAll('–', '-')}` }
    expect((await pages.submit('/reports/1/removal', typed)).status).toBe(303)
    await pages.read('/reports/1', 404)
    expect((await pages.app.request(link)).status).toBe(404)
    expect((await pages.submit('/reports/1/removal', typed)).status).toBe(404)
  })
})

describeOnEachEngine('the API of reports', (openTestStore) => {
  test('lists them, newest first, page by page and by service', async () => {
    const pages = await withHistory(openTestStore)
    await keep(pages)
    await pages.submit('/reports', RELEASE)
    const first = await bodyOf<{ items: { id: string; service: string | null }[]; next: string }>(
      await pages.get('/api/v1/reports?limit=1'),
    )
    expect(first.items).toMatchObject([{ id: '2', service: 'checkout-api', kind: 'release' }])
    const rest = await bodyOf(await pages.get(`/api/v1/reports?limit=1&cursor=${first.next}`))
    expect(rest).toMatchObject({ items: [{ id: '1', service: null }], next: null })
    const own = await bodyOf<{ items: unknown[] }>(await pages.get('/api/v1/reports?service=checkout-api'))
    expect(own.items).toHaveLength(1)
    expect((await pages.get('/api/v1/reports?service=nobody')).status).toBe(400)
    for (const id of ['9', '0', 'x']) expect((await pages.get(`/api/v1/reports/${id}`)).status).toBe(404)
  })
})

describeOnEachEngine('planned reports', (openTestStore) => {
  test('are offered as a weekly digest, which is off until somebody switches it on', async () => {
    const pages = await withHistory(openTestStore)
    expect(textOf(await pages.read('/reports'))).toContain('Weekly digest of all services off; weeks in UTC')
    expect(await pages.store.db.selectFrom('report_schedules').select('id').execute()).toEqual([])
    const digest = { cadence: 'weekly', service: '' }
    expect((await pages.submit('/reports/schedules', digest)).headers.get('Location')).toBe('/reports#plans')
    const page = textOf(await pages.read('/reports'))
    expect(page).toMatch(/Every week, when it is over all services UTC Ana On \d+ \w{3} (\d{4} )?00:00 UTC/)
    expect(page).toContain('No channel tells of them yet')
    const again = await pages.submit('/reports/schedules', digest)
    expect([again.status, textOf(await again.text()).includes('This is planned already.')]).toEqual([422, true])
    await pages.submit('/reports/schedules/1/switch', { on: 'no' })
    expect(textOf(await pages.read('/reports'))).toContain('all services UTC Ana Off –')
    await pages.submit('/reports/schedules/1/removal', YES)
    expect(textOf(await pages.read('/reports'))).toContain('Weekly digest of all services off')
    expect((await pages.submit('/reports/schedules/1/removal', YES)).status).toBe(404)
  })
})

/** The path of a fresh link, as the page shows it once. */
async function share(pages: HistoryPages, form: Record<string, string> = {}): Promise<string> {
  const page = await (await pages.submit('/reports/1/links', { days: '7', ...form })).text()
  const [, path] = /https?:\/\/[^/\s]+(\/r\/[\w-]{43})/.exec(page) ?? []
  if (!path) throw new Error(`no link on the page: ${textOf(page)}`)
  return path
}

describeOnEachEngine('a link to a report', (openTestStore) => {
  test('lets whoever has it read the report, and go nowhere from there', async () => {
    const pages = await openHistory(openTestStore)
    await keep(pages)
    const answer = await pages.app.request(await share(pages))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    expect(answer.headers.get('X-Robots-Tag')).toBe('noindex, nofollow')
    const page = await answer.text()
    expect(page).toContain('<meta name="robots" content="noindex, nofollow"')
    expect(textOf(page)).toContain(aReport().title)
    expect(textOf(page)).toContain('Ben Ito')
    for (const way of ['<a ', '<form', '<script', '<nav', 'hx-']) expect(page).not.toContain(way)
  })

  test('shows no people where they are hidden', async () => {
    const pages = await openHistory(openTestStore)
    await keep(pages)
    const page = await (await pages.app.request(await share(pages, { hide: 'people' }))).text()
    expect(page).toContain('PF-7')
    for (const name of ['Ana Roe', 'Ben Ito', 'Cleo Dent', 'Dora Fry', 'Because Ana']) expect(page).not.toContain(name)
  })

  test('shows no people in titles either: who has an account, and who wrote what is in the releases', async () => {
    const pages = await openHistory(openTestStore)
    const commits = [{ sha: 'a'.repeat(40), message: 'Fix', author: 'Eva Moe <eva@b.example>' }]
    await pages.tell('deployments', { ...deployed('4.18.0', day(1)), commits })
    await pages.store.db.updateTable('users').set({ name: 'Finn Oak' }).execute()
    const [row] = aReport().defects.rows
    const title = 'Eva Moe, finn oak and carl@c.example cannot pay'
    await keep(pages, { defects: { rows: [{ ...row, title } as never], count: 1, atLeast: false } })
    const opened = async (more?: Record<string, string>) =>
      textOf(await (await pages.app.request(await share(pages, more))).text())
    expect(await opened()).toContain(title)
    expect(await opened({ hide: 'people' })).toContain('[person], [person] and [person] cannot pay')
  })

  test('is known to the store by its hash alone, and shown once', async () => {
    const pages = await openHistory(openTestStore)
    await keep(pages)
    const token = (await share(pages)).slice('/r/'.length)
    expect(JSON.stringify(await pages.store.db.selectFrom('report_links').selectAll().execute())).not.toContain(token)
    expect(JSON.stringify(await listAuditChain(pages.store.db, 0, 100))).not.toContain(token)
    expect(JSON.stringify(pages.logged)).not.toContain(token)
    expect(await pages.read('/reports/1')).not.toContain(token)
  })

  test('is not in the log when the server fails over it', async () => {
    const pages = await openHistory(openTestStore)
    await pages.store.db.schema.dropTable('report_links').execute()
    expect((await pages.app.request('/r/a-secret-in-the-address')).status).toBe(500)
    expect(JSON.stringify(pages.logged)).toContain('/r/…')
    expect(JSON.stringify(pages.logged)).not.toContain('a-secret-in-the-address')
  })

  test('answers the same when unknown, expired or ended', async () => {
    let now = day(100)
    const pages = await openHistory(openTestStore, { clock: () => now })
    await keep(pages)
    const [expiring, ended] = [await share(pages, { days: '1' }), await share(pages)]
    expect((await pages.submit('/reports/1/links/2/ending', YES)).status).toBe(303)
    now += DAY
    const answers = await Promise.all(
      [expiring, ended, `/r/${'A'.repeat(43)}`, '/r/x'].map(async (path) => {
        const answer = await pages.app.request(path)
        const headers = ['Cache-Control', 'X-Robots-Tag', 'Content-Type'].map((name) => answer.headers.get(name))
        return [answer.status, ...headers, await answer.text()]
      }),
    )
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]?.[0]).toBe(404)
    expect((await pages.app.request(expiring)).status).toBe(404)
  })

  test('works until it expires, seven days unless told otherwise', async () => {
    let now = day(100)
    const pages = await openHistory(openTestStore, { clock: () => now })
    await keep(pages)
    const link = await share(pages, { days: '9999' })
    now += 7 * DAY - 1
    expect((await pages.app.request(link)).status).toBe(200)
    now += 1
    expect((await pages.app.request(link)).status).toBe(404)
  })

  test('is counted when opened, and in the audit log when made and ended', async () => {
    const pages = await openHistory(openTestStore)
    await keep(pages)
    const link = await share(pages, { hide: 'people' })
    expect(textOf(await pages.read('/reports/1'))).toContain('hidden never End… link 1')
    for (const _ of [1, 2]) await pages.app.request(link)
    expect(textOf(await pages.read('/reports/1'))).toContain('2 times, last')
    await pages.submit('/reports/1/links/1/ending', YES)
    await pages.submit('/reports/1/links/1/ending', YES)
    expect(textOf(await pages.read('/reports/1'))).toMatch(/ended \S+ by Ana/)
    const entries = (await listAuditChain(pages.store.db, 0, 100)).slice(-2)
    expect(entries.map(({ action, changeJson }) => [action, JSON.parse(changeJson)])).toEqual([
      ['report.shared', { link: 1, days: 7, people: 'hidden' }],
      ['report.unshared', { link: 1 }],
    ])
  })

  test('of another report cannot be ended from this one', async () => {
    const pages = await openHistory(openTestStore)
    await keep(pages)
    await keep(pages)
    const link = await share(pages)
    await pages.submit('/reports/2/links/1/ending', YES)
    expect((await pages.app.request(link)).status).toBe(200)
  })

  test('is not looked at for an address that tried too many wrong ones, for a minute', async () => {
    let now = day(100)
    const pages = await openHistory(openTestStore, { clock: () => now })
    await keep(pages)
    const link = await share(pages)
    for (let i = 0; i < 20; i++) expect((await pages.app.request(`/r/guess-${i}`)).status).toBe(404)
    const blocked = await pages.app.request(link)
    expect([blocked.status, blocked.headers.get('Retry-After')]).toEqual([429, '60'])
    now += 60_000
    expect((await pages.app.request(link)).status).toBe(200)
  })

  test('there are twenty of at a time', async () => {
    const pages = await openHistory(openTestStore)
    await keep(pages)
    for (let i = 0; i < 20; i++) await share(pages)
    expect((await pages.submit('/reports/1/links', { days: '7' })).status).toBe(422)
    await pages.submit('/reports/1/links/3/ending', YES)
    await share(pages)
  })
})

describe('who may', () => {
  test.each([
    ['viewer', 403, 403],
    ['engineer', 303, 403],
    ['release-manager', 303, 200],
  ])('a %s makes reports: %d, and shares them: %d', async (role, makes, shares) => {
    const pages = await withHistory(testStoresOn('sqlite'), role)
    await keep(pages)
    expect((await pages.submit('/reports', RELEASE)).status).toBe(makes)
    expect((await pages.submit('/reports/1/links', { days: '7' })).status).toBe(shares)
  })

  test('somebody limited to some services makes reports of these alone', async () => {
    const pages = await withHistory(testStoresOn('sqlite'), 'release-manager')
    await pages.tell('deployments', deployed('1', day(99), { service: 'ledger' }))
    await keep(pages)
    await pages.store.db.updateTable('users').set({ services: '["ledger"]' }).execute()
    expect((await pages.submit('/reports', RELEASE)).status).toBe(403)
    expect((await pages.submit('/reports', PERIOD)).status).toBe(403)
    expect((await pages.submit('/reports/1/links', { days: '7' })).status).toBe(403)
    expect((await pages.submit('/reports/1/removal', YES)).status).toBe(403)
    expect((await pages.submit('/reports/schedules', { cadence: 'weekly', service: '' })).status).toBe(403)
    const own = { kind: 'release', service: 'ledger', version: '1' }
    expect((await pages.submit('/reports', own)).headers.get('Location')).toBe('/reports/2')
    expect((await pages.submit('/reports/2/links', { days: '7' })).status).toBe(200)
  })
})
