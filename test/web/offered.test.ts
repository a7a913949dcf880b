import { expect, test } from 'vitest'
import { ROLES } from '../../src/core/access/role.ts'
import { formatInstant } from '../../src/core/time/instant.ts'
import { actionsNamed, pagesNamed } from '../../src/web/pages/destinations.ts'
import { bodyOf } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { openPages, type Pages } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

/** Nobody is offered what they are refused: neither a page, nor a button. */

const onSqlite = testStoresOn('sqlite')
const MOST_PAGES = 150

async function openWorld(role: string): Promise<Pages> {
  const pages = await openPages(onSqlite, { role, clock: () => day(100) })
  const place = { service: 'checkout-api', environment: 'production' }
  const release = (version: string, at: number) => ({ ...place, version, id: version, finishedAt: formatInstant(at) })
  await bodyOf(await pages.post('/api/v1/deployments', [release('1.0.0', day(80)), release('1.1.0', day(99))]), 202)
  const defect = { ...place, id: 'a', title: 'It fails', severity: 'S1', occurredAt: formatInstant(day(99) + 60_000) }
  await bodyOf(await pages.post('/api/v1/defects', [defect]), 202)
  await pages.deps.processor.runUntilIdle()
  // As if this version could not read it.
  await pages.store.db
    .updateTable('deliveries')
    .set({ state: 'failed', reason: 'Processing failed' })
    .where('id', '=', 1)
    .execute()
  return pages
}

/** Pages of one kind are one page. */
const kindOf = (href: string): string => href.replace(/[?#].*/, '').replace(/\d+(\.\d+)*/g, 'n')

/** Every page that can be reached by links, once of each kind, with what it says. */
async function walk(pages: Pages): Promise<{ refused: string[]; forms: Set<string>; seen: Set<string> }> {
  const queue: { readonly href: string; readonly from: string }[] = [{ href: '/', from: '' }]
  const seen = new Set(['/'])
  const refused: string[] = []
  const forms = new Set<string>()
  for (let next = queue.shift(); next && seen.size < MOST_PAGES; next = queue.shift()) {
    const answer = await pages.visit(next.href)
    if (answer.status === 403) refused.push(`${next.href} from ${next.from}`)
    const html = answer.headers.get('Content-Type')?.startsWith('text/html') ? await answer.text() : ''
    const from = kindOf(next.href)
    for (const [form, action] of html.matchAll(/<form\b[^>]*method="post"[^>]*action="([^"]*)"[\s\S]*?<\/form>/g))
      if (form.includes('type="submit"')) forms.add(action as string)
    const location = answer.headers.get('Location')
    const links = [...html.matchAll(/<a\b[^>]*\bhref="(\/[^"]*)"/g)].map(([, href]) => href as string)
    for (const href of location ? [location] : links) {
      if (seen.has(kindOf(href))) continue
      seen.add(kindOf(href))
      queue.push({ href: href.replaceAll('&amp;', '&'), from })
    }
  }
  return { refused, forms, seen }
}

for (const role of ROLES)
  test(`the links that a person sees as ${role} let them in`, async () => {
    const pages = await openWorld(role)
    const { refused, seen } = await walk(pages)
    expect(refused).toEqual([])
    expect(seen.size).toBeGreaterThan(30)
    for (const { href } of [...pagesNamed('', role), ...actionsNamed('', role)])
      expect([href, (await pages.visit(href)).status]).not.toEqual([href, 403])
    await pages.store.close()
  })

test('the buttons that a viewer sees do what they say', async () => {
  const pages = await openWorld('viewer')
  const { forms } = await walk(pages)
  expect(forms.size).toBeGreaterThan(2)
  for (const action of forms) {
    if (action === '/logout') continue
    expect([action, (await pages.submit(action)).status]).not.toEqual([action, 403])
  }
  await pages.store.close()
})
