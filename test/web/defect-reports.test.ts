import { expect, test } from 'vitest'
import { openHistory, seen } from '../support/history-pages.ts'
import { piece } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const HOUR = 3_600_000

describeOnEachEngine('all reports of a defect', (openTestStore) => {
  test('are gone through page by page, each once', async () => {
    const pages = await openHistory(openTestStore)
    const now = pages.deps.clock()
    const keys = Array.from({ length: 107 }, (_, i) => `J-${i}`)
    await pages.tell('defects', ...keys.map((id) => seen('Capture fails', now - HOUR, { id, fingerprint: 'capture' })))
    const defect = await pages.read('/defects/PF-1')
    const [, href, count] = /The first 50 of <a href="([^"]*)">(\d+)</.exec(defect) ?? []
    expect(Number(count)).toBe(107)
    const ids: string[] = []
    const summaries: string[] = []
    for (let path = href; path; ) {
      const html = await pages.read(path.replaceAll('&amp;', '&'))
      ids.push(...[...html.matchAll(/<code title="(J-\d+)"/g)].map(([, id]) => id as string))
      summaries.push(...(/\d+–\d+ of \d+/.exec(textOf(html)) ?? []))
      path = /href="([^"]*)" rel="next"/.exec(html)?.[1] ?? ''
    }
    expect(summaries).toEqual(['1–50 of 107', '51–100 of 107', '101–107 of 107'])
    expect(new Set(ids)).toEqual(new Set(keys))
    expect(ids).toHaveLength(107)
  })

  test('are counted by source, and shown of one alone', async () => {
    const pages = await openHistory(openTestStore)
    const at = pages.deps.clock() - HOUR
    await pages.tell(
      'defects',
      ...['A', 'B', 'C'].map((id) => seen('Capture fails', at, { id, fingerprint: 'capture' })),
    )
    const { db } = pages.deps.store
    const [api, other] = await db.selectFrom('sources').select(['id', 'slug']).orderBy('id').limit(2).execute()
    const { id } = await db.selectFrom('reports').select('id').orderBy('id', 'desc').limit(1).executeTakeFirstOrThrow()
    await db
      .updateTable('reports')
      .set({ source_id: other?.id as number })
      .where('id', '=', id)
      .execute()
    const tabs = piece(await pages.read('/defects/PF-1/reports'), 'aria-label="Sources"', '</nav>')
    const counts = [...tabs.matchAll(/href="([^"]*)"[^>]*>[^<]*<span class="ct">(\d+)</g)]
    expect(counts.map(([, , n]) => Number(n))).toEqual([3, 2, 1])
    expect(api?.slug).not.toBe(other?.slug)
    for (const [, href, n] of counts) {
      const html = await pages.read((href as string).replaceAll('&amp;', '&'))
      expect([href, textOf(html)]).toEqual([href, expect.stringContaining(`1–${n} of ${n}`)])
    }
  })
})

test('of a merged defect are those of the one it was merged into', async () => {
  const { tell, deps, visit, submit } = await openHistory()
  const at = deps.clock() - HOUR
  await tell('defects', seen('Capture fails', at, { id: 'A' }), seen('Refund breaks', at, { id: 'B' }))
  await submit('/defects/PF-2/merge', { into: 'PF-1', reason: 'The same.' })
  const answer = await visit('/defects/PF-2/reports')
  expect(answer.status).toBe(302)
  expect(answer.headers.get('location')).toBe('/defects/PF-1/reports')
})

test('an address of a defect that is not there says so, and what there is', async () => {
  const { tell, deps, visit } = await openHistory()
  const none = await visit('/defects/PF-9')
  expect(none.status).toBe(404)
  expect(textOf(await none.text())).toContain('No defect was reported yet.')
  await tell('defects', seen('Capture fails', deps.clock() - HOUR))
  for (const path of ['/defects/PF-99999', '/defects/99999/reports']) {
    const answer = await visit(path)
    const html = await answer.text()
    expect([path, answer.status]).toEqual([path, 404])
    expect(textOf(html)).toContain('There is no defect PF-99999. The highest number is PF-1 .')
    for (const href of ['/defects/PF-1', '/defects?status=any']) expect(html).toContain(`href="${href}"`)
    expect(html).toContain('action="/search"')
  }
  const unclear = await visit('/defects/luck')
  expect(unclear.status).toBe(404)
  expect(textOf(await unclear.text())).toContain('‘luck’ is no number of a defect')
})
