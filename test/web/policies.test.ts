import { expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { SCOPES } from '../../src/core/scope.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import type { DeclaredRoute } from '../../src/web/routes.ts'
import { openPages } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

/** Every route of the running application against everybody who may come: what the site map says is what happens. */

const openTestStore = testStoresOn('sqlite')

async function openSite() {
  const pages = await openPages(openTestStore)
  const { app, declared } = createApp(pages.deps)
  const call = (route: DeclaredRoute, headers: Record<string, string> = {}) =>
    app.request(`http://127.0.0.1:3000${someAddressOf(route)}`, {
      method: route.method,
      headers: { ...(route.method === 'GET' ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(route.method === 'GET' ? {} : { body: '{}' }),
    })
  return { ...pages, app, declared, call }
}

/** An address that the route answers: its parameters are numbers, or days where numbers do not do. */
const someAddressOf = ({ path }: DeclaredRoute) =>
  path
    .replace(
      /:[a-z]+(?:\{(.*?)\}(?=\/|$))?/gi,
      (_, form = '.*') => ['1', '2026-11-01'].find((text) => new RegExp(`^(?:${form})$`).test(text)) ?? '1',
    )
    .replace('*', 'x')

const nameOf = ({ method, path }: DeclaredRoute) => `${method} ${path}`

test('every route of the application has said who may call it', async () => {
  const { app, declared } = await openSite()
  const said = new Set(declared.map(nameOf))
  const served = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)
  expect(served.length).toBeGreaterThan(30)
  expect(served.filter((route) => !said.has(route))).toEqual([])
})

test('a stranger is let in nowhere but where it is open', async () => {
  const { declared, call } = await openSite()
  const answers = new Map<string, number>()
  for (const route of declared.filter(({ policy }) => policy !== 'open'))
    answers.set(nameOf(route), (await call(route)).status)
  const letIn = [...answers].filter(([, status]) => ![303, 401].includes(status))
  expect(letIn).toEqual([])
})

test('what is open is what must be', async () => {
  const { declared } = await openSite()
  const open = declared.filter(({ policy }) => policy === 'open').map(nameOf)
  expect(open.sort()).toEqual(
    [
      'GET /api/v1/openapi.json',
      'GET /assets/:name',
      'GET /healthz',
      'GET /livez',
      'GET /login',
      'GET /login/code',
      'GET /readyz',
      'GET /setup-account',
      'OPTIONS /api/:project{[0-9]+}/envelope/',
      'OPTIONS /api/:project{[0-9]+}/store/',
      'POST /login',
      'POST /login/code',
      'POST /login/passkey',
      'POST /login/passkey/options',
      'POST /setup-account',
    ].sort(),
  )
})

test('a token opens exactly the routes of its scopes', async () => {
  const { declared, call, store, deps } = await openSite()
  for (const scope of SCOPES) {
    const { token } = await createApiToken(store, { name: scope, scopes: [scope] }, deps.clock())
    for (const route of declared.filter(({ policy }) => policy !== 'open' && policy !== 'source')) {
      const { status } = await call(route, { authorization: `Bearer ${token}` })
      const its = typeof route.policy === 'object' && route.policy.scope === scope
      const expected = its ? 'let in' : typeof route.policy === 'object' ? 403 : 'to sign in'
      const seen = status === 403 ? 403 : status === 303 || status === 401 ? 'to sign in' : 'let in'
      expect(`${nameOf(route)} with ${scope}: ${seen}`).toBe(`${nameOf(route)} with ${scope}: ${expected}`)
    }
  }
})

test('nothing is changed by a signed-in browser without the token of its session', async () => {
  const { declared, call, cookie } = await openSite()
  for (const route of declared.filter(
    ({ method, policy }) => method !== 'GET' && policy !== 'open' && policy !== 'source',
  )) {
    const same = { cookie, 'sec-fetch-site': 'same-origin' }
    expect(`${nameOf(route)} ${(await call(route, same)).status}`).toBe(`${nameOf(route)} 403`)
    const foreign = { ...same, 'x-csrf-token': 'x'.repeat(43) }
    expect(`${nameOf(route)} ${(await call(route, foreign)).status}`).toBe(`${nameOf(route)} 403`)
  }
})

test('nothing is changed by another site, even with the token', async () => {
  const { declared, call, cookie, csrfToken } = await openSite()
  for (const route of declared.filter(
    ({ method, policy }) => method !== 'GET' && policy !== 'open' && policy !== 'source',
  )) {
    for (const from of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      {},
    ]) {
      const { status } = await call(route, { cookie, 'x-csrf-token': csrfToken, ...(from as Record<string, string>) })
      expect(`${nameOf(route)} ${JSON.stringify(from)} ${status}`).toBe(`${nameOf(route)} ${JSON.stringify(from)} 403`)
    }
  }
})

test('a form that is too large is refused before anybody is asked who they are', async () => {
  const { app, cookie, csrfToken } = await openSite()
  const post = (bytes: number) =>
    app.request('http://127.0.0.1:3000/defects/1/comments', {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      body: `_csrf=${csrfToken}&text=${'x'.repeat(bytes)}`,
    })
  expect((await post(2 * 1024 * 1024)).status).toBe(413)
  expect((await post(100)).status).toBe(404)
})
