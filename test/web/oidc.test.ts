import { describe, expect, test } from 'vitest'
import { anAccessApp, LOCAL } from '../support/access-app.ts'
import { startForgingProvider } from '../support/forging-provider.ts'
import { type Claims, startOidcProvider } from '../support/oidc-provider.ts'
import { textOf } from '../support/pages.ts'
import { addPerson } from '../support/people.ts'

const MINUTE = 60_000
const ANA: Claims = { email: 'ana@example.com', email_verified: true, name: 'Ana Roe' }
const ROLES = { OIDC_ROLES: 'groups: releng=release-manager, ops=engineer' }

type Access = Awaited<ReturnType<typeof anAccessApp>>
type Visitor = ReturnType<Access['browser']>
type WithStore = Pick<Access, 'store'>

/** Users as they are stored, by address. */
const usersOf = ({ store }: WithStore) =>
  store.db.selectFrom('users').select(['email', 'name', 'role']).orderBy('email').execute()

const actionsOf = async ({ store }: WithStore) =>
  (await store.db.selectFrom('audit_entries').select('action').orderBy('number').execute()).map(({ action }) => action)

describe('signing in by a real OpenID provider', () => {
  const withProvider = async (
    env: Readonly<Record<string, string>> = { OIDC_DEFAULT_ROLE: 'viewer' },
    options?: Parameters<typeof startOidcProvider>[1],
  ) => {
    const provider = await startOidcProvider(LOCAL, options)
    const access = await anAccessApp(LOCAL, { ...provider.env, ...env })
    // Tokens are dated by the clock of the machine.
    access.time.now = Date.now()
    provider.account = { id: 'ana', claims: ANA }
    const goOver = async (visitor: Visitor, path = '/login/oidc') => {
      const away = await visitor.visit(path)
      const back = await provider.visit(away.headers.get('Location') ?? '')
      return await visitor.visit(back.pathname + back.search, { headers: { 'Sec-Fetch-Site': 'cross-site' } })
    }
    return { ...access, provider, goOver }
  }

  test('leads there and back to the page that was asked for, with a session of ours', async () => {
    const { browser, goOver, provider, ...access } = await withProvider()
    const ana = browser()
    expect(await (await ana.visit('/login?next=%2Fpage')).text()).toContain('href="/login/oidc?next=%2Fpage"')
    const away = await ana.visit('/login/oidc?next=%2Fpage')
    const asked = new URL(away.headers.get('Location') ?? '').searchParams
    expect([asked.get('response_type'), asked.get('code_challenge_method')]).toEqual(['code', 'S256'])
    const back = await goOver(ana, '/login/oidc?next=%2Fpage')
    expect([back.status, back.headers.get('Location')]).toEqual([303, '/page'])
    expect(await (await ana.visit('/page')).json()).toMatchObject({ name: 'Ana Roe', email: 'ana@example.com' })
    expect([...ana.cookies.keys()]).toEqual(['sid'])
    expect(await (await ana.visit('/account/security')).text()).toContain(provider.issuer)
    expect(await usersOf(access)).toEqual([{ email: 'ana@example.com', name: 'Ana Roe', role: 'viewer' }])
    expect(await actionsOf(access)).toEqual(['sign-in.succeeded', 'user.created', 'identity.linked'])
  })

  test('works where the claims are in the ID token, and with a secret in the form', async () => {
    const { browser, goOver } = await withProvider(undefined, {
      conformIdTokenClaims: false,
      client: { token_endpoint_auth_method: 'client_secret_basic' },
    })
    expect((await goOver(browser())).status).toBe(303)
  })

  test('whoever was linked is known by issuer and subject, whatever their address becomes', async () => {
    const { browser, goOver, provider, ...access } = await withProvider()
    await goOver(browser())
    provider.account = { id: 'ana', claims: { email: 'ana.roe@example.com', email_verified: true } }
    const ana = browser()
    expect((await goOver(ana)).status).toBe(303)
    expect(await (await ana.visit('/page')).json()).toMatchObject({ email: 'ana@example.com' })
    expect(await usersOf(access)).toHaveLength(1)
  })

  test('a user that is here is linked by a verified address only', async () => {
    const { browser, goOver, provider, ...access } = await withProvider()
    await addPerson(access.store.db)
    for (const email_verified of [false, undefined, 'true', 1]) {
      provider.account = { id: 'mallory', claims: { ...ANA, email_verified } }
      const answer = await goOver(browser())
      expect([answer.status, textOf(await answer.text())]).toEqual([422, expect.stringContaining('no verified e-mail')])
    }
    provider.account = { id: 'ana', claims: { ...ANA, email: 'Ana@Example.com' } }
    expect((await goOver(browser())).status).toBe(303)
    expect(await usersOf(access)).toEqual([{ email: 'ana@example.com', name: 'Ana', role: 'admin' }])
  })

  test('roles follow the groups at each sign-in, and a change ends the other sessions', async () => {
    const { browser, goOver, provider, ...access } = await withProvider({ ...ROLES, OIDC_DEFAULT_ROLE: 'viewer' })
    const first = browser()
    const roleIn = async (groups: unknown) => {
      provider.account = { id: 'ana', claims: { ...ANA, groups } }
      await goOver(browser())
      return (await usersOf(access))[0]?.role
    }
    provider.account = { id: 'ana', claims: { ...ANA, groups: ['ops'] } }
    await goOver(first)
    expect(await roleIn(['ops', 'releng', 'other'])).toBe('release-manager')
    expect((await first.visit('/page')).status).toBe(303)
    expect(await roleIn(['ops'])).toBe('engineer')
    expect(await roleIn('releng')).toBe('release-manager')
    expect(await roleIn(['other'])).toBe('viewer')
    expect(await roleIn(undefined)).toBe('viewer')
    expect(await roleIn([{ releng: true }])).toBe('viewer')
  })

  test('whoever is in none of the groups is not let in, and loses what they had', async () => {
    const { browser, goOver, provider, ...access } = await withProvider(ROLES)
    const ana = browser()
    expect((await goOver(ana)).status).toBe(422)
    expect(await usersOf(access)).toEqual([])
    provider.account = { id: 'ana', claims: { ...ANA, groups: ['ops'] } }
    await goOver(ana)
    expect((await ana.visit('/page')).status).toBe(200)
    provider.account = { id: 'ana', claims: { ...ANA, groups: [] } }
    const refused = await goOver(browser())
    expect([refused.status, textOf(await refused.text())]).toEqual([422, expect.stringContaining('none of the groups')])
    expect((await ana.visit('/page')).status).toBe(303)
  })

  test('the last admin stays one, whatever their groups say', async () => {
    const { browser, goOver, ...access } = await withProvider(ROLES)
    await addPerson(access.store.db)
    expect((await goOver(browser())).status).toBe(303)
    expect((await usersOf(access))[0]?.role).toBe('admin')
    await addPerson(access.store.db, { email: 'ben@example.com' })
    expect((await goOver(browser())).status).toBe(422)
  })

  test('without a map roles are set here, and somebody new needs the default', async () => {
    const { browser, goOver, ...access } = await withProvider({})
    expect((await goOver(browser())).status).toBe(422)
    await addPerson(access.store.db, { role: 'release-manager' })
    expect((await goOver(browser())).status).toBe(303)
    expect((await usersOf(access))[0]?.role).toBe('release-manager')
  })

  test('a disabled user is not let in', async () => {
    const { browser, goOver, ...access } = await withProvider()
    await addPerson(access.store.db)
    await access.store.db.updateTable('users').set({ disabled_at: 1 }).execute()
    const answer = await goOver(browser())
    expect([answer.status, textOf(await answer.text())]).toEqual([422, expect.stringContaining('is disabled')])
  })

  test('a way back that was taken cannot be taken again, nor by another browser', async () => {
    const { browser, provider } = await withProvider()
    const [ana, thief] = [browser(), browser()]
    const away = await ana.visit('/login/oidc')
    const back = await provider.visit(away.headers.get('Location') ?? '')
    const path = back.pathname + back.search
    expect((await thief.visit(path)).status).toBe(422)
    await thief.visit('/login/oidc')
    expect((await thief.visit(path)).status).toBe(422)
    expect((await ana.visit(path)).status).toBe(303)
    expect((await ana.visit(path)).status).toBe(422)
  })

  test('a code that was used is refused by the provider, whoever brings it', async () => {
    const { browser, provider } = await withProvider()
    const ana = browser()
    const away = await ana.visit('/login/oidc')
    const back = await provider.visit(away.headers.get('Location') ?? '')
    await ana.visit(back.pathname + back.search)
    const again = await ana.visit('/login/oidc')
    const state = new URL(again.headers.get('Location') ?? '').searchParams.get('state') ?? ''
    back.searchParams.set('state', state)
    expect((await ana.visit(back.pathname + back.search)).status).toBe(422)
  })

  test('it ends after five minutes', async () => {
    const { browser, provider, time } = await withProvider()
    const ana = browser()
    const away = await ana.visit('/login/oidc')
    const back = await provider.visit(away.headers.get('Location') ?? '')
    time.now += 5 * MINUTE
    const answer = await ana.visit(back.pathname + back.search)
    expect([answer.status, textOf(await answer.text())]).toEqual([422, expect.stringContaining('took too long')])
  })

  test('signing in again asks the provider to ask, and is for the same person only', async () => {
    const { browser, goOver, provider, time } = await withProvider()
    const ana = browser()
    await goOver(ana)
    const former = ana.cookies.get('sid')
    time.now += 11 * MINUTE
    expect(await (await ana.visit('/login?again=1')).text()).toContain('href="/login/oidc?again=1&amp;next=%2F"')
    const away = new URL((await ana.visit('/login/oidc?again=1')).headers.get('Location') ?? '')
    expect([away.searchParams.get('prompt'), away.searchParams.get('max_age')]).toEqual(['login', '60'])
    provider.account = { id: 'ben', claims: { ...ANA, email: 'ben@example.com' } }
    expect((await goOver(ana, '/login/oidc?again=1')).status).toBe(422)
    provider.account = { id: 'ana', claims: ANA }
    expect((await goOver(ana, '/login/oidc?again=1')).status).toBe(303)
    expect(ana.cookies.get('sid')).not.toBe(former)
  })

  test('signing out ends our session, and leads to where the provider ends its own', async () => {
    const { browser, goOver, provider } = await withProvider()
    const ana = browser()
    await goOver(ana)
    const answer = await ana.visit('/logout', { form: { _csrf: await ana.csrfToken() } })
    expect(answer.headers.get('Location')).toBe('/login?signed-out=here')
    expect((await ana.visit('/page')).status).toBe(303)
    expect(await (await ana.visit('/login?signed-out=here')).text()).toContain('href="/login/oidc/sign-out"')
    const away = new URL((await ana.visit('/login/oidc/sign-out')).headers.get('Location') ?? '')
    expect([away.origin, away.searchParams.get('post_logout_redirect_uri')]).toEqual([
      provider.issuer,
      `${LOCAL}/login`,
    ])
  })

  test('another site sends nobody away, and passwords can be switched off', async () => {
    const { browser, store } = await withProvider({ PASSWORD_SIGN_IN: 'false', OIDC_LABEL: 'Example ID' })
    await addPerson(store.db)
    const ana = browser()
    const foreign = await ana.visit('/login/oidc', { headers: { 'Sec-Fetch-Site': 'cross-site' } })
    expect(foreign.headers.get('Location')).toBe('/login')
    const page = await (await ana.visit('/login')).text()
    expect(page).toContain('Sign in with Example ID')
    expect(page).not.toContain('type="password"')
    expect((await ana.signIn()).status).toBe(422)
    expect((await ana.visit('/page')).status).toBe(303)
  })

  test('neither codes nor secrets reach the log', async () => {
    const { browser, provider, logged } = await withProvider()
    const ana = browser()
    const away = await ana.visit('/login/oidc')
    const back = await provider.visit(away.headers.get('Location') ?? '')
    await browser().visit(back.pathname + back.search)
    await ana.visit(back.pathname + back.search)
    const secrets = [back.searchParams.get('code') ?? 'none', provider.env.OIDC_CLIENT_SECRET ?? 'none']
    for (const secret of secrets) expect(logged.join()).not.toContain(secret)
  })
})

