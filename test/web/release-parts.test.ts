import { expect, test } from 'vitest'
import { deployed, iso, openHistory, seen } from '../support/history-pages.ts'
import { rowsOf } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

describeOnEachEngine('the tabs of a release lead to all of their defects', (openTestStore) => {
  test('with the same count', async () => {
    const pages = await openHistory(openTestStore)
    const now = pages.deps.clock()
    const back = { service: 'checkout-api', title: 'Mail hangs', environment: 'production' }
    await pages.tell('deployments', deployed('1.0.0', now - 9 * DAY))
    await pages.tell('defects', { ...back, status: 'fixed', fixedIn: '1.0.1', resolvedAt: iso(now - 7 * DAY) })
    await pages.tell('deployments', deployed('1.1.0', now - 5 * DAY))
    await pages.tell('defects', { ...back, version: '1.1.0', occurredAt: iso(now - DAY) })
    await pages.tell(
      'defects',
      ...Array.from({ length: 53 }, (_, i) =>
        seen(`Fault ${i}`, now - 7 * DAY + i * HOUR, { id: `f${i}`, fixedIn: '1.1.0', status: 'fixed' }),
      ),
      ...['Cart', 'Menu', 'Login'].map((what, i) => seen(`${what} breaks`, now - i * DAY - HOUR, { version: '1.1.0' })),
    )
    const counts: [string, number][] = []
    for (const tab of ['new', 'regressed', 'fixed', 'all']) {
      const html = await pages.read(`/releases/checkout-api/1.1.0?defects=${tab}`)
      const [, shown, href = '', all] = /<span>(\d+) of <a href="([^"]*)">(\d+)<\/a>/.exec(html) ?? []
      expect(Number(shown)).toBe(Math.min(50, Number(all)))
      expect([tab, await rowsOf(pages, href.replaceAll('&amp;', '&'))]).toEqual([tab, Number(all)])
      counts.push([tab, Number(all)])
    }
    expect(Object.fromEntries(counts)).toMatchObject({ regressed: 1, fixed: 53 })
    expect(textOf(await pages.read('/defects?status=any&partOf=checkout-api@1.1.0&part=fixed'))).toContain(
      'Fixed in checkout-api 1.1.0',
    )
  })

  test('and say what they take', async () => {
    const pages = await openHistory(openTestStore)
    await pages.tell('deployments', deployed('1.0.0', pages.deps.clock() - 9 * DAY))
    for (const query of [
      'partOf=checkout-api@1.0.0',
      'partOf=checkout-api@7&part=all',
      'partOf=@&part=all',
      'part=all',
    ])
      expect([query, textOf(await pages.read(`/defects?${query}`))]).toEqual([
        query,
        expect.stringContaining('asked for by the release, and regressed, fixed or all'),
      ])
  })
})
