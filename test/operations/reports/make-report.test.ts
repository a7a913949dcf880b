import { expect, test } from 'vitest'
import type { ReportSnapshot } from '../../../src/core/reports/snapshot.ts'
import { stretchAround } from '../../../src/core/time/calendar.ts'
import { divisionsOf, trendsOf } from '../../../src/core/trends/trends.ts'
import {
  removeReport,
  saveReport,
  snapshotPeriod,
  snapshotRelease,
} from '../../../src/operations/reports/make-report.ts'
import { readSnapshot, writeSnapshot } from '../../../src/operations/reports/stored-snapshot.ts'
import { listAuditChain } from '../../../src/store/audit/audit-entries.ts'
import { listEnvironmentChoices } from '../../../src/store/overview/overview-queries.ts'
import { findReport, listReports } from '../../../src/store/reports/report-snapshots.ts'
import { findService } from '../../../src/store/services/services.ts'
import { loadTrendFacts } from '../../../src/store/trends/load.ts'
import { day, hours } from '../../support/factories.ts'
import { deployed, type HistoryPages, iso, openHistory, seen } from '../../support/history-pages.ts'
import { textOf } from '../../support/pages.ts'
import { aReport } from '../../support/reports.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const DAY = 86_400_000
const WORDS = ['Cart', 'Search', 'Login', 'Mail', 'Stock', 'Prices']
const ACTOR = { kind: 'person', id: 'user:1', name: 'Ana', address: null } as const

/** Six releases with two defects apiece before 4.18.0, live since day 90 with four; a failed and a rolled back one. */
async function withHistory(openTestStore: OpenTestStore): Promise<HistoryPages> {
  const pages = await openHistory(openTestStore)
  const before = WORDS.map((_, i) => day(90 - 3 * (WORDS.length - i)))
  await pages.tell(
    'deployments',
    ...before.map((at, i) => deployed(`4.${i}.0`, at, { actor: 'ben' })),
    deployed('4.18.0', day(89), { status: 'failed' }),
    deployed('4.18.0', day(90)),
    deployed('1.0.0', day(88), { service: 'ledger' }),
    deployed('1.1.0', day(92), { service: 'ledger' }),
    deployed('1.0.0', day(93), { service: 'ledger', action: 'rollback' }),
  )
  await pages.tell(
    'defects',
    ...before.flatMap((at, i) => [
      seen(`${WORDS[i]} breaks`, at + hours(2), { id: `a${i}`, severity: 'S2' }),
      seen(`${WORDS[i]} is slow`, at + hours(40), { id: `b${i}` }),
    ]),
    ...['Refunds', 'Totals', 'Vouchers'].map((what, i) =>
      seen(`${what} fail`, day(90) + hours(i + 1), { id: `c${i}`, version: '4.18.0' }),
    ),
    seen('Capture fails', day(90) + hours(4), { id: 'd', severity: 'S1', version: '4.18.0' }),
    seen('Interest is wrong', day(92) + hours(4), { id: 'e', service: 'ledger' }),
  )
  const fix = (title: string, seenAt: number, id: string, at: number) =>
    pages.tell('defects', seen(title, seenAt, { id, status: 'fixed', resolvedAt: iso(at) }))
  await fix('Cart breaks', day(72) + hours(2), 'a0', day(91))
  await fix('Totals fail', day(90) + hours(2), 'c1', day(92))
  await fix('Vouchers fail', day(90) + hours(3), 'c2', day(99))
  return pages
}

const maker = (pages: HistoryPages, zone = 'UTC') => ({ name: 'Ana', zone, now: pages.deps.clock() })

async function production(pages: HistoryPages) {
  const [environment] = await listEnvironmentChoices(pages.store.reader)
  if (!environment) throw new Error('nothing was deployed')
  return environment
}

const numberOf = (report: ReportSnapshot, name: string) => {
  const found = report.numbers.find((one) => one.name === name)
  return [found?.numerator, found?.denominator]
}

