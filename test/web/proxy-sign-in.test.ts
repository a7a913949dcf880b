import { expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { anAccessApp, LOCAL } from '../support/access-app.ts'
import { addPerson, PASSWORD } from '../support/people.ts'

const PROXY = '10.0.0.1'
const ENV = {
  TRUSTED_PROXIES: '10.0.0.0/8',
  PROXY_USER_HEADER: 'X-Remote-User',
  PROXY_EMAIL_HEADER: 'X-Remote-Email',
  PROXY_GROUPS_HEADER: 'X-Remote-Groups',
  PROXY_ROLES: 'releng=release-manager, ops=engineer',
}
const ANA = { 'X-Remote-User': 'ana', 'X-Remote-Email': 'ana@example.com', 'X-Remote-Groups': 'ops, other' }
const MINUTE = 60_000

async function withProxy(env: Readonly<Record<string, string>> = ENV) {
  const access = await anAccessApp(LOCAL, env)
  const through = (visitor: ReturnType<typeof access.browser>) => ({
    visit: (path: string, headers: Record<string, string> = ANA, form?: Record<string, string>) =>
      visitor.visit(path, { headers, from: PROXY, ...(form && { form }) }),
    visitor,
  })
  return { ...access, ana: () => through(access.browser()) }
}

const NO_READINGS = {
  inboxDepth: 0,
  oldestWaitingAt: undefined,
  dead: 0,
  attributionsWaiting: 0,
  diskFreeBytes: undefined,
  walBytes: undefined,
  lastDeliveryAt: [],
  liveStreams: 0,
}

const leadsTo = (answer: Response) => [answer.status, answer.headers.get('Location')]

test('whom a trusted proxy names is signed in, made, and has the role of their groups', async () => {
  const { ana, store } = await withProxy()
  const browser = ana()
  expect(leadsTo(await browser.visit('/page'))).toEqual([303, '/login?next=%2Fpage'])
  expect(leadsTo(await browser.visit('/login?next=%2Fpage'))).toEqual([303, '/page'])
  expect(await (await browser.visit('/page')).json()).toMatchObject({ email: 'ana@example.com', role: 'engineer' })
  expect(await store.db.selectFrom('sessions').select(['way', 'subject', 'address']).execute()).toEqual([
    { way: 'proxy', subject: 'ana', address: PROXY },
  ])
})

test('the header of anybody else is ignored, and counted', async () => {
  const { browser, store, deps } = await withProxy()
  await addPerson(store.db)
  const stranger = browser()
  const answer = await stranger.visit('/login', { headers: ANA })
  expect([answer.status, answer.headers.getSetCookie()]).toEqual([200, []])
  // Nor is one that says of itself that it came through the proxy.
  const lying = await stranger.visit('/login', { headers: { ...ANA, 'X-Forwarded-For': PROXY } })
  expect([lying.status, lying.headers.getSetCookie()]).toEqual([200, []])
  expect(await store.db.selectFrom('sessions').selectAll().execute()).toEqual([])
  const text = await deps.metrics.text(NO_READINGS, 0)
  expect(Number(/authz_denied_total\{[^}]*reason="proxy"[^}]*\} (\d+)/.exec(text)?.[1])).toBeGreaterThanOrEqual(2)
})

test('without the setting no header signs anybody in', async () => {
  const { ana } = await withProxy({ TRUSTED_PROXIES: '10.0.0.0/8' })
  expect((await ana().visit('/login')).status).toBe(200)
})

test('the session is for as long as the proxy names the same person', async () => {
  const { ana, browser } = await withProxy()
  const one = ana()
  await one.visit('/login')
  expect((await one.visit('/page')).status).toBe(200)
  expect((await one.visit('/page', { ...ANA, 'X-Remote-User': 'ben' })).status).toBe(303)
  expect((await one.visit('/page', {})).status).toBe(303)
  // Stolen, and used past the proxy.
  const cookie = `sid=${one.visitor.cookies.get('sid')}`
  expect((await browser().visit('/page', { headers: { ...ANA, Cookie: cookie } })).status).toBe(303)
  expect((await one.visit('/page')).status).toBe(200)
})

