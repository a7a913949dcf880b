import { describe, expect, test } from 'vitest'
import { openPages, textOf } from '../../support/pages.ts'
import { PASSWORD } from '../../support/people.ts'
import { testStoresOn } from '../../support/stores.ts'

const NAV = {
  Overview: '/',
  Live: '/live',
  Releases: '/releases',
  Calendar: '/calendar',
  Defects: '/defects',
  Trends: '/trends',
} as const

async function open() {
  const { app, cookie, post } = await openPages(testStoresOn('sqlite'))
  const deployed = { status: 'succeeded', version: '1.0.0', finishedAt: '2026-03-02T10:00:00Z' }
  const answer = await post('/api/v1/deployments', [
    { id: 'd1', service: 'checkout-api', environment: 'production', ...deployed },
    { id: 'd2', service: 'ledger', environment: 'staging', ...deployed },
    { id: 'd3', service: 'search', environment: 'production', ...deployed },
  ])
  if (!answer.ok) throw new Error(await answer.text())
  const jar = new Map<string, string>()
  let session = cookie
  const ask = async (path: string, { part = false, ...init }: RequestInit & { part?: boolean } = {}) => {
    const cookies = [session, ...[...jar].map(([name, value]) => `${name}=${value}`)].join('; ')
    const asksPart = part ? { 'HX-Request': 'true', 'HX-Request-Type': 'partial' } : undefined
    const visited = await app.request(path, {
      ...init,
      headers: { Cookie: cookies, 'Sec-Fetch-Site': 'same-origin', ...asksPart },
    })
    for (const set of visited.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? []
      if (name === 'sid') session = `sid=${value}`
      else if (/max-age=0/i.test(set)) jar.delete(name)
      else jar.set(name, value)
    }
    return visited
  }
  const visit = async (path: string) => {
    const visited = await ask(path)
    return [visited.status, visited.headers.get('Location')]
  }
  /** Where the links of the sidebar lead. */
  const navOf = async (path: string, options?: { part: boolean }) => {
    const html = await (await ask(path, options)).text()
    const begin = html.indexOf(options?.part ? 'hx-target="#nav"' : 'id="nav"')
    const nav = html.slice(begin, html.indexOf('Data in', begin))
    const hrefs = [...nav.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'))
    return Object.fromEntries(
      Object.entries(NAV).map(([name, path]) => [name, hrefs.find((href) => href.split('?')[0] === path)]),
    )
  }
  return { ask, visit, navOf, jar, post }
}

/** Of an address that says what is shown: so do they, though nothing of it is another choice. */
const SAID = Object.fromEntries(Object.entries(NAV).map(([name, path]) => [name, `${path}?service=`]))

const everywhere = (query: string) => ({
  ...{ Overview: `/?${query}`, Live: '/live?service=', Releases: `/releases?${query}`, Calendar: `/calendar?${query}` },
  ...{ Defects: `/defects?${query}`, Trends: `/trends?${query}` },
})

describe('links to other pages', () => {
  test('carry nothing while nothing is chosen', async () => {
    const { navOf } = await open()
    expect(await navOf('/')).toEqual(NAV)
  })

  test('of an address that says what is shown anyway say that nothing else is chosen, whatever another tab does', async () => {
    const { navOf, visit } = await open()
    // As the form sends it.
    const nav = await navOf('/?env=production&range=14d&compare=')
    expect(nav).toEqual(SAID)
    expect(await navOf('/trends?env=production&range=90d&until=')).toEqual(SAID)
    for (const href of Object.values(nav)) {
      await visit('/?service=search&env=staging')
      expect(await visit(href as string)).toEqual([200, null])
    }
  })

  test.each([
    '/?service=search&env=production&range=14d&compare=',
    '/releases?service=search&env=&range=',
    '/defects?service=search',
    '/trends?service=search&env=production&range=90d&until=',
    '/trends/quality?service=search',
    '/trends/delivery?service=search',
    '/calendar?service=search&env=',
    '/deployments?service=search',
  ])('of %s carry the service', async (path) => {
    const { navOf } = await open()
    expect(await navOf(path)).toEqual(everywhere('service=search'))
    expect(await navOf(path, { part: true })).toEqual(everywhere('service=search'))
  })

  test('carry an environment that is not the usual one, from the live board too', async () => {
    const { navOf } = await open()
    const staging = { ...everywhere('env=staging'), Live: '/live?env=staging' }
    expect(await navOf('/?env=staging&range=14d')).toEqual(staging)
    expect(await navOf('/live?env=staging')).toEqual(staging)
    // Production is what the overview shows anyway; of releases it is a choice.
    expect((await navOf('/releases?env=production')).Defects).toBe('/defects?env=production')
    expect((await navOf('/?env=production')).Defects).toBe('/defects?env=production')
    expect((await navOf('/releases?env=')).Defects).toBe('/defects?service=')
    expect(await navOf('/live?env=tier:staging')).toEqual(SAID)
  })

  test('carry a range where the other page knows it, and it is not lost where it does not', async () => {
    const { navOf } = await open()
    const week = { ...SAID, Overview: '/?range=7d', Releases: '/releases?range=7d' }
    expect(await navOf('/?env=production&range=7d')).toMatchObject(week)
    expect(await navOf('/trends?range=90d')).toMatchObject(week)
    expect(await navOf('/defects?severity=S1')).toMatchObject(week)
    expect(await navOf('/trends?range=365d')).toMatchObject({ Overview: SAID.Overview, Trends: '/trends?range=365d' })
    expect(await navOf('/?range=14d')).toMatchObject({ Trends: '/trends?range=365d' })
  })

  test('a range that one page shows anyway stays chosen for the others', async () => {
    const { navOf } = await open()
    await navOf('/releases?range=14d')
    expect(await navOf('/?range=14d')).toMatchObject({ Releases: '/releases?range=14d' })
  })

  test('carry a stretch named by its ends, no longer than the other page takes it', async () => {
    const { navOf, jar } = await open()
    const ends = 'from=2025-03-01T00:00:00Z&to=2025-04-01T00:00:00Z'
    const there = {
      Overview: `/?${ends}`,
      Releases: `/releases?${ends}`,
      Trends: `/trends?${ends}`,
      Defects: SAID.Defects,
    }
    for (const path of ['/', '/releases', '/trends']) expect(await navOf(`${path}?${ends}`)).toMatchObject(there)
    expect(await navOf('/trends?range=30d&until=2025-03-30')).toMatchObject({
      Overview: '/?from=2025-03-01T00:00:00Z&to=2025-03-31T00:00:00Z',
    })
    const years = 'from=2023-03-01T00:00:00Z&to=2025-04-01T00:00:00Z'
    expect(await navOf(`/?${years}`)).toMatchObject({ Releases: `/releases?${years}`, Trends: SAID.Trends })
    // Neither open ends nor what is to come.
    expect(await navOf('/releases?from=2025-03-01')).toEqual(SAID)
    expect(await navOf('/releases?from=2925-03-01&to=2925-03-02')).toMatchObject({ Overview: '/' })
    // Looked at once: none of it comes back.
    expect([...jar]).toEqual([])
  })

  test('carry several services but to the page that shows one', async () => {
    const { navOf } = await open()
    const both = { Releases: '/releases?service=search,ledger', Calendar: SAID.Calendar }
    expect(await navOf('/?service=search&service=ledger&env=production')).toMatchObject(both)
    expect(await navOf('/calendar?month=2026-03')).toMatchObject(both)
    expect(await navOf('/calendar?service=search')).toMatchObject({ Releases: '/releases?service=search' })
  })

  test('of pages that show no scope carry that of the person', async () => {
    const { navOf } = await open()
    await navOf('/?service=search&env=staging&range=7d&compare=off')
    expect(await navOf('/reports')).toEqual({
      Overview: '/?service=search&env=staging&range=7d&compare=off',
      Live: '/live?env=staging',
      Releases: '/releases?service=search&env=staging&range=7d',
      Calendar: '/calendar?service=search&env=staging',
      Defects: '/defects?service=search&env=staging',
      Trends: '/trends?service=search&env=staging',
    })
  })

  test.each([
    '/defects?view=open&service=search&env=production&unplaced=too',
    '/deployments?service=search&from=2026-03-01T00:00:00Z',
    '/releases?service=search&arrivedIn=production&arrivedFrom=2026-03-01T00:00:00Z&arrivedTo=2026-03-03T00:00:00Z',
  ])('the rows behind a number are no choice: %s', async (path) => {
    const { navOf, jar } = await open()
    expect(await navOf(path)).toEqual(NAV)
    expect([...jar]).toEqual([])
  })

  test('carry nothing that is not there, and lead to pages that find nothing wrong', async () => {
    const { ask, navOf } = await open()
    const remark = /Unknown \w+ ‘|Showing all/
    await navOf('/?service=search&range=6h')
    for (const path of ['/?service=nowhere&env=mars&range=9y', '/releases?service=nowhere&env=mars', '/?range=365d'])
      for (const href of Object.values(await navOf(path)))
        expect(textOf(await (await ask(href ?? '')).text())).not.toMatch(remark)
  })

  test('the number beside Defects says when it counts more than the link leads to', async () => {
    const { ask, post } = await open()
    await post('/api/v1/defects', [{ title: 'Totals are wrong', service: 'ledger' }])
    expect(textOf(await (await ask('/')).text())).toContain('Defects 1 open Emergency')
    expect(textOf(await (await ask('/?service=search')).text())).toContain('Defects 1 open in all')
  })
})

describe('an address that says nothing', () => {
  test.each([
    ['/', '/?env=staging&range=7d'],
    ['/live', '/live?env=staging'],
    ['/releases', '/releases?service=ledger&range=7d'],
    ['/deployments', '/deployments?service=ledger'],
    ['/calendar', '/calendar?service=ledger&env=staging'],
    ['/defects', '/defects?service=ledger'],
    ['/trends', '/trends?service=ledger&env=staging&range=30d'],
  ])('%s leads to %s again, until another is asked for', async (bare, scoped) => {
    const { visit } = await open()
    expect(await visit(bare)).toEqual([200, null])
    expect(await visit(scoped)).toEqual([200, null])
    expect(await visit(bare)).toEqual([302, scoped])
    // As the form sends it with nothing chosen.
    expect(await visit(`${bare}?env=&range=`)).toEqual([200, null])
    expect(await visit(bare)).toEqual([200, null])
  })

  test('leads to what was looked at on another page; all services there are all everywhere', async () => {
    const { visit } = await open()
    await visit('/trends?service=ledger')
    expect(await visit('/releases')).toEqual([302, '/releases?service=ledger'])
    await visit('/releases?view=all')
    for (const path of Object.values(NAV)) expect(await visit(path)).toEqual([200, null])
  })

  test('leads to nothing that does not exist', async () => {
    const { visit } = await open()
    for (const path of Object.values(NAV)) {
      await visit(`${path}?env=nowhere`)
      expect(await visit(path)).toEqual([200, null])
    }
  })

  test('is not changed by a part that refreshes itself in another tab', async () => {
    const { visit, ask } = await open()
    await visit('/?service=search')
    await ask('/?env=production&range=14d', { part: true })
    expect(await visit('/releases')).toEqual([302, '/releases?service=search'])
  })

  test('stays what it is for a part that refreshes itself', async () => {
    const { visit, ask, navOf } = await open()
    await visit('/?service=search')
    for (const path of Object.values(NAV)) expect((await ask(path, { part: true })).status).toBe(200)
    expect(await navOf('/', { part: true })).toEqual(NAV)
  })

  test('leads not where whoever sat here before was', async () => {
    const { visit, jar } = await open()
    await visit('/?env=staging')
    const [name = '', value = ''] = [...jar][0] ?? []
    jar.set(name, value.replace(/^\d+/, '4711'))
    expect(await visit('/')).toEqual([200, null])
  })

  test('leads nowhere else, whatever the cookie says', async () => {
    const { visit, jar } = await open()
    await visit('/?env=staging')
    jar.set('scope', encodeURIComponent('1?//evil.example/?env=x'))
    expect(await visit('/')).toEqual([200, null])
    jar.set('scope', encodeURIComponent('1?env=//evil.example/&next=//evil.example'))
    expect(await visit('/')).toEqual([302, '/?env=%2F%2Fevil.example%2F'])
  })
})

test('signing in shows all services again, in the environment and the range of before', async () => {
  const { visit, ask } = await open()
  await visit('/?service=search&env=staging&range=7d')
  expect(await visit('/')).toEqual([302, '/?service=search&env=staging&range=7d'])
  const signedIn = await ask('/login', {
    method: 'POST',
    body: new URLSearchParams({ email: 'ana@example.com', password: PASSWORD }),
  })
  expect(signedIn.status).toBe(303)
  expect(await visit('/')).toEqual([302, '/?env=staging&range=7d'])
  expect(await visit('/defects')).toEqual([302, '/defects?env=staging'])
})
