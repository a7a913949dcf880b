import { describe, expect, test } from 'vitest'
import { createApiToken, revokeApiToken } from '../../src/operations/access/api-tokens.ts'
import { aBrowser, anAccessApp, LOCAL } from '../support/access-app.ts'
import { hours } from '../support/factories.ts'
import { addPerson } from '../support/people.ts'

const HTTPS = 'https://postflight.example'

describe('a page for people', () => {
  test('sends a stranger to the sign-in page and back', async () => {
    const { browser } = await anAccessApp()
    const answer = await browser().visit('/page?service=a%26b&range=14d')
    expect(answer.status).toBe(303)
    expect(answer.headers.get('Location')).toBe('/login?next=%2Fpage%3Fservice%3Da%2526b%26range%3D14d')
  })

  test('does not say where to go back to when something was to be changed', async () => {
    const { browser } = await anAccessApp()
    const answer = await browser().visit('/page', { form: { title: 'x' } })
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/login'])
  })

  test('takes the whole page to the sign-in page when a part of it asked', async () => {
    const { browser } = await anAccessApp()
    for (const type of ['partial', 'full']) {
      const headers = { 'HX-Request-Type': type, 'HX-Current-URL': `${LOCAL}/defects?status=open` }
      const answer = await browser().visit('/page', { headers })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('HX-Redirect')).toBe('/login?next=%2Fdefects%3Fstatus%3Dopen')
      expect(await answer.text()).toBe('')
    }
  })

  test('an event stream gets a plain 401, which its client does not follow', async () => {
    const { browser } = await anAccessApp()
    expect((await browser().visit('/page', { headers: { Accept: 'text/event-stream' } })).status).toBe(401)
  })

  test('knows the person of the session', async () => {
    const { browser, store } = await anAccessApp()
    const userId = await addPerson(store.db)
    const ana = browser()
    await ana.signIn()
    const who = await (await ana.visit('/page')).json()
    expect(who).toMatchObject({ kind: 'user', userId, name: 'Ana', email: 'ana@example.com', role: 'admin' })
  })

  test('is not for API tokens', async () => {
    const { browser, store, time } = await anAccessApp()
    const { token } = await createApiToken(store, { name: 'CI', scopes: ['read'] }, time.now)
    expect((await browser().visit('/page', { headers: { Authorization: `Bearer ${token}` } })).status).toBe(303)
  })

  test('a session that was idle for twelve hours is over', async () => {
    const { browser, store, time } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    await ana.signIn()
    time.now += hours(11)
    expect((await ana.visit('/page')).status).toBe(200)
    time.now += hours(11)
    expect((await ana.visit('/page')).status).toBe(200)
    time.now += hours(12)
    expect((await ana.visit('/page')).status).toBe(303)
  })

  test('a session in daily use is over after seven days', async () => {
    const { browser, store, time } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    await ana.signIn()
    for (let day = 0; day < 13; day++) {
      time.now += hours(12) - 1
      expect((await ana.visit('/page')).status).toBe(200)
    }
    time.now += hours(12)
    expect((await ana.visit('/page')).status).toBe(303)
  })

  test('a made-up session id, and one planted under the other name, are nobody', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    await ana.signIn()
    for (const cookie of ['sid=', 'sid=x', `sid=${'A'.repeat(43)}`, `__Host-sid=${ana.cookies.get('sid')}`])
      expect((await browser().visit('/page', { headers: { Cookie: cookie } })).status).toBe(303)
  })

  test('nobody keeps it, not even when it fails', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    await ana.signIn()
    const keptBy = async (visitor: typeof ana, ...paths: string[]) =>
      await Promise.all(paths.map(async (path) => [path, (await visitor.visit(path)).headers.get('Cache-Control')]))
    const all = [
      ...(await keptBy(ana, '/page', '/fails', '/account', '/account/tokens', '/login')),
      ...(await keptBy(browser(), '/page', '/login', '/api/v1/things', '/setup-account')),
    ]
    expect(all.filter(([, kept]) => kept !== 'no-store')).toEqual([])
    expect(all).toHaveLength(9)
  })

  test('a viewer reads and changes nothing', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db, { role: 'viewer' })
    const viewer = browser()
    await viewer.signIn()
    const _csrf = await viewer.csrfToken()
    expect((await viewer.visit('/page', { form: { _csrf, title: 'x' } })).status).toBe(403)
  })
})

