import { beforeAll, describe, expect, test } from 'vitest'
import { deployed, type HistoryPages, openHistory, seen } from '../support/history-pages.ts'
import { followed, numberLinks, piece, rowsOf } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'
import { tellHistory } from '../support/told-history.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

describeOnEachEngine('numbers of other pages lead to the rows they count', (openTestStore) => {
  async function openTold() {
    const pages = await openHistory(openTestStore)
    await tellHistory(pages)
    return pages
  }
  /** Is only looked at. */
  let told: HistoryPages
  beforeAll(async () => {
    told = await openTold()
  })

  test('those of a day of the calendar, by what became of the deployments', async () => {
    const pages = await openTold()
    const day = Math.floor((pages.deps.clock() - 2 * DAY) / DAY) * DAY
    await pages.tell(
      'deployments',
      ...['1.20.0', '1.21.0', '1.20.0', '1.22.0'].map((version, i) => deployed(version, day + (i + 1) * HOUR)),
      deployed('1.22.1', day + 6 * HOUR, { kind: 'emergency' }),
      deployed('1.23.0', day + 7 * HOUR, { status: 'failed' }),
      deployed('1.22.1', day + 8 * HOUR, { action: 'remove', id: 'taken-out' }),
    )
    for (const view of ['month', 'list']) {
      const html = await pages.read(`/calendar?view=${view}&month=${new Date(day).toISOString().slice(0, 7)}`)
      const { said, found } = await followed(pages, numberLinks(html.split('<h1')[1] as string))
      expect(found).toEqual(said)
      const outcomes = said.map(({ href }) => new URL(href, 'http://x').searchParams.get('outcome'))
      expect(new Set(outcomes)).toEqual(new Set(['deployed', 'rollback', 'emergency', 'failed']))
    }
  })

  test('those of a metric of delivery, by its own rule', async () => {
    const pages = await openTold()
    await pages.tell('deployments', deployed('1.30.0', pages.deps.clock() - HOUR))
    const html = await pages.read('/trends/delivery?service=checkout-api&env=production&range=90d')
    const { said, found } = await followed(pages, numberLinks(html))
    expect(found).toEqual(said)
    const parts = said.map(({ href }) => {
      const query = new URL(href, 'http://x').searchParams
      return `${query.get('metric')} ${query.get('part')}`
    })
    for (const part of [
      'deploymentFrequency counted',
      'changeFailRate counted',
      'changeFailRate all',
      'changeFailRate young',
    ])
      expect(parts).toContain(part)
    const list = textOf(await pages.read(said.find(({ href }) => href.includes('changeFailRate'))?.href as string))
    expect(list).toContain('Change fail rate: those that it counts')
  })

  test('those of the metrics of every service', async () => {
    const pages = await openTold()
    const now = pages.deps.clock()
    await pages.tell('deployments', deployed('7.2.0', now - 5 * DAY, { service: 'search' }))
    const html = await pages.read('/trends/delivery?env=production&range=90d')
    const { said, found } = await followed(pages, numberLinks(piece(html, 'id="delivery"', '</table>')))
    expect(found).toEqual(said)
    const of = said.map(({ href }) => {
      const query = new URL(href, 'http://x').searchParams
      return `${query.get('service')} ${query.get('metric')} ${query.get('part')}`
    })
    for (const part of ['deploymentFrequency counted', 'changeFailRate all'])
      for (const service of ['checkout-api', 'search']) expect(of).toContain(`${service} ${part}`)
  })

  test('those of delivery on the page of a service', async () => {
    const links = numberLinks(piece(await told.read('/services/checkout-api'), 'id="delivery"', '</dl>'))
    expect(links.length).toBeGreaterThan(3)
    const { said, found } = await followed(told, links)
    expect(found).toEqual(said)
  })

  test('those of what is known of causes', async () => {
    const links = numberLinks(piece(await told.read('/reliability'), 'id="states"', '</table>'))
    expect(links.length).toBeGreaterThan(2)
    const { said, found } = await followed(told, links)
    expect(found).toEqual(said)
  })

  test('that of the defects that a verdict rests on', async () => {
    const pages = await openTold()
    await pages.tell('deployments', deployed('1.40.0', pages.deps.clock() - 3 * HOUR))
    await pages.tell(
      'defects',
      ...['Cart', 'Mail', 'Login'].map((what, i) => seen(`${what} breaks`, pages.deps.clock() - (2 + i / 4) * HOUR)),
    )
    const html = await pages.read('/releases/checkout-api/1.40.0')
    const [, href = '', n] =
      /href="([^"]*shownUntil[^"]*)">(\d+) new defects<\/a> in /.exec(html.split('<h1')[1] as string) ?? []
    expect(Number(n)).toBe(3)
    expect(await rowsOf(pages, href.replaceAll('&amp;', '&'))).toBe(3)
  })

  test('those of releases side by side', async () => {
    const html = await told.read('/releases/compare?a=checkout-api@1.2.0&b=checkout-api@1.4.0&env=production')
    const { said, found } = await followed(told, numberLinks(html))
    expect(found).toEqual(said)
    expect(numberLinks(piece(html, 'class="cmp-said"', '</ul>'))).toHaveLength(2)
    const measures = numberLinks(piece(html, 'id="measures"', '</section>'))
    expect(measures.filter(({ href }) => href.includes('compared=')).length).toBeGreaterThan(2)
    expect(numberLinks(piece(html, 'id="curves"', '</table>')).length).toBeGreaterThan(2)
    const groups = numberLinks(html).filter(({ href }) => /compared=(only-|several)/.test(href))
    expect(groups.length).toBeGreaterThan(1)
    const narrowed = textOf(await told.read(groups[0]?.href as string))
    expect(narrowed).toContain('Compared in production, A 1.2.0, B 1.4.0: seen only in A')
  })

  test('those of how far an environment is behind', async () => {
    const pages = await openTold()
    const staged = (version: string, days: number) =>
      deployed(version, pages.deps.clock() - days * DAY, { environment: 'staging', tier: 'staging' })
    await pages.tell('deployments', staged('1.16.0', 3), staged('1.17.0', 2), staged('1.18.0', 1))
    for (const path of ['/live', '/services/checkout-api']) {
      const links = numberLinks(await pages.read(path)).filter(({ href }) => href.includes('above='))
      expect([path, links.length > 0]).toEqual([path, true])
      const { said, found } = await followed(pages, links)
      expect(found).toEqual(said)
      expect(said[0]?.n).toBe(3)
    }
  })

  test('that of the defects by which the hidden ones are estimated', async () => {
    const pages = await openTold()
    const now = pages.deps.clock()
    await pages.tell('deployments', deployed('1.40.0', now - 2 * DAY))
    await pages.tell(
      'defects',
      ...['Cart', 'Mail', 'Login', 'Search', 'Totals', 'Menu'].map((what, i) =>
        seen(`${what} breaks`, now - 2 * DAY + (i + 1) * HOUR),
      ),
    )
    const html = await pages.read('/trends/quality?service=checkout-api&env=production&range=90d')
    const panel = piece(html, 'id="hidden"', '</section>')
    const { said, found } = await followed(pages, numberLinks(panel))
    expect(found).toEqual(said)
    expect(said.map(({ n }) => n > 5)).toEqual([true])
    expect(textOf(panel)).toMatch(
      /About [a-z0-9]+ more defects? to be found: \d+ defects in 2\.0 days are \d+ % of the estimate/,
    )
  })

  test('that of the releases that come into question for a defect', async () => {
    const pages = await openTold()
    const now = pages.deps.clock()
    await pages.tell('defects', seen('Cart breaks', now - HOUR), seen('Mail breaks', now - HOUR, { service: 'search' }))
    const ids = (await pages.read('/defects?status=any&size=200')).matchAll(/href="\/defects\/PF-(\d+)"/g)
    const pagesOf = [...new Set([...ids].map(([, id]) => `/defects/PF-${id}`))]
    let links = 0
    for (const path of pagesOf.slice(0, 12)) {
      const suspect = piece(await pages.read(path), 'id="suspect"', '</section>')
      const { said, found } = await followed(pages, numberLinks(suspect))
      expect([path, ...found]).toEqual([path, ...said])
      expect([path, said.length > 0]).toEqual([path, /\d releases (that )?come into question/.test(textOf(suspect))])
      links += said.filter(({ n }) => n > 5).length
    }
    expect(links).toBeGreaterThan(3)
  })

  test('those of the months of a service', async () => {
    const html = await told.read('/trends?env=production&range=90d')
    const cells = [
      ...piece(html, 'id="services"', '</table>').matchAll(/href="(\/defects\?[^"]*)" title="([\d,]+) new/g),
    ]
    expect(cells.length).toBeGreaterThan(2)
    for (const [, href = '', n] of cells.slice(0, 3))
      expect(await rowsOf(told, href.replaceAll('&amp;', '&'))).toBe(Number(n))
  })
})