describeOnEachEngine('a report', (openTestStore) => {
  test('on a release has the numbers of its page, and its curve', async () => {
    const pages = await withHistory(openTestStore)
    const asked = { service: 'checkout-api', version: '4.18.0' }
    const report = (await snapshotRelease(pages.store.reader, asked, maker(pages))) as ReportSnapshot
    // The number of a defect is a link there, after which text without markup has a blank.
    const page = textOf(await pages.read('/releases/checkout-api/4.18.0')).replaceAll(/(PF-\d+) ,/g, '$1,')
    expect(page).toContain(report.sentence)
    const answer = await (await pages.get('/api/v1/releases/checkout-api/4.18.0')).json()
    const { verdicts, defects } = answer as {
      verdicts: {
        verdict: string
        numbers: string
        comparison: { found: number; expected: number; comparedDays: number }
      }[]
      defects: Record<string, number>
    }
    const [{ verdict, numbers, comparison }] = verdicts as [(typeof verdicts)[number]]
    expect([report.verdict, report.discovery?.numbers]).toEqual([verdict, numbers])
    expect(numberOf(report, 'Defects found')).toEqual([comparison.found, expect.closeTo(comparison.expected, 6)])
    expect(report.discovery?.comparedDays).toBeCloseTo(comparison.comparedDays, 6)
    expect(report.discovery?.discoveries.ages).toHaveLength(4)
    expect(numberOf(report, 'S1 and S2 among the new')).toEqual([1, defects.introduced])
    expect(page).toContain(`New here ${defects.introduced}`)
    expect(numberOf(report, 'Came back')).toEqual([defects.regressed, report.defects.count])
    expect(page).toContain(`All ${report.defects.count}`)
    expect(numberOf(report, 'Failed deployments')).toEqual([1, 2])
    expect(report.numbers).toHaveLength(4)
  })

  test.each(['UTC', 'Europe/Berlin'])('on a period has the numbers of the trends at that instant, %s', async (zone) => {
    const pages = await withHistory(openTestStore)
    const now = pages.deps.clock()
    const environment = await production(pages)
    // The days that the trends of the last thirty show.
    const range = { from: now - 30 * DAY, to: now + 1 }
    const period = { from: stretchAround(range.from, 'day', zone).from, to: stretchAround(now, 'day', zone).to }
    for (const service of [undefined, await findService(pages.store.reader, 'checkout-api')]) {
      const report = await snapshotPeriod(pages.store.reader, { service, environment, period }, maker(pages, zone))
      const divisions = divisionsOf(range, 30, zone)
      const place = { environmentId: environment.id, serviceIds: service && [service.id] }
      const facts = await loadTrendFacts(pages.store.reader, place, divisions, now)
      const { fine, flow } = trendsOf(facts, divisions, { one: service !== undefined, zone, now })
      expect(
        report.flow?.steps.map(({ from, to, found, fixed, givenUp, open }) => [from, to, found, fixed, givenUp, open]),
      ).toEqual(fine.map(({ from, to, found, fixed, givenUp, backlog }) => [from, to, found, fixed, givenUp, backlog]))
      expect([report.flow?.openBefore, report.flow?.openAfter]).toEqual([flow.openBefore, flow.openAfter])
      const over = (count: (one: (typeof fine)[number]) => number) => fine.reduce((sum, one) => sum + count(one), 0)
      expect(numberOf(report, 'Defects found')).toEqual([
        over(({ found }) => found),
        over(({ events }) => events.deployments),
      ])
      expect(numberOf(report, 'Defects fixed')[0]).toBe(over(({ fixed }) => fixed))
      expect(report.defects.count).toBe(numberOf(report, 'Defects found')[0])
    }
  })

  test('on a period that is over tells what was open at its end, whatever was fixed since', async () => {
    const pages = await withHistory(openTestStore)
    const period = { from: day(90), to: day(93) }
    const asked = { service: undefined, environment: await production(pages), period }
    const report = await snapshotPeriod(pages.store.reader, asked, maker(pages))
    // Twelve before; four and one found; two fixed in it, and one after it.
    expect(report.sentence).toBe(
      '5 defects were found and 2 defects fixed, in 2 deployments. Open defects went from 12 to 15. Most were found in checkout-api: 4.',
    )
    expect(report.flow?.steps.map(({ open }) => open)).toEqual([16, 15, 15])
    expect(numberOf(report, 'Failed deployments')).toEqual([2, 2])
    expect(numberOf(report, 'Rollbacks and emergency releases')).toEqual([0, 2])
    expect(report.numbers[0]?.text).toBe('5 in 2 deployments')
    // With the day of the rollback, which the other numbers count.
    const longer = { ...asked, period: { from: day(90), to: day(94) } }
    expect((await snapshotPeriod(pages.store.reader, longer, maker(pages))).numbers[0]?.text).toBe(
      '5 in 2 deployments, 1 rollback or emergency release left out',
    )
    expect(report.defects.rows.map(({ title }) => title)[0]).toBe('Capture fails')
    expect(report.deployments).toMatchObject({ count: 2, atLeast: false })
  })

  test('is read back as it was made, however the data went on', async () => {
    const pages = await withHistory(openTestStore)
    const asked = { service: 'checkout-api', version: '4.18.0' }
    const made = (await snapshotRelease(pages.store.reader, asked, maker(pages))) as ReportSnapshot
    const by = { actor: ACTOR, now: pages.deps.clock() }
    const id = await saveReport(pages.store, made, by)
    await pages.tell('defects', seen('Everything fails', day(95), { severity: 'S1', version: '4.18.0' }))
    const stored = await findReport(pages.store.db, id)
    expect(stored).toMatchObject({ kind: 'release', service: 'checkout-api', madeBy: 'Ana', title: made.title })
    expect(readSnapshot(stored?.snapshotJson ?? '')).toEqual(made)
    expect(await snapshotRelease(pages.store.reader, asked, maker(pages))).not.toEqual(made)
  })

  test('is listed, newest first, and deleted, both of which the audit log has', async () => {
    const store = await openTestStore()
    const by = { actor: ACTOR, now: day(9) }
    const ids = [await saveReport(store, aReport({ title: 'First' }), by), await saveReport(store, aReport(), by)]
    const { rows, more } = await listReports(store.db, {}, { limit: 1 })
    expect([rows.map(({ id }) => id), more]).toEqual([[ids[1]], true])
    expect((await listReports(store.db, {}, { before: ids[1], limit: 1 })).rows[0]?.title).toBe('First')
    expect(await removeReport(store, ids[0] as number, by)).toBe(true)
    expect(await removeReport(store, ids[0] as number, by)).toBe(false)
    expect(await findReport(store.db, ids[0] as number)).toBeUndefined()
    const entries = await listAuditChain(store.db, 0, 100)
    expect(entries.map(({ action, subjectName }) => [action, subjectName])).toEqual([
      ['report.made', 'First'],
      ['report.made', aReport().title],
      ['report.removed', 'First'],
    ])
  })

  test('on a release that nobody knows is none', async () => {
    const pages = await openHistory(openTestStore)
    expect(await snapshotRelease(pages.store.reader, { service: 'a', version: '1' }, maker(pages))).toBeUndefined()
  })
})

test('what was written in another shape is not taken for a report', () => {
  const text = writeSnapshot(aReport())
  expect(readSnapshot(text)).toEqual(aReport())
  for (const damaged of ['', '{}', text.slice(1), text.replace('"format":1', '"format":2')])
    expect(readSnapshot(damaged)).toBeUndefined()
})