describe('a change by a signed-in person', () => {
  const signedIn = async (publicUrl = LOCAL) => {
    const { app, browser, store } = await anAccessApp(publicUrl)
    await addPerson(store.db)
    await addPerson(store.db, { email: 'ben@example.com', name: 'Ben' })
    const ana = browser()
    await ana.signIn()
    const ben = browser()
    await ben.signIn('ben@example.com')
    return { app, ana, ben, own: await ana.csrfToken(), foreign: await ben.csrfToken() }
  }

  test('passes with the token of its session, in the form or in the header', async () => {
    const { ana, own } = await signedIn()
    const byField = await ana.visit('/page', { form: { _csrf: own, title: 'x' } })
    expect(await byField.json()).toEqual({ changed: 'x' })
    const byHeader = await ana.visit('/page', { headers: { 'X-CSRF-Token': own }, form: { title: 'y' } })
    expect(await byHeader.json()).toEqual({ changed: 'y' })
  })

  test('is refused without a token, with another person’s, and with a bad header beside a good field', async () => {
    const { ana, own, foreign } = await signedIn()
    const refused = async (visit: Parameters<typeof ana.visit>[1]) => (await ana.visit('/page', visit)).status
    expect(await refused({ form: { title: 'x' } })).toBe(403)
    expect(await refused({ form: { _csrf: '' } })).toBe(403)
    expect(await refused({ form: { _csrf: foreign } })).toBe(403)
    expect(await refused({ form: { _csrf: own.slice(1) } })).toBe(403)
    expect(await refused({ headers: { 'X-CSRF-Token': foreign }, form: { _csrf: own } })).toBe(403)
    expect(await refused({ headers: { 'X-CSRF-Token': '' }, form: { _csrf: own } })).toBe(403)
  })

  test('a token of a session that is over is worth nothing in the next', async () => {
    const { ana, own } = await signedIn()
    await ana.signIn()
    expect((await ana.visit('/page', { form: { _csrf: own } })).status).toBe(403)
  })

  test.each([
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a sister host', { 'Sec-Fetch-Site': 'same-site' }],
    ['the address bar', { 'Sec-Fetch-Site': 'none' }],
    ['another site that spells our origin', { 'Sec-Fetch-Site': 'cross-site', Origin: LOCAL }],
    ['an old browser on another site', { 'Sec-Fetch-Site': null, Origin: 'https://evil.example' }],
    ['a sandboxed frame', { 'Sec-Fetch-Site': null, Origin: 'null' }],
    ['who says nothing', { 'Sec-Fetch-Site': null }],
  ])('from %s is refused even with the right token', async (_, given) => {
    const { app, ana, own } = await signedIn()
    const headers = Object.fromEntries(
      Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null),
    )
    const answer = await app.request(`${LOCAL}/page`, {
      method: 'POST',
      headers: { ...headers, Cookie: `sid=${ana.cookies.get('sid')}` },
      body: new URLSearchParams({ _csrf: own }),
    })
    expect(answer.status).toBe(403)
  })

  test.each([
    ['the public address', LOCAL, { Origin: LOCAL }, 200],
    ['another name of a server on plain http', LOCAL, { Origin: 'http://pf.lan:3000', Host: 'pf.lan:3000' }, 200],
    [
      'plain http to a server on https',
      HTTPS,
      { Origin: 'http://postflight.example', Host: 'postflight.example' },
      403,
    ],
    ['the public address over https', HTTPS, { Origin: HTTPS, Host: 'postflight.example' }, 200],
    ['another port', LOCAL, { Origin: 'http://127.0.0.1:4000', Host: '127.0.0.1:3000' }, 403],
  ])('by a browser without Sec-Fetch-Site, from %s', async (_, publicUrl, headers, status) => {
    const { app, ana, own } = await signedIn(publicUrl)
    const cookie = [...ana.cookies].map(([name, value]) => `${name}=${value}`).join()
    const answer = await app.request(`${publicUrl}/page`, {
      method: 'POST',
      headers: { ...headers, Cookie: cookie },
      body: new URLSearchParams({ _csrf: own }),
    })
    expect(answer.status).toBe(status)
  })

  test('reading needs no token and no origin', async () => {
    const { app, ana } = await signedIn()
    const headers = { 'Sec-Fetch-Site': 'cross-site', Cookie: `sid=${ana.cookies.get('sid')}` }
    expect((await app.request(`${LOCAL}/page`, { headers })).status).toBe(200)
    expect((await app.request(`${LOCAL}/page`, { method: 'HEAD', headers })).status).toBe(200)
  })

  test('through the API needs the token all the same: JSON is no safeguard', async () => {
    const { app, ana, own } = await signedIn()
    const post = (headers: Record<string, string>) =>
      app.request(`${LOCAL}/api/v1/things`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Cookie: `sid=${ana.cookies.get('sid')}`, ...headers },
        body: JSON.stringify({ _csrf: own }),
      })
    expect((await post({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(403)
    expect((await post({ 'Sec-Fetch-Site': 'cross-site', 'X-CSRF-Token': own })).status).toBe(403)
    expect((await post({ 'Sec-Fetch-Site': 'same-origin', 'X-CSRF-Token': own })).status).toBe(200)
  })
})

describe('the API', () => {
  const withToken = async (scopes: string[]) => {
    const { app, store, time } = await anAccessApp()
    const { token, id } = await createApiToken(store, { name: 'CI', scopes }, time.now)
    const send = (method: string, authorization?: string) =>
      app.request(`${LOCAL}/api/v1/things`, {
        method,
        headers: authorization === undefined ? {} : { Authorization: authorization },
        ...(method === 'POST' && { body: '{"a":1}' }),
      })
    return { send, token, id, store, time, app }
  }

  test('takes a token that has the scope, from anywhere and without CSRF token', async () => {
    const { send, token, id } = await withToken(['read', 'defects:write'])
    expect(await (await send('GET', `Bearer ${token}`)).json()).toMatchObject({
      kind: 'token',
      tokenId: id,
      name: 'CI',
    })
    expect(await (await send('POST', `bearer ${token}`)).json()).toEqual({ got: { a: 1 } })
  })

  test('names the scope a token lacks', async () => {
    const { send, token } = await withToken(['read', 'deployments:write'])
    const answer = await send('POST', `Bearer ${token}`)
    expect(answer.status).toBe(403)
    expect(answer.headers.get('WWW-Authenticate')).toContain('insufficient_scope')
    expect(await answer.json()).toMatchObject({ status: 403, detail: 'This API token lacks the scope defects:write.' })
  })

  test('answers a stranger with a problem and how to sign in', async () => {
    const { send } = await withToken(['read'])
    const answer = await send('GET')
    expect(answer.status).toBe(401)
    expect(answer.headers.get('Content-Type')).toBe('application/problem+json')
    expect(answer.headers.get('WWW-Authenticate')).toBe('Bearer realm="postflight"')
    expect(await answer.json()).toMatchObject({
      title: 'Not signed in',
      detail: 'Send an API token with the scope read.',
    })
  })

  test('refuses unknown, expired and revoked tokens alike', async () => {
    const { send, token, id, store, time } = await withToken(['read'])
    const refusal = async () => {
      const answer = await send('GET', `Bearer ${token}`)
      return { status: answer.status, detail: ((await answer.json()) as { detail: string }).detail }
    }
    const unknown = await send('GET', `Bearer pf_${'A'.repeat(43)}`)
    expect(unknown.status).toBe(401)
    expect(unknown.headers.get('WWW-Authenticate')).toContain('error="invalid_token"')
    const { detail } = (await unknown.json()) as { detail: string }
    time.now += 366 * hours(24)
    expect(await refusal()).toEqual({ status: 401, detail })
    time.now -= 366 * hours(24)
    await revokeApiToken(store, id, time.now)
    expect(await refusal()).toEqual({ status: 401, detail })
  })

  test('does not fall back to the session when a bad token is sent along', async () => {
    const { app, store } = await withToken(['read'])
    await addPerson(store.db)
    const ana = aBrowser(app)
    await ana.signIn()
    expect((await ana.visit('/api/v1/things')).status).toBe(200)
    expect((await ana.visit('/api/v1/things', { headers: { Authorization: 'Bearer pf_x' } })).status).toBe(401)
  })

  test('a proxy’s own Basic credentials are none of our tokens', async () => {
    const { app, store } = await withToken(['read'])
    await addPerson(store.db)
    const ana = aBrowser(app)
    await ana.signIn()
    expect((await ana.visit('/api/v1/things', { headers: { Authorization: 'Basic YTpi' } })).status).toBe(200)
  })
})

test('a principal is never taken from what the caller says', async () => {
  const { browser } = await anAccessApp()
  expect((await browser().visit('/page', { headers: { 'X-Forwarded-User': 'ana@example.com' } })).status).toBe(303)
})
