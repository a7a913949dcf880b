import { describe, expect, test } from 'vitest'
import { deployed, iso, openHistory } from '../support/history-pages.ts'
import { copyLinkOf, followed, numberLinks, piece } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'
import { tellHistory } from '../support/told-history.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

describeOnEachEngine('a number leads to the rows it counts', (openTestStore) => {
  test.each([
    ['production', 20],
    // Nothing of the deployments there is old enough to be judged.
    ['staging', 17],
  ])('on the overview of %s', async (env, many) => {
    const pages = await openHistory(openTestStore)
    await tellHistory(pages)
    const html = await pages.read(`/?env=${env}&range=14d`)
    const kpis = numberLinks(piece(html, '<dl class="panel kpi', '</dl>'))
    expect(kpis.length).toBe(many)
    // Of the columns of the chart a few will do.
    const columns = numberLinks(piece(html, 'stretches without either are left out', '</table>')).slice(-4)
    const services = numberLinks(piece(html, 'id="running"', '</section>'))
    const links = [...kpis, ...services, ...columns, ...numberLinks(piece(html, 'id="open-defects"', '<table'))]
    const { said, found } = await followed(pages, links)
    expect(found).toEqual(said)
    expect(said.filter(({ n }) => n > 0).length).toBeGreaterThan(5)
  })

  test('on the quality page', async () => {
    const pages = await openHistory(openTestStore)
    await tellHistory(pages)
    const now = pages.deps.clock()
    const ends = `from=${iso(now - 45 * DAY)}&to=${iso(now - 7.5 * DAY)}`
    for (const when of ['range=90d', `range=30d&until=${iso(now - 9 * DAY).slice(0, 10)}`, ends]) {
      const html = await pages.read(`/trends/quality?service=checkout-api&env=production&${when}`)
      const table = piece(html, 'Quality in numbers, with what each is made of', '</table>')
      const rows = table.split('<tr>').slice(2)
      expect(rows.filter((row) => numberLinks(row).length === 0)).toEqual([])
      // The first is of the value itself where it is no count.
      const links = rows.flatMap((row) =>
        numberLinks(row.split('<td class="num nw made" data-col="Made of">')[1] as string),
      )
      const { said, found } = await followed(pages, [
        ...links,
        ...numberLinks(piece(html, 'Releases observed for', '<span class="end">')),
        ...numberLinks(piece(html, 'id="quality"', 'neither')).filter(({ href }) => href.includes('phase=unknown')),
      ])
      expect(found).toEqual(said)
      expect(links.length).toBeGreaterThan(15)
    }
  })
})

describe('a filter that no menu picks', () => {
  test('is shown, is kept when a menu is changed, and can be taken off', async () => {
    const pages = await openHistory()
    await tellHistory(pages)
    const html = await pages.read(
      '/defects?status=any&env=production&unplaced=too&seenFrom=2020-01-01T00:00:00Z&openAt=2020-01-02T00:00:00Z',
    )
    const form = piece(html, 'action="/defects"', '</form>')
    expect(textOf(form)).toContain('First seen from')
    expect(textOf(form)).toContain('Open at')
    expect(textOf(form)).toContain('Those of no environment too')
    expect(form).toContain('<input type="hidden" name="seenFrom" value="2020-01-01T00:00:00Z"')
    const without = /aria-label="Without: First seen[^"]*"/.exec(form)
    expect(without).not.toBeNull()
    expect(form).toContain('href="/defects?status=any&amp;env=production&amp;unplaced=too&amp;openAt=')
  })

  test('that cannot be understood is said', async () => {
    const pages = await openHistory()
    await tellHistory(pages)
    expect(textOf(await pages.read('/defects?seenFrom=yesterday'))).toContain('Unknown time ‘yesterday’')
    expect(textOf(await pages.read('/defects?releasesOf=checkout-api&phase=late'))).toContain(
      'Defects of releases are asked for by',
    )
    expect(textOf(await pages.read('/deployments?env=prd&from=x'))).toContain('Unknown environment ‘prd’')
  })
})

describe('a link to this moment', () => {
  test('shows the same numbers, named by their ends', async () => {
    const pages = await openHistory()
    await tellHistory(pages)
    const html = await pages.read('/?env=production&range=14d')
    const link = copyLinkOf(html)
    const there = await pages.read(link)
    expect(link).toContain('from=')
    expect(numberLinks(piece(there, '<dl class="panel kpi', '</dl>'))).toEqual(
      numberLinks(piece(html, '<dl class="panel kpi', '</dl>')),
    )
    expect(textOf(there)).toContain('Numbers from')
    // Who comes back does not come back to the past.
    expect(await pages.read('/')).not.toContain('Numbers from')
  })

  test('of the releases keeps the filter', async () => {
    const pages = await openHistory()
    await tellHistory(pages)
    const html = await pages.read('/releases?service=checkout-api&range=14d')
    const link = copyLinkOf(html)
    expect(link).toMatch(/^\/releases\?service=checkout-api&from=[^&]+&to=/)
    const there = await pages.read(link)
    const shown = (page: string) => page.match(/name="release" value="[^"]*"/g)
    expect(shown(there)).toEqual(shown(html))
    expect(shown(html)?.length).toBeGreaterThan(2)
    expect(textOf(await pages.read('/releases?from=soon'))).toContain('‘soon’ is neither a day')
  })
})

describe('the tables of the overview and of trends', () => {
  test('leave as files, in the scope of their page and without formulas', async () => {
    const pages = await openHistory()
    await tellHistory(pages)
    await pages.tell('deployments', deployed('=cmd', pages.deps.clock() - HOUR, { service: 'ledger' }))
    const linesOf = async (path: string) => {
      const answer = await pages.visit(path)
      expect([path, answer.status]).toEqual([path, 200])
      return (await answer.text()).trimEnd().split('\r\n')
    }
    const running = await linesOf('/overview/running.csv?env=production')
    expect(running[0]).toContain('Service,Version,Kind,Live since,Verdict')
    expect(running.some((line) => line.startsWith("ledger,'=cmd") || line.startsWith('ledger,=cmd'))).toBe(true)
    expect((await linesOf('/overview/new-defects.csv?env=production&range=24h')).length).toBeGreaterThan(20)
    const quality = await linesOf('/trends/quality.csv?service=checkout-api&env=production')
    expect(quality.map((line) => line.split(',')[0])).toContain('Escape rate')
    expect((await linesOf('/trends/quality.csv?env=production'))[0]).toContain('Service,Live release,Stands out')
    const delivery = await linesOf('/trends/delivery.csv?env=production')
    expect(delivery.filter((line) => line.startsWith('ledger,'))).toHaveLength(5)
    const html = await pages.read('/?env=production&range=14d')
    const files = [...html.matchAll(/href="([^"]*\.csv[^"]*)"/g)].map(([, href]) =>
      (href as string).replaceAll('&amp;', '&'),
    )
    expect(files).toHaveLength(4)
    for (const file of files) await linesOf(file)
  })
})
