import { expect, test } from 'vitest'
import { deployed, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const HOUR = 3_600_000

describeOnEachEngine('a list says of how many rows it shows which', (openTestStore) => {
  test('on its first page and on those behind it', async () => {
    const pages = await openHistory(openTestStore)
    const now = pages.deps.clock()
    await pages.tell(
      'deployments',
      ...Array.from({ length: 60 }, (_, i) => deployed(`1.${i}.0`, now - (60 - i) * HOUR)),
    )
    await pages.tell('defects', seen('Cart breaks', now - HOUR))
    const day = new Date(now - 24 * HOUR).toISOString().slice(0, 10)
    const pager = async (path: string) => {
      const html = (await pages.read(path)).split('aria-label="Pages"').at(-1)?.split('</nav>')[0] ?? ''
      const next = /href="([^"]*)" rel="next"/.exec(html)?.[1]?.replaceAll('&amp;', '&')
      return { range: /[\d,]+–[\d,]+(?: of [\d,]+\+?)?/.exec(textOf(html))?.[0], next }
    }
    for (const [path, total] of [
      ['/releases', 60],
      ['/deployments', 60],
      // All but the first, which is above nothing.
      ['/releases?service=checkout-api&kind=minor', 59],
    ] as const) {
      const first = await pager(path)
      expect([path, first.range]).toEqual([path, `1–50 of ${total}`])
      expect([path, (await pager(first.next as string)).range]).toEqual([path, `51–${total} of ${total}`])
    }
    for (const [path, range] of [
      ['/defects?status=any', '1–1 of 1'],
      ['/deliveries', '1–2 of 2'],
      ['/deliveries?state=processed', '1–2 of 2'],
      ['/deliveries?before=2&shown=1', '2–2 of 2'],
      // Each of these is gone through to find out.
      ['/deliveries?q=Cart', '1–1'],
      ['/services', '1–1 of 1'],
      ['/live', '1–1 of 1'],
      ['/admin/environments', '1–1 of 1'],
      [`/calendar/${day}`, '1–24 of 24'],
    ])
      expect([path, (await pager(path as string)).range]).toEqual([path, range])
    const audit = await pager('/admin/audit')
    const [, total] = /^1–(\d+) of \1$/.exec(audit.range ?? '') ?? []
    expect(Number(total)).toBeGreaterThan(0)
  })
})
