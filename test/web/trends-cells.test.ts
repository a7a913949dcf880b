import { expect, test } from 'vitest'
import { deployed, type HistoryPages, iso, openHistory, seen } from '../support/history-pages.ts'
import { followed, type NumberLink, numberLinks, piece } from '../support/number-links.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

/**
 * Half a year of two services: planned releases, rollbacks and emergency releases; defects that people or monitoring
 * noticed, of which some were fixed, given up, or came back; some of no service, and some held against the other one's
 * releases.
 */
async function tellHalfAYear(pages: HistoryPages): Promise<void> {
  const now = pages.deps.clock()
  const at = (day: number) => now - (170 - day) * DAY
  await pages.tell(
    'deployments',
    ...Array.from({ length: 16 }, (_, i) => deployed(`1.${i}.0`, at(10 * i + 5))),
    ...[3, 8, 13].map((i) => deployed(`1.${i - 1}.0`, at(10 * i + 6))),
    ...[4, 15].map((i) => deployed(`1.${i}.1`, at(10 * i + 7), { kind: 'emergency' })),
    deployed('1.15.1', at(158), { id: 'again' }),
    ...[20, 80, 140, 168].map((day, i) => deployed(`7.${i}.0`, at(day), { service: 'search' })),
    deployed('1.15.2', now - HOUR),
  )
  const told = Array.from({ length: 48 }, (_, i) => ({
    ...seen(`Fault ${i}`, at(8 + 3.3 * i), {
      ...{ id: `f${i}`, severity: `S${1 + (i % 4)}`, detection: i % 3 === 0 ? 'alert' : 'issue' },
      ...(i % 7 === 2 ? { service: 'search' } : {}),
      ...(i % 11 === 5 ? { service: undefined } : {}),
      ...(i % 5 === 1 ? { introducedIn: `1.${Math.min(15, Math.floor(i / 3))}.0`, service: 'checkout-api' } : {}),
    }),
    at: at(8 + 3.3 * i),
    state: i % 4 === 1 ? 'fixed' : i % 8 === 3 ? 'wont-fix' : undefined,
  }))
  const item = ({ at: _, state: __, ...rest }: (typeof told)[number]) => rest
  await pages.tell('defects', ...told.map(item))
  await pages.tell(
    'defects',
    ...told.flatMap((one) => {
      const { occurredAt: _, ...rest } = item(one)
      return one.state ? { ...rest, status: one.state, resolvedAt: iso(one.at + 2 * DAY), fixedIn: ['1.5.0'] } : []
    }),
  )
  // Seen again in releases with the fix, one of them twice in a month.
  await pages.tell(
    'defects',
    ...[9, 17, 25, 33].map((i) => {
      const { resolvedAt: _, ...rest } = { resolvedAt: '', ...item(told[i] as (typeof told)[number]) }
      return { ...rest, status: 'open', occurredAt: iso(at(100 + i)), version: '1.9.0', event: 'seen again' }
    }),
  )
}

/** By title, as the list has them. */
async function defectIds(pages: HistoryPages): Promise<ReadonlyMap<string, number>> {
  const rows = await pages.store.db.selectFrom('defects').select(['id', 'title']).execute()
  return new Map(rows.map(({ id, title }) => [title, id]))
}

/** The links of the cells of a table, but for those of what a row is about. */
const cellLinks = (table: string): NumberLink[] => numberLinks(table.replace(/<th scope="row">.*?<\/th>/gs, ''))

/** Of each column the first and the last that lead anywhere: so many pages take their time. */
function someOf(table: string): NumberLink[] {
  const rows = table.split('<tr>').slice(2)
  const columns = new Map<number, NumberLink[]>()
  for (const row of rows)
    for (const [i, cell] of row.split('<td').slice(1).entries())
      columns.set(i, [...(columns.get(i) ?? []), ...cellLinks(cell)])
  return [...columns.values()].flatMap((links) =>
    [...new Set([links[0], links.at(-1)])].filter((one) => one !== undefined),
  )
}

describeOnEachEngine('cells of the tables of trends lead to the rows they count', (openTestStore) => {
  const CHARTS = ['releases', 'discovery', 'flow', 'failures', 'lives', 'emergencies'] as const

  test.each([
    ['all services', '', CHARTS],
    ['one service', '&service=checkout-api', [...CHARTS, 'regressions', 'noticed']],
  ] as const)('of %s', async (_, service, charts) => {
    const pages = await openHistory(openTestStore)
    await tellHalfAYear(pages)
    // A person holds a defect of one service against a release of the other.
    const ids = await defectIds(pages)
    const chosen = { decision: 'chosen', release: 'checkout-api@1.1.0' }
    const { status } = await pages.patch(`/api/v1/defects/${ids.get('Fault 2')}`, {
      attribution: chosen,
      reason: 'Bisected.',
    })
    expect(status).toBe(200)
    const html = await pages.read(`/trends?env=production&range=6mo${service}`)
    const asked = new Set<string>()
    for (const chart of charts) {
      const links = someOf(piece(html, `id="${chart}"`, '</table>'))
      expect([chart, links.length > 0]).toEqual([chart, true])
      const { said, found } = await followed(pages, links)
      expect([chart, found]).toEqual([chart, said])
      for (const { href } of links)
        for (const [name, value] of new URL(href, 'http://x').searchParams)
          asked.add(['placed', 'noticed', 'named'].includes(name) ? `${name}=${value}` : name)
    }
    const placed = ['all', 'planned', 'rollback', 'emergency', 'failed'].map((one) => `placed=${one}`)
    const ofOne = ['backFrom', 'noticed=people', 'noticed=monitoring']
    for (const name of [
      'seenTo',
      'resolvedFrom',
      'openAt',
      'arrivedIn',
      ...placed,
      ...(service ? ofOne : ['named=service']),
    ])
      expect([...asked]).toContain(name)
  })

  test('of the weeks of the signals, what no change caused aside', async () => {
    const pages = await openHistory(openTestStore)
    await tellHalfAYear(pages)
    const ids = await defectIds(pages)
    const innocent = { attribution: { decision: 'not-a-change' }, reason: 'The power was out.' }
    for (const title of ['Fault 1', 'Fault 46'])
      expect((await pages.patch(`/api/v1/defects/${ids.get(title)}`, innocent)).status).toBe(200)
    const html = await pages.read('/trends/quality?service=checkout-api&env=production&range=6mo')
    for (const chart of ['drift', 'rise']) {
      const links = cellLinks(piece(html, `id="${chart}"`, '</table>'))
      expect([chart, links.length > 0]).toEqual([chart, true])
      const { said, found } = await followed(pages, links)
      expect([chart, found]).toEqual([chart, said])
    }
  })
})
