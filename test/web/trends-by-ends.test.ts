import { beforeAll, expect, test } from 'vitest'
import { type HistoryPages, iso, openHistory } from '../support/history-pages.ts'
import { copyLinkOf, rowsOf } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'
import { tellHistory } from '../support/told-history.ts'

const DAY = 86_400_000

describeOnEachEngine('trends of a time named by its ends', (openTestStore) => {
  /** Is only looked at. */
  let pages: HistoryPages
  beforeAll(async () => {
    pages = await openHistory(openTestStore)
    await tellHistory(pages)
  })
  const ends = (from: number, to: number) => {
    const now = pages.deps.clock()
    return `from=${iso(now - from * DAY)}&to=${iso(now - to * DAY)}`
  }

  /** All that stands below the form. */
  const numbersOf = (html: string) =>
    textOf(html.split('aria-label="Stretches of time"')[1] ?? '').replaceAll(
      /\d+ d asked for|last (?:90 days|year)/g,
      '',
    )

  test.each(['/trends', '/trends/delivery', '/trends/quality'])('are what the link of %s shows', async (path) => {
    // The year is the longest that there is.
    for (const asked of ['service=checkout-api&env=production&range=90d', 'env=production&range=365d']) {
      const html = await pages.read(`${path}?${asked}`)
      const there = await pages.read(copyLinkOf(html))
      expect(textOf(there)).toContain('Numbers from')
      expect(numbersOf(there)).toBe(numbersOf(html))
      // Every way on says the same time, but for the one that takes it off.
      const ways = [...there.matchAll(/href="(\/trends[^"]*env=[^"]*)"( aria-label="Without)?/g)]
      expect(ways.length).toBeGreaterThan(3)
      expect(ways.filter(([, href, off]) => !off && !/from=.*to=/.test(href as string))).toEqual([])
    }
    // Who comes back does not come back to the past.
    expect(await pages.read(path)).not.toContain('Numbers from')
  })

  test('are divided by its length, and each part leads to its rows', async () => {
    const flowOf = async (query: string) => {
      const html = await pages.read(`/trends?env=production&${query}`)
      return /Defects found and fixed per (day|week)<\/caption>(.*?)<\/table>/s.exec(html) ?? []
    }
    const units = [await flowOf(ends(30, 3)), await flowOf(ends(60, 3)), await flowOf(ends(300, 3))]
    expect(units.map(([, unit]) => unit)).toEqual(['day', 'week', 'week'])
    const [, , table = ''] = await flowOf(`service=checkout-api&${ends(40, 20)}`)
    const rows = [...table.matchAll(/<th scope="row">[^<]*<\/th><td>(?:<a href="([^"]*)">)?(\d+)/g)]
    expect(rows.length).toBe(20)
    const some = rows.filter(([, , n]) => n !== '0')
    expect(some.length).toBeGreaterThan(2)
    for (const [, href = '', n] of some) expect(await rowsOf(pages, href.replaceAll('&amp;', '&'))).toBe(Number(n))
    const csv = await pages.visit(`/trends/flow.csv?service=checkout-api&env=production&${ends(40, 20)}`)
    expect((await csv.text()).trimEnd().split('\r\n')).toHaveLength(rows.length + 1)
  })

  test('say that signals are not of then', async () => {
    const textAt = async (time: string) => textOf(await pages.read(`/trends/quality?env=production&${time}`))
    expect(await textAt(ends(30, 20))).toContain('Signals are about what runs now')
    expect(await textAt('range=90d')).not.toContain('Signals are about what runs now')
  })

  test('lead to a report of the same days', async () => {
    const html = await pages.read(`/trends?env=production&${`from=${iso(pages.deps.clock() - 30 * DAY)}`}`)
    const [, href = ''] = /href="(\/reports\?[^"]*)"/.exec(html) ?? []
    const form = await pages.read(href.replaceAll('&amp;', '&'))
    expect(form).toContain(`name="from" value="${iso(pages.deps.clock() - 30 * DAY).slice(0, 10)}"`)
  })

  test('that cannot be read are said, and the last 90 days are shown', async () => {
    for (const path of ['/trends', '/trends/delivery', '/trends/quality'])
      expect(textOf(await pages.read(`${path}?from=soon`))).toContain(
        '‘soon’ is neither a day such as 2026-11-22 nor a time such as 2026-11-22T21:10:00Z. Showing the last 90 days.',
      )
  })
})