describe('what a link of a number asks of a list', () => {
  const narrowed = async (pages: HistoryPages, path: string) => textOf(await pages.read(path))

  test('is shown in words', async () => {
    const pages = await openHistory()
    await pages.tell('deployments', deployed('1.0.0', pages.deps.clock() - 2 * DAY))
    await pages.tell('deployments', deployed('1.1.0', pages.deps.clock() - DAY))
    await pages.tell('defects', seen('Totals are wrong', pages.deps.clock() - HOUR))
    expect(await narrowed(pages, '/defects?status=any&ids=1')).toContain('1 defect chosen')
    expect(await narrowed(pages, '/releases?inQuestionFor=PF-1')).toContain('In question for PF-1')
    expect(await narrowed(pages, '/releases?service=checkout-api&above=1.0.0&upTo=1.1.0')).toContain(
      'Above 1.0.0, up to 1.1.0',
    )
    const reached = await narrowed(pages, '/releases?reachedFrom=2020-01-01&reachedTo=2020-01-02')
    expect(reached).toContain('First in production from 1 Jan 2020')
    expect(
      await narrowed(pages, '/releases?arrivedIn=production&arrivedFrom=2020-01-01&arrivedTo=2020-01-02'),
    ).toContain('First in production from 1 Jan 2020')
    const back = '/defects?status=any&backFrom=2020-01-01T00:00:00Z&noticed=people&named=service'
    for (const words of ['Came back from 1 Jan 2020', 'Noticed first by people', 'Those that name a service'])
      expect(await narrowed(pages, back)).toContain(words)
    expect(await narrowed(pages, '/deployments?placed=unplanned')).toContain(
      'Rollbacks, and those that put an emergency release in place',
    )
    // Who comes back sees them all.
    expect(await pages.read('/releases')).toContain('1.1.0')
  })

  test('is said when it cannot be understood, and all are shown', async () => {
    const pages = await openHistory()
    await pages.tell('deployments', deployed('1.0.0', pages.deps.clock() - 2 * DAY))
    await pages.tell('deployments', deployed('1.1.0', pages.deps.clock() - DAY))
    await pages.tell('defects', seen('Totals are wrong', pages.deps.clock() - HOUR))
    const ids = await narrowed(pages, '/defects?ids=1;drop')
    expect(ids).toContain('at most 500 numbers')
    expect(ids).toContain('Totals are wrong')
    for (const [query, words] of [
      ['above=1.0.0', 'by a service and two of its versions'],
      ['service=checkout-api&above=1.0.0&upTo=9.9.9', 'by a service and two of its versions'],
      ['inQuestionFor=PF-77', 'Unknown defect ‘PF-77’'],
      ['inQuestionFor=cart', 'Unknown defect ‘cart’'],
      ['reachedFrom=2020-01-01', 'takes a beginning and an end'],
      ['arrivedIn=mars&arrivedFrom=2020-01-01&arrivedTo=2020-01-02', 'Unknown environment ‘mars’ to be first in'],
      ['arrivedIn=production&arrivedFrom=2020-01-01', 'takes a beginning and an end'],
      ['reachedFrom=soon&reachedTo=2020-01-01', '‘soon’ is neither a day'],
    ])
      expect(await narrowed(pages, `/releases?${query}`)).toContain(words)
    expect(await narrowed(pages, '/defects?noticed=nobody')).toContain('Unknown ‘nobody’ to notice a defect')
    for (const query of [
      'comparedA=checkout-api@1.0.0&comparedIn=production&compared=found-A',
      'comparedA=checkout-api@1.0.0&comparedB=checkout-api@1.0.0&comparedIn=production&compared=found-A',
      'comparedA=checkout-api@1.0.0&comparedC=checkout-api@1.1.0&comparedIn=production&compared=found-A',
      'comparedA=checkout-api@1.0.0&comparedB=checkout-api@1.1.0&comparedIn=mars&compared=found-A',
      'comparedA=checkout-api@1.0.0&comparedB=checkout-api@1.1.0&comparedIn=production&compared=found-C',
      'comparedA=checkout-api@1.0.0&comparedB=checkout-api@1.1.0&comparedIn=production&compared=lost-A',
      'comparedA=checkout-api@1.0.0&comparedB=checkout-api@1.1.0&comparedIn=production&compared=found-A&comparedUntil=x',
    ])
      expect([query, await narrowed(pages, `/defects?${query}`)]).toEqual([
        query,
        expect.stringContaining('Defects of a comparison are asked for by two to four releases'),
      ])
    expect(await narrowed(pages, '/deployments?placed=luck')).toContain(
      'part of those that put a release in place ‘luck’',
    )
    for (const query of ['metric=changeFailRate&part=counted', 'metric=luck&part=counted&env=production'])
      expect(await narrowed(pages, `/deployments?${query}`)).toContain('Unknown metric of a service and a time')
  })
})
