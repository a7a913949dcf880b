import { expect, test } from 'vitest'
import { deployed, type HistoryPages, openHistory, seen } from '../support/history-pages.ts'
import { followed, numberLinks, piece } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'
import { tellHistory } from '../support/told-history.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

describeOnEachEngine('counts of releases lead to them', (openTestStore) => {
  const toReleases = (html: string) => numberLinks(html).filter(({ href }) => href.startsWith('/releases?'))

  test('those with which a verdict compares', async () => {
    const pages = await openHistory(openTestStore)
    await tellHistory(pages)
    await pages.tell('deployments', deployed('1.40.0', pages.deps.clock() - 3 * HOUR))
    await pages.tell('defects', seen('Cart breaks', pages.deps.clock() - 2 * HOUR))
    const html = await pages.read('/releases/checkout-api/1.40.0')
    const { said, found } = await followed(pages, toReleases(html))
    expect(found).toEqual(said)
    const links = (id: string) => toReleases(piece(html, `id="${id}"`, '</section>'))
    expect(links('verdict')).toEqual([{ n: 10, href: expect.stringContaining('baseline=usual') }])
    expect(links('discovery')).toEqual([{ n: 10, href: expect.stringContaining('baseline=usual') }])
    expect(links('why')).toEqual([
      { n: expect.any(Number), href: expect.stringContaining('baseline=all') },
      { n: 10, href: expect.stringContaining('baseline=usual') },
    ])
    expect(links('why')[0]?.n).toBeGreaterThan(10)
    const list = await pages.read(links('why')[1]?.href as string)
    expect(textOf(list)).toContain('That tell what is usual for checkout-api 1.40.0 in production')
    expect(list).not.toContain('/releases/checkout-api/1.40.0"')
  })

  test('those of a release that there is too little to compare with', async () => {
    const pages = await openHistory(openTestStore)
    const now = pages.deps.clock()
    await pages.tell('deployments', ...[1, 2, 3].map((n) => deployed(`1.${n}.0`, now - (9 - n) * DAY)))
    const { said, found } = await followed(pages, toReleases(await pages.read('/releases/checkout-api/1.3.0')))
    expect(found).toEqual(said)
    expect(said.map(({ n }) => n)).toContain(2)
  })

  test('those that changed a file in the stack of a defect', async () => {
    const pages = await openHistory(openTestStore)
    await tellFiles(pages)
    const suspect = piece(await pages.read('/defects/PF-1'), 'id="suspect"', '</section>')
    const links = toReleases(suspect).filter(({ href }) => href.includes('weighedFor'))
    expect(links.map(({ n }) => n)).toEqual([2, 8])
    const { said, found } = await followed(pages, links)
    expect(found).toEqual(said)
    expect(textOf(await pages.read(links[0]?.href as string))).toContain(
      'Of checkout-api weighed for PF-1, changed src/cart.ts',
    )
    // Who comes back sees them all.
    expect(await pages.read('/releases')).toContain('1.1.0')
  })

  test('and are told what they take', async () => {
    const pages = await openHistory(openTestStore)
    await tellFiles(pages)
    for (const [query, words] of [
      ['weighedFor=PF-77&weighedOf=checkout-api', 'by a defect and a service looked at for it'],
      ['weighedFor=PF-1&weighedOf=nobody', 'by a defect and a service looked at for it'],
      ['changing=src/cart.ts', 'by a defect and a service looked at for it'],
      ['baselineOf=checkout-api@1.2.0&baselineIn=mars&baseline=all', 'by the release, an environment'],
      ['baselineOf=checkout-api@9&baselineIn=production&baseline=all', 'by the release, an environment'],
      ['baselineOf=@&baselineIn=production&baseline=all', 'by the release, an environment'],
      ['baselineOf=checkout-api@1.2.0&baselineIn=production', 'by the release, an environment'],
    ]) {
      const text = textOf(await pages.read(`/releases?${query}`))
      expect([query, text]).toEqual([query, expect.stringContaining(words as string)])
      expect(text).toContain('1–8 of 8')
    }
  })
})

/** Eight releases of which the third and the last changed the file that a defect names. */
async function tellFiles(pages: HistoryPages): Promise<void> {
  const now = pages.deps.clock()
  await pages.tell(
    'deployments',
    ...Array.from({ length: 8 }, (_, i) =>
      deployed(`1.${i + 1}.0`, now - (16 - 2 * i) * DAY, {
        files: [i === 2 || i === 7 ? 'src/cart.ts' : 'src/mail.ts', `src/page-${i}.ts`],
      }),
    ),
  )
  await pages.tell('defects', seen('Cart breaks', now - DAY, { files: ['/app/src/cart.ts'] }))
}