describe('signing in by a provider that lies', () => {
  const withForger = async () => {
    const provider = await startForgingProvider()
    const env = { OIDC_ISSUER: provider.issuer, OIDC_CLIENT_ID: 'postflight', OIDC_CLIENT_SECRET: 'a secret' }
    const access = await anAccessApp(LOCAL, { ...env, OIDC_DEFAULT_ROLE: 'viewer' })
    const goOver = async (changes: Readonly<Record<string, string>> = {}) => {
      const ana = access.browser()
      const away = await ana.visit('/login/oidc')
      const answer = await ana.visit(provider.sendBack(away.headers.get('Location') ?? '', changes))
      return answer.status
    }
    return { ...access, provider, goOver }
  }

  test('tells the truth, and is believed', async () => {
    const { goOver } = await withForger()
    expect(await goOver()).toBe(303)
  })

  test('is not believed with another state, issuer, or an error', async () => {
    const { goOver, store } = await withForger()
    expect(await goOver({ state: 'another' })).toBe(422)
    expect(await goOver({ iss: 'https://evil.example' })).toBe(422)
    expect(await goOver({ error: 'access_denied' })).toBe(422)
    expect(await store.db.selectFrom('users').selectAll().execute()).toEqual([])
  })

  const past = Math.floor(Date.now() / 1000) - 3600
  test.each([
    ['another nonce', { claims: { nonce: 'another' } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['another audience', { claims: { aud: 'somebody-else' } }],
    ['audiences among which we are, but authorized for another', { claims: { aud: ['postflight', 'x'], azp: 'x' } }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['an end in the past', { claims: { exp: past } }],
    ['no subject', { claims: { sub: undefined } }],
    ['a signature of another key', { signedBy: 'another key' }],
    ['no signature', { signedBy: 'nobody' }],
    ['a signature by the secret', { signedBy: 'the secret' }],
    ['something that is not JSON', { instead: 'not JSON' }],
  ] as const)('is not believed with %s', async (_what, forgery) => {
    const { goOver, provider, store } = await withForger()
    provider.told.forgery = forgery
    expect(await goOver()).toBe(422)
    expect(await store.db.selectFrom('sessions').selectAll().execute()).toEqual([])
    provider.told.forgery = {}
    expect(await goOver()).toBe(303)
  })

  test('cannot flood us', async () => {
    const { goOver, provider } = await withForger()
    provider.told.forgery = { instead: 'a flood' }
    expect(await goOver()).toBe(503)
  })

  test('that is down is asked again by the next who comes, and the password form stays', async () => {
    const { browser, provider, store } = await withForger()
    await addPerson(store.db)
    provider.told.discovery = 'fails'
    const ana = browser()
    const answer = await ana.visit('/login/oidc')
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '30'])
    expect(await answer.text()).toContain('type="password"')
    provider.told.discovery = 'answers'
    expect((await ana.visit('/login/oidc')).status).toBe(303)
    expect((await ana.visit('/login/oidc')).status).toBe(303)
    expect(provider.told.asked).toBe(2)
  })
})

test('a provider where nobody listens', async () => {
  const env = { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'postflight' }
  const { browser } = await anAccessApp(LOCAL, env)
  expect((await browser().visit('/login/oidc')).status).toBe(503)
})

test('without a provider there is no such page', async () => {
  const { browser } = await anAccessApp()
  expect((await browser().visit('/login/oidc')).status).toBe(404)
  expect((await browser().visit('/login/oidc/callback?code=x')).status).toBe(404)
})
