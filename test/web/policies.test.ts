import { expect, test } from 'vitest'
import { ROLE_OF_SCOPE, ROLES } from '../../src/core/access/role.ts'
import type { DeclaredRoute } from '../../src/web/routes.ts'
import { openPages } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'
import { addressOf, changes, EVERY_ROLE, EVERY_SCOPE, nameOf, openToAll, type Visitor } from '../support/visitors.ts'

/** Every route of the running application against everybody who may come: what the site map says is what happens. */

const HOUR_MS = 3_600_000
const OTHERS = ['nobody-s-service']

test('every route of the application has said who may call it', async () => {
  const { app, declared } = await openToAll()
  const said = new Set(declared.map(nameOf))
  const served = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`)
  expect(served.length).toBeGreaterThan(30)
  expect(served.filter((route) => !said.has(route))).toEqual([])
  // Of two of the same the first would answer, whatever the other says.
  expect(declared.map(nameOf).filter((name, i, all) => all.indexOf(name) !== i)).toEqual([])
})

test('whoever may change something has a role, unless it is their own affair', async () => {
  const { declared } = await openToAll()
  const unsaid = declared.filter((route) => changes(route) && route.policy === 'session').map(nameOf)
  expect(unsaid).toEqual([])
  const own = declared.filter(({ policy }) => policy === 'own').map(nameOf)
  expect(own.sort()).toEqual(OWN_AFFAIRS)
})

const OWN_AFFAIRS = [
  'POST /account/password',
  'POST /account/sessions/:handle/end',
  'POST /account/sessions/end',
  'POST /account/time-zone',
  'POST /defects/views',
  'POST /defects/views/change',
  'POST /logout',
  'POST /preferences/defect-columns',
  'POST /preferences/theme',
]

test('what is open is what must be', async () => {
  const { declared } = await openToAll()
  const open = declared.filter(({ policy }) => policy === 'open').map(nameOf)
  expect(open.sort()).toEqual(
    [
      'GET /api/v1/openapi.json',
      'GET /assets/:name',
      'GET /forgot',
      'GET /healthz',
      'GET /join',
      'GET /livez',
      'GET /r/:token',
      'GET /login',
      'GET /login/code',
      'GET /login/oidc',
      'GET /login/oidc/callback',
      'GET /login/oidc/sign-out',
      'GET /readyz',
      'GET /reset-password',
      'GET /setup-account',
      'OPTIONS /api/:project{[0-9]+}/envelope/',
      'OPTIONS /api/:project{[0-9]+}/store/',
      'POST /forgot',
      'POST /join',
      'POST /login',
      'POST /login/code',
      'POST /login/passkey',
      'POST /login/passkey/options',
      'POST /login/session',
      'POST /reset-password',
      'POST /setup-account',
    ].sort(),
  )
})

type Answer = 'let in' | 'refused' | 'to sign in' | 'to sign in again'

/** What the policy of a route says to a visitor, worked out here a second time. */
function expected({ policy, ...route }: DeclaredRoute, visitor: Visitor): Answer {
  if (policy === 'open') return 'let in'
  const scope = typeof policy === 'object' && 'scope' in policy ? policy.scope : undefined
  const isLimited = visitor.is !== 'nobody' && visitor.services !== undefined
  const looksItself = policy === 'own' || (typeof policy === 'object' && policy.perService === true)
  const concernsAll = changes({ policy, ...route }) && !looksItself
  if (visitor.is === 'nobody') return 'to sign in'
  if (visitor.is === 'token') {
    if (scope === undefined) return 'to sign in'
    return scope !== visitor.scope || (isLimited && concernsAll) ? 'refused' : 'let in'
  }
  const needed =
    typeof policy !== 'object' ? 'viewer' : (policy.role ?? (scope === undefined ? 'admin' : ROLE_OF_SCOPE[scope]))
  if (ROLES.indexOf(visitor.role) < ROLES.indexOf(needed) || (isLimited && concernsAll)) return 'refused'
  const isStale = (visitor.signedInAgoMs ?? 0) > 600_000
  return isStale && typeof policy === 'object' && 'recent' in policy ? 'to sign in again' : 'let in'
}

function seen(answer: Response): Answer {
  const location = answer.headers.get('Location') ?? ''
  if (answer.status === 403) return 'refused'
  if (location.startsWith('/login?again=1')) return 'to sign in again'
  // Who signs out is led there as well, and told to forget the cookie.
  const isForgotten = answer.headers.getSetCookie().length > 0
  return answer.status === 401 || (location.startsWith('/login') && !isForgotten) ? 'to sign in' : 'let in'
}

const VISITORS: readonly (readonly [string, Visitor])[] = [
  ['nobody', { is: 'nobody' }],
  ...EVERY_ROLE.map((visitor) => [(visitor as { role: string }).role, visitor] as const),
  ['an engineer of another service', { is: 'person', role: 'engineer', services: OTHERS }],
  ['a release manager of another service', { is: 'person', role: 'release-manager', services: OTHERS }],
  ['an admin who signed in an hour ago', { is: 'person', role: 'admin', signedInAgoMs: HOUR_MS }],
  ...EVERY_SCOPE.map((visitor) => [`a token for ${(visitor as { scope: string }).scope}`, visitor] as const),
  ...EVERY_SCOPE.map(
    (visitor) =>
      [
        `a token of another service for ${(visitor as { scope: string }).scope}`,
        { ...visitor, services: OTHERS },
      ] as const,
  ),
]

test('every route answers everybody as its policy says', async () => {
  const { declared, headersOf, call } = await openToAll()
  const wrong: string[] = []
  let asked = 0
  for (const [name, visitor] of VISITORS) {
    const headers = await headersOf(visitor)
    // Signing out last: the session is needed until then.
    for (const route of declared.toSorted((a, b) => Number(a.path === '/logout') - Number(b.path === '/logout'))) {
      if (route.policy === 'source') continue
      const answer = await call(route, headers)
      await answer.body?.cancel()
      const [is, should] = [seen(answer), expected(route, visitor)]
      asked++
      // What is open may still ask for the token of a link, or for a page of ours.
      const looksItself = is === 'refused' && (route.policy === 'open' || (isLimitedTo(visitor) && mayLook(route)))
      // The second step of signing in leads back to the first where that was not taken.
      const startsOver = is === 'to sign in' && route.policy === 'open' && route.path.startsWith('/login/')
      if (is !== should && !looksItself && !startsOver)
        wrong.push(`${nameOf(route)}, ${name}: ${is} instead of ${should}`)
    }
  }
  expect(wrong).toEqual([])
  expect(asked).toBeGreaterThan(2_000)
}, 180_000)

const isLimitedTo = (visitor: Visitor): boolean => visitor.is !== 'nobody' && visitor.services !== undefined
/** The handler looks at the services itself, and what does not exist is of none. */
const mayLook = ({ policy }: DeclaredRoute): boolean => typeof policy === 'object' && policy.perService === true

test('a webhook is asked for the proof of its sender, whoever else it shows', async () => {
  const { declared, headersOf, call } = await openToAll()
  const admin = await headersOf({ is: 'person', role: 'admin' })
  const answers = []
  for (const route of declared.filter(({ policy }) => policy === 'source'))
    answers.push((await call(route, admin)).status)
  expect(new Set(answers)).toEqual(new Set([401]))
})

/** What a request that another page made the browser send looks like; none has both the token and the origin. */
const FORGERIES: readonly (readonly [
  string,
  (own: Record<string, string>, foreignToken: string) => Record<string, string>,
])[] = [
  ['no token', ({ cookie = '' }) => ({ cookie, 'sec-fetch-site': 'same-origin' })],
  ['the token of another session', (own, token) => ({ ...own, 'x-csrf-token': token })],
  ['another site', (own) => ({ ...own, 'sec-fetch-site': 'cross-site' })],
  ['a sister host', (own) => ({ ...own, 'sec-fetch-site': 'same-site' })],
  ['the address bar', (own) => ({ ...own, 'sec-fetch-site': 'none' })],
  ['another origin', (own) => ({ ...without(own, 'sec-fetch-site'), origin: 'https://evil.example' })],
  ['a sandboxed frame', (own) => ({ ...without(own, 'sec-fetch-site'), origin: 'null' })],
  ['no origin', (own) => without(own, 'sec-fetch-site')],
  ['no origin and no token', ({ cookie = '' }) => ({ cookie })],
  [
    'a form sent as plain text',
    ({ cookie = '' }) => ({ cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' }),
  ],
]

const without = (headers: Record<string, string>, name: string): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name))

test('no route changes anything for a request that another page forged', async () => {
  const { declared, headersOf, call, store } = await openToAll()
  const own = await headersOf({ is: 'person', role: 'admin' })
  const foreign = (await headersOf({ is: 'person', role: 'admin' }))['x-csrf-token'] ?? ''
  const before = await everyRow(store)
  const let_in: string[] = []
  for (const route of declared.filter((one) => changes(one) && one.policy !== 'source')) {
    for (const [name, forge] of FORGERIES) {
      const isOpenForm = route.policy === 'open'
      // Forms that are open have no session whose token they could carry; the origin is all there is.
      if (isOpenForm && /token|text/.test(name) && name !== 'no origin and no token') continue
      const body = name.includes('plain text') ? `_csrf=${own['x-csrf-token']}` : undefined
      const { status } = await call(route, forge(own, foreign), body)
      if (status !== 403) let_in.push(`${nameOf(route)} from ${name}: ${status}`)
    }
  }
  expect(let_in).toEqual([])
  expect(await everyRow(store)).toEqual(before)
}, 180_000)

test('nothing is changed by reading, nor by another method in disguise', async () => {
  const { app, declared, headersOf, store } = await openToAll()
  const { cookie = '' } = await headersOf({ is: 'person', role: 'admin' })
  const before = await everyRow(store)
  const answers: string[] = []
  for (const route of declared.filter(changes)) {
    for (const override of ['POST', 'DELETE']) {
      const answer = await app.request(`http://127.0.0.1:3000${addressOf(route)}?_method=${override}`, {
        headers: {
          cookie,
          'sec-fetch-site': 'cross-site',
          'x-http-method-override': override,
          'x-method-override': override,
        },
      })
      answers.push(`${answer.status}`)
      await answer.body?.cancel()
    }
  }
  expect(answers.filter((status) => status >= '500')).toEqual([])
  expect(await everyRow(store)).toEqual(before)
}, 180_000)

/** What the tables hold, but for when somebody was last seen. */
async function everyRow(store: Awaited<ReturnType<typeof openToAll>>['store']): Promise<Record<string, unknown>> {
  const tables = (await store.db.introspection.getTables()).map(({ name }) => name)
  const rows: Record<string, unknown> = {}
  for (const table of tables.filter((name) => !/^defect_search|^kysely|^sessions$/.test(name)))
    rows[table] = await store.db
      .selectFrom(table as 'users')
      .selectAll()
      .execute()
  return rows
}

test('a form that is too large is refused before anybody is asked who they are', async () => {
  const { app, cookie, csrfToken } = await openPages(testStoresOn('sqlite'))
  const post = (bytes: number) =>
    app.request('http://127.0.0.1:3000/defects/1/comments', {
      method: 'POST',
      headers: { cookie, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      body: `_csrf=${csrfToken}&text=${'x'.repeat(bytes)}`,
    })
  const refused = await post(2 * 1024 * 1024)
  expect([refused.status, await refused.text()]).toEqual([413, expect.stringContaining('may take 1.0 MB at most')])
  expect((await post(100)).status).toBe(404)
})