test('whoever is in no group is not let in; where there are no groups, roles are set here', async () => {
  const { ana } = await withProxy()
  expect((await ana().visit('/login', { ...ANA, 'X-Remote-Groups': 'other' })).status).toBe(422)
  const { PROXY_ROLES: _, ...noRoles } = ENV
  const here = await withProxy(noRoles)
  expect((await here.ana().visit('/login')).status).toBe(422)
  await addPerson(here.store.db, { role: 'viewer' })
  const viewer = here.ana()
  await viewer.visit('/login')
  expect(await (await viewer.visit('/page')).json()).toMatchObject({ role: 'viewer' })
})

test('what a proxy says is no recent sign-in; a password behind it is', async () => {
  const { ana, store, time } = await withProxy()
  await addPerson(store.db, { role: 'engineer' })
  const browser = ana()
  await browser.visit('/login')
  expect((await browser.visit('/account/security/totp')).headers.get('Location')).toContain('/login?again=1')
  const again = await browser.visit('/login?again=1')
  expect([again.status, await again.text()]).toEqual([200, expect.stringContaining('You are <b>ana@example.com</b>')])
  await browser.visit('/login', ANA, { email: 'ana@example.com', password: PASSWORD, again: '1' })
  expect((await browser.visit('/account/security/totp')).headers.get('Location')).toBe('/account/security')
  // Still bound to whom the proxy names.
  expect((await browser.visit('/page', { ...ANA, 'X-Remote-User': 'ben' })).status).toBe(303)
  time.now += 11 * MINUTE
  expect((await browser.visit('/account/security/totp')).headers.get('Location')).toContain('/login?again=1')
})

test('signing out is not undone by the next page', async () => {
  const { ana } = await withProxy()
  const browser = ana()
  await browser.visit('/login')
  const { csrfToken } = (await (await browser.visit('/page')).json()) as { csrfToken: string }
  const out = await browser.visit('/logout', ANA, { _csrf: csrfToken })
  expect(leadsTo(out)).toEqual([303, '/login?signed-out=here'])
  expect((await browser.visit('/login?signed-out=here')).status).toBe(200)
  expect((await browser.visit('/page')).status).toBe(303)
})

test('with trusted proxies the address is the last that is none of them', async () => {
  const { ana, store } = await withProxy()
  await ana().visit('/login', { ...ANA, 'X-Forwarded-For': '198.51.100.7, 203.0.113.9, 10.0.0.2' })
  expect(await store.db.selectFrom('sessions').select('address').execute()).toEqual([{ address: '203.0.113.9' }])
})

test('a header is believed from named proxies only, and cannot be the one way in', () => {
  expect(() => readConfig({ PROXY_USER_HEADER: 'X-Remote-User' })).toThrow('TRUSTED_PROXIES')
  expect(() => readConfig({ ...ENV, PASSWORD_SIGN_IN: 'false' })).toThrow('PASSWORD_SIGN_IN')
  expect(() => readConfig({ ...ENV, TRUSTED_PROXIES: 'proxy.example' })).toThrow('is no address or block')
  expect(() => readConfig({ ...ENV, PROXY_ROLES: 'ops=king' })).toThrow('PROXY_ROLES')
  expect(() => readConfig({ OIDC_ISSUER: 'http://id.example', OIDC_CLIENT_ID: 'x' })).toThrow('loopback')
  expect(() => readConfig({ OIDC_ISSUER: 'https://id.example' })).toThrow('OIDC_CLIENT_ID')
  expect(() => readConfig({ PASSWORD_SIGN_IN: 'false' })).toThrow('PASSWORD_SIGN_IN')
})
