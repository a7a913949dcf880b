import { expect, test } from 'vitest'
import { deployed, type HistoryPages, iso, openHistory } from '../support/history-pages.ts'
import { followed, numberLinks, piece, rowsOf } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const DAY = 86_400_000
const HOUR = 3_600_000

describeOnEachEngine('the commits behind the lead time', (openTestStore) => {
  /** Four releases with sixteen commits each: in each a merge, one without a time, one of the future. */
  async function withCommits() {
    const pages = await openHistory(openTestStore)
    const now = pages.deps.clock()
    const messages = ['Merge branch main', 'merge: it', 'Merged by hand', 'MERGE', undefined, 'Round up']
    await pages.tell(
      'deployments',
      ...[20, 15, 10, 5].map((days, release) =>
        deployed(`1.${release}.0`, now - days * DAY, {
          commits: Array.from({ length: 16 }, (_, i) => ({
            sha: `${release}${i.toString(16)}`.repeat(20),
            message: messages[i] ?? `Change ${i}`,
            author: 'ana',
            ...(i === 6 ? {} : { at: iso(now - days * DAY + (i === 7 ? HOUR : -(i + 1) * HOUR)) }),
          })),
        }),
      ),
      // The same once more, and back: neither brings any.
      deployed('1.3.0', now - 4 * DAY, { id: 'again' }),
      deployed('1.2.0', now - 3 * DAY, { id: 'back' }),
    )
    return pages
  }
  const pageOf = async (pages: HistoryPages) => pages.read('/trends/delivery?env=production&range=90d')

  test('are as many as it says, by page and as a file', async () => {
    const pages = await withCommits()
    const links = numberLinks(piece(await pageOf(pages), 'id="delivery"', '</table>')).filter(({ href }) =>
      href.startsWith('/commits'),
    )
    // Three of each sixteen are merges; of the others one has no time, and one a time after the deployment.
    expect(links.map(({ n }) => n)).toEqual([44, 52])
    const { said, found } = await followed(pages, links)
    expect(found).toEqual(said)
    const all = said[1]?.href as string
    const first = await pages.read(all)
    const [, next = ''] = /href="([^"]*)" rel="next"/.exec(first) ?? []
    const second = await pages.read(next.replaceAll('&amp;', '&'))
    expect(textOf(second)).toContain('51–52 of 52')
    const shas = [...`${first}${second}`.matchAll(/title="([0-9a-f]{40})"/g)].map(([, sha]) => sha)
    expect(new Set(shas).size).toBe(52)
    const csv = await (await pages.visit(all.replace('/commits', '/commits.csv'))).text()
    expect(
      csv
        .trimEnd()
        .split('\r\n')
        .slice(1)
        .map((line) => line.split(',')[0]),
    ).toEqual(shas)
  })

  test('are said to be those of a place and a time, and asked for by these', async () => {
    const pages = await withCommits()
    const [link] = numberLinks(piece(await pageOf(pages), 'id="delivery"', '</table>')).filter(({ href }) =>
      href.startsWith('/commits'),
    )
    const text = textOf(await pages.read(link?.href as string))
    expect(text).toContain('Brought to production first by deployments of checkout-api from')
    expect(text).toContain('those without a time before their deployment')
    expect(textOf(await pages.read('/commits?service=nobody'))).toContain('Commits are asked for by a service')
    expect(textOf(await pages.read(`${link?.href}&after=nonsense`))).toContain('named a page that does not exist')
    expect((await pages.visit('/commits.csv?service=nobody')).status).toBe(404)
    expect(await rowsOf(pages, '/commits?service=checkout-api&env=production&from=2001-01-01&to=2001-02-01')).toBe(0)
  })
})
