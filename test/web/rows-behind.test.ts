import { describe, expect, test } from 'vitest'
import { deployed, type HistoryPages, iso, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

/** Two services over fifty days, in production, staging and no environment; some fixed, some given up. */
async function tellHistory(pages: HistoryPages): Promise<void> {
  const now = pages.deps.clock()
  await pages.tell(
    'deployments',
    ...Array.from({ length: 16 }, (_, i) =>
      deployed(`1.${i % 8 === 5 ? i - 1 : i}.0`, now - (49 - 3 * i) * DAY, {
        id: `run-${i}`,
        status: i % 7 === 3 ? 'failed' : 'succeeded',
      }),
    ),
    deployed('7.0.0', now - 3 * DAY, { service: 'search' }),
    deployed('7.1.0', now - 2 * DAY, { service: 'search', environment: 'staging', tier: 'staging' }),
    deployed('7.1.0', now - DAY, { service: 'search', environment: 'production', action: 'remove', id: 'gone' }),
  )
  const told = Array.from({ length: 42 }, (_, i) => {
    const at = now - ((i * 17) % 48) * DAY - (i % 5) * HOUR
    const environment = i % 6 === 0 ? undefined : i % 6 === 1 ? 'staging' : 'production'
    return {
      ...seen(`Fault ${i}`, at, {
        ...{ id: `f${i}`, severity: `S${1 + (i % 4)}`, environment },
        ...(i % 9 === 0 ? { service: 'search' } : {}),
        ...(i % 3 === 0 ? { introducedIn: `1.${(i % 10) * 2}.0`, service: 'checkout-api' } : {}),
      }),
      at,
      state: i % 4 === 2 ? 'fixed' : i % 8 === 3 ? 'wont-fix' : undefined,
    }
  })
  await pages.tell('defects', ...told.map(({ at: _, state: __, ...item }) => item))
  await pages.tell(
    'defects',
    ...told.flatMap(({ at, state, occurredAt: _, ...item }) =>
      state && at < now - 4 * DAY ? { ...item, status: state, resolvedAt: iso(at + 3 * DAY) } : [],
    ),
  )
}

interface NumberLink {
  readonly n: number
  readonly href: string
}

/** Links that begin with a number, to lists. */
const numberLinks = (html: string): NumberLink[] =>
  [...html.matchAll(/<a\b[^>]*href="(\/(?:defects|deployments)\?[^"]*)"[^>]*>(.*?)<\/a>/gs)].flatMap(
    ([, href, inner]) => {
      const [, digits] = /^(?:All )?([\d,]+)(?:$| )/.exec(textOf(inner as string)) ?? []
      if (digits === undefined) return []
      return { n: Number(digits.replaceAll(',', '')), href: (href as string).replaceAll('&amp;', '&') }
    },
  )

async function rowsOf(pages: HistoryPages, href: string): Promise<number> {
  const text = textOf(await pages.read(href))
  const [, total] = /\d–[\d,]+ of ([\d,]+)/.exec(text) ?? []
  return total === undefined ? 0 : Number(total.replaceAll(',', ''))
}

/** What the page says and how many rows are there; an address that is there often is followed once. */
async function followed(pages: HistoryPages, links: readonly NumberLink[]) {
  const rows = new Map<string, number>()
  const found: NumberLink[] = []
  for (const { href } of links) {
    if (!rows.has(href)) rows.set(href, await rowsOf(pages, href))
    found.push({ n: rows.get(href) as number, href })
  }
  return { said: links, found }
}

const piece = (html: string, from: string, to: string): string => html.split(from)[1]?.split(to)[0] ?? ''

describeOnEachEngine('a number leads to the rows it counts', (openTestStore) => {
  test.each(['production', 'staging'])('on the overview of %s', async (env) => {
    const pages = await openHistory(openTestStore)
    await tellHistory(pages)
    const html = await pages.read(`/?env=${env}&range=30d`)
    const kpis = numberLinks(piece(html, '<dl class="panel kpi', '</dl>'))
    expect(kpis.length).toBe(13)
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
    for (const when of ['range=90d', `range=30d&until=${iso(pages.deps.clock() - 9 * DAY).slice(0, 10)}`]) {
      const html = await pages.read(`/trends/quality?service=checkout-api&env=production&${when}`)
      const table = piece(html, 'Quality in numbers, with what each is made of', '</table>')
      const rows = table.split('<tr>').slice(2)
      expect(rows.filter((row) => numberLinks(row).length === 0)).toEqual([])
      // The first is of the value itself where it is no count.
      const links = rows.flatMap((row) => numberLinks(row.split('<td class="num nw made">')[1] as string))
      const { said, found } = await followed(pages, [
        ...links,
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
    const [, link] = /href="([^"]*)"[^>]*data-copy-link/.exec(html) ?? []
    const there = await pages.read((link as string).replaceAll('&amp;', '&'))
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
    const [, link = ''] = /href="([^"]*)"[^>]*data-copy-link/.exec(html) ?? []
    expect(link).toMatch(/^\/releases\?service=checkout-api&amp;from=[^&]+&amp;to=/)
    const there = await pages.read(link.replaceAll('&amp;', '&'))
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
