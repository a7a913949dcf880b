import { beforeAll, expect, test } from 'vitest'
import { countOpenThen } from '../../src/store/overview/then-queries.ts'
import { instantText } from '../../views/paths.ts'
import { deployed, iso, openHistory } from '../support/history-pages.ts'
import { copyLinkOf, followed, numberLinks, piece } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'
import { tellHistory } from '../support/told-history.ts'

const DAY = 86_400_000

describeOnEachEngine('the overview of a time that is past', (openTestStore) => {
  /** The same address, with what happened after it and without. */
  async function openTold() {
    const pages = await openHistory(openTestStore)
    await tellHistory(pages)
    const now = pages.deps.clock()
    const endedAt = now - 10 * DAY
    return { pages, endedAt, path: `/?env=production&from=${iso(now - 40 * DAY)}&to=${iso(endedAt)}` }
  }
  /** Is only looked at. */
  let told: Awaited<ReturnType<typeof openTold>>
  beforeAll(async () => {
    told = await openTold()
  })

  test('tells what ran and was open then, and each number leads to its rows', async () => {
    const { pages, endedAt, path } = told
    const html = await pages.read(path)
    const running = textOf(piece(html, 'id="running"', '</section>'))
    // 1.12.0 came thirteen days ago, 1.13.0 ten: that very instant is not in the time any more.
    expect(running).toContain('1.12.0')
    expect(running).not.toContain('1.15.0')
    expect(running).not.toContain('search')
    expect(running).toContain('3 d ')
    const links = [
      ...numberLinks(piece(html, '<dl class="panel kpi', '</dl>')),
      ...numberLinks(piece(html, 'id="running"', '</section>')),
      ...numberLinks(piece(html, 'id="open-defects"', '<table')),
      ...numberLinks(piece(html, 'id="changes"', '</section>')),
    ]
    const { said, found } = await followed(pages, links)
    expect(found).toEqual(said)
    expect(said.filter(({ href }) => href.includes(`openAt=${instantText(endedAt)}`)).length).toBeGreaterThan(4)
    const [s1s2] = said
    expect(s1s2?.n).toBeGreaterThan(0)
  })

  test('of some services tells what of them ran and was open then, and of no others', async () => {
    const { pages, endedAt, path } = await openTold()
    for (const [service, version] of [
      ['billing', '3.0.0'],
      ['mailer', '7.0.0'],
    ] as const) {
      const fault = { service, environment: 'production', severity: 'S2' }
      const occurredAt = iso(endedAt - 5 * DAY)
      await pages.tell('deployments', deployed(version, endedAt - 20 * DAY, { service }))
      await pages.tell(
        'defects',
        { ...fault, id: `${service} a`, title: `${service} fails`, occurredAt },
        { ...fault, id: `${service} b`, title: `${service} was slow`, occurredAt },
        {
          ...fault,
          id: `${service} b`,
          title: `${service} was slow`,
          status: 'fixed',
          resolvedAt: iso(endedAt + 2 * DAY),
        },
      )
    }
    const html = await pages.read(`${path}&service=billing`)
    expect(textOf(piece(html, 'id="running"', '</section>'))).toMatch(/billing 3\.0\.0/)
    expect(html).not.toMatch(/mailer (fails|was)|7\.0\.0/)
    const { said, found } = await followed(pages, numberLinks(piece(html, '<dl class="panel kpi', '</dl>')))
    expect(found).toEqual(said)
    expect(said[0]?.n).toBe(2)
  })

  test('is the same tomorrow, but for what can only be known of now, which it says', async () => {
    const { pages, endedAt, path } = await openTold()
    const html = await pages.read(path)
    const text = textOf(html)
    expect(text).toContain('Only of now can be told what needs attention, verdicts')
    expect(text).not.toContain('Nothing needs attention')
    expect(text).toContain('48 h before')
    await pages.tell('deployments', deployed('9.0.0', pages.deps.clock() - DAY))
    const later = await pages.read(path)
    expect(textOf(later)).not.toContain('9.0.0')
    const shown = (page: string) => numberLinks(piece(page, '<dl class="panel kpi', '</dl>'))
    expect(shown(later)).toEqual(shown(html))
    expect(copyLinkOf(later)).toContain(instantText(endedAt))
    const csv = await (await pages.visit(path.replace('/?', '/overview/running.csv?'))).text()
    expect(csv).toContain('1.12.0')
    expect(csv).not.toContain('9.0.0')
  })

  test('that is not over yet is one of now', async () => {
    const { pages } = told
    const text = textOf(await pages.read(`/?env=production&from=${iso(pages.deps.clock() - 5 * DAY)}`))
    expect(text).toContain('1.15.0')
    expect(text).not.toContain('Only of now can be told')
  })

  test('says when too many were closed since then to be counted', async () => {
    const { pages, endedAt } = told
    const db = pages.deps.store.reader
    const { id } = await db
      .selectFrom('environments')
      .select('id')
      .where('name', '=', 'production')
      .executeTakeFirstOrThrow()
    expect(await countOpenThen(db, [id], endedAt)).toBeDefined()
    expect(await countOpenThen(db, [id], endedAt - 30 * DAY, { most: 1 })).toBeUndefined()
  })
})
