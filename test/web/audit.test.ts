import { parse } from 'csv-parse/sync'
import { expect, test } from 'vitest'
import { recordAudit } from '../../src/operations/audit/record-audit.ts'
import { day } from '../support/factories.ts'
import { openPages, textOf } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore, testStoresOn } from '../support/stores.ts'

const ANA = { kind: 'person', id: 'user:1', name: 'Ana Roe', address: '192.0.2.7' } as const
const CI = { kind: 'token', id: 'token:3', name: '=CI', address: '192.0.2.8' } as const

async function openLog(openTestStore: OpenTestStore, role = 'admin') {
  const pages = await openPages(openTestStore, { role })
  const record = (actor: typeof ANA | typeof CI, id: number, at: number) =>
    pages.store.transaction((trx) =>
      recordAudit(
        trx,
        {
          actor,
          action: 'defect.severity-changed',
          subject: { kind: 'defect', id, name: `PF-${id}` },
          change: { from: 'S3', to: 'S1' },
        },
        at,
      ),
    )
  await record(ANA, 7, day(10))
  await record(CI, 8, day(11))
  await pages.store.transaction((trx) =>
    recordAudit(
      trx,
      { actor: ANA, action: 'source.created', subject: { kind: 'source', id: 'hub', name: '<b>Hub</b>' } },
      day(12),
    ),
  )
  return { ...pages, record }
}

describeOnEachEngine('the page of the audit log', (openTestStore) => {
  test('tells who did what to what, from where, and leads there', async () => {
    const { read } = await openLog(openTestStore)
    const html = await read('/admin/audit')
    const text = textOf(html)
    expect(text).toContain('Ana Roe 192.0.2.7')
    expect(text).toContain('=CI API token, 192.0.2.8')
    expect(text).toContain('changed the severity of PF-7')
    expect(text).toContain('S3 → S1')
    expect(html).toContain('href="/defects/PF-7"')
    expect(html).not.toContain('<b>Hub</b>')
  })

  test('is narrowed by who, what, subject and days', async () => {
    const { read } = await openLog(openTestStore)
    const entries = async (query: string) =>
      [
        ...textOf(await read(`/admin/audit?${query}`)).matchAll(
          /severity of (PF-\d)|created the source (hub|<b>Hub<\/b>)/gi,
        ),
      ].map(([, defect, source]) => defect ?? source)
    expect(await entries('who=Ana+Roe&what=defects')).toEqual(['PF-7'])
    expect(await entries('who=%3DCI')).toEqual(['PF-8'])
    expect(await entries('subject=defect:8')).toEqual(['PF-8'])
    expect(await entries('subject=defect')).toEqual(['PF-8', 'PF-7'])
    const on = (at: number) => new Date(at).toISOString().slice(0, 10)
    expect(await entries(`from=${on(day(11))}&to=${on(day(11))}`)).toEqual(['PF-8'])
    expect(textOf(await read('/admin/audit?what=nonsense&from=tomorrow'))).toContain('Unknown kind ‘nonsense’')
  })

  test('goes on page by page, without one twice', async () => {
    const { read, record } = await openLog(openTestStore)
    for (let id = 100; id < 160; id++) await record(ANA, id, day(13))
    const first = await read('/admin/audit?subject=defect')
    const older = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll('&amp;', '&') as string
    const idsIn = (html: string) => [...html.matchAll(/severity of <a href="\/defects\/PF-(\d+)"/g)].map(([, id]) => id)
    const ids = [...idsIn(first), ...idsIn(await read(older))]
    expect(ids).toHaveLength(62)
    expect(new Set(ids).size).toBe(62)
  })

  test('leaves as CSV, which no spreadsheet runs', async () => {
    const { visit } = await openLog(openTestStore)
    const answer = await visit('/admin/audit.csv?what=defects')
    const rows = parse(await answer.text(), { bom: true, columns: true })
    expect(rows).toMatchObject([
      { actor: "'=CI", action: 'defect.severity-changed', subject: 'PF-8', change: '{"from":"S3","to":"S1"}' },
      { actor: 'Ana Roe', subject_id: '7', address: '192.0.2.7' },
    ])
  })
})

test.each(['viewer', 'member', 'release-manager'])(
  'a %s reads neither the audit log nor the system page',
  async (role) => {
    const { visit } = await openLog(testStoresOn('sqlite'), role)
    for (const path of ['/admin/audit', '/admin/audit.csv', '/admin/system'])
      expect((await visit(path)).status).toBe(403)
  },
)

describeOnEachEngine('the page on the system', (openTestStore) => {
  test('tells how the server is doing, and no secret', async () => {
    const { read, deps } = await openLog(openTestStore)
    const html = await read('/admin/system')
    const text = textOf(html)
    expect(text).toContain(openTestStore.engine === 'sqlite' ? 'SQLite' : 'PostgreSQL')
    expect(text).toContain(`Key in use ${deps.secretBox.keyId}`)
    expect(text).toMatch(/Migrations \d+, the last 2026/)
    expect(text).toMatch(/Audit log \d+ entries/)
    expect(html).not.toContain('a-secret-for-the-tests')
  })
})
