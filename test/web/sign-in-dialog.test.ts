import { describe, expect, test } from 'vitest'
import { anAccessApp } from '../support/access-app.ts'
import { withAuthenticator } from '../support/authenticator.ts'
import { addPerson, PASSWORD } from '../support/people.ts'

const RIGHT = { email: 'ana@example.com', password: PASSWORD }
/** As the script of a page asks, which stays where it is. */
const PART = { 'HX-Request-Type': 'partial' }

async function withAna(env: Readonly<Record<string, string>> = {}) {
  const access = await anAccessApp(undefined, env)
  const id = await addPerson(access.store.db)
  const ana = access.browser()
  const inDialog = (path: string, form?: Record<string, string>, headers = {}) =>
    ana.visit(path, { headers: { ...PART, ...headers }, ...(form && { form }) })
  return { ...access, id, ana, inDialog }
}

describe('the sign-in over a page', () => {
  test('is what the page of its own shows, with ids that no other form has', async () => {
    const { inDialog } = await withAna()
    const answer = await inDialog('/login?next=/defects/new')
    const part = await answer.text()
    expect([answer.status, answer.headers.get('Cache-Control'), answer.headers.get('Vary')]).toEqual([
      200,
      'no-store',
      'HX-Request-Type',
    ])
    expect(part).toMatch(/^<h2 id="sign-in-title">Sign in<\/h2>/)
    expect(part).toContain('name="next" value="/defects/new"')
    expect(part).toContain('<label for="sign-in-f-email">')
    expect(part).not.toMatch(/ id="f-|<html|<main/)
  })

  test('leads nowhere when it is done', async () => {
    const { ana, inDialog } = await withAna()
    const answer = await inDialog('/login', { ...RIGHT, next: '/page' })
    expect([answer.status, answer.headers.get('Location'), await answer.text()]).toEqual([204, null, ''])
    expect((await ana.visit('/page')).status).toBe(200)
    expect((await inDialog('/login?next=/page')).status).toBe(204)
  })

  test('ends the session of before and begins one under a new id', async () => {
    const { ana, browser, inDialog } = await withAna()
    await ana.signIn()
    const before = ana.cookies.get('sid') ?? ''
    await inDialog('/login', RIGHT)
    expect(ana.cookies.get('sid')).not.toBe(before)
    expect((await browser().visit('/page', { headers: { Cookie: `sid=${before}` } })).status).toBe(303)
  })

  test('is refused to other sites, and throttled as any other', async () => {
    const { ana, inDialog } = await withAna()
    expect((await inDialog('/login', RIGHT, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await inDialog('/login', RIGHT, { 'Sec-Fetch-Site': 'same-site' })).status).toBe(403)
    expect(ana.cookies.size).toBe(0)
    for (let count = 0; count < 5; count++) {
      const answer = await inDialog('/login', { ...RIGHT, password: 'wrong but long enough' })
      expect(answer.status).toBe(422)
      expect(await answer.text()).toContain('The e-mail or the password is not right.')
    }
    const answer = await inDialog('/login', RIGHT)
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([429, '30'])
    expect(await answer.text()).toContain('too many attempts; try again in 30 s')
  })

  test('asks for the second factor', async () => {
    const { store, deps, time, id, inDialog } = await withAna()
    const { codeAt } = await withAuthenticator(store, deps.secretBox, id, time.now)
    const first = await inDialog('/login', { ...RIGHT, next: '/page' })
    const part = await first.text()
    expect(first.status).toBe(200)
    expect(part).toMatch(/^<h2 id="sign-in-title">Enter your code<\/h2>/)
    expect(part).toContain('aria-describedby="sign-in-h-code"')
    expect(part).toContain('id="sign-in-h-code"')
    expect((await inDialog('/login/code', { code: '000000' })).status).toBe(422)
    expect((await inDialog('/login/code', { code: codeAt(time.now) })).status).toBe(204)
    const late = await inDialog('/login/code', { code: codeAt(time.now) })
    expect([late.status, await late.text()]).toEqual([422, expect.stringContaining('It took too long')])
  })

  test('offers single sign-on as the way that leaves the page', async () => {
    const { inDialog } = await withAna({ OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'x', OIDC_LABEL: 'Acme' })
    const part = await (await inDialog('/login?next=%2Fkept-forms%2Fx')).text()
    expect(part).toMatch(/<a [^>]*href="\/login\/oidc\?next=%2Fkept-forms%2Fx"[^>]*data-leaves/)
    expect(part).toContain('It leaves this page.')
  })
})

describe('who is signed in, and with which token', () => {
  test('is told to pages of ours alone', async () => {
    const { ana, id } = await withAna()
    const ask = (headers = {}) => ana.visit('/login/session', { form: {}, headers })
    expect(await (await ask()).json()).toBe(null)
    await ana.signIn()
    const csrfToken = await ana.csrfToken()
    const told = await ask()
    expect(await told.json()).toEqual({ person: String(id), email: 'ana@example.com', csrfToken })
    expect(told.headers.get('Cache-Control')).toBe('no-store')
    expect(told.headers.get('Access-Control-Allow-Origin')).toBe(null)
    for (const site of ['cross-site', 'same-site', 'none']) {
      const refused = await ask({ 'Sec-Fetch-Site': site })
      expect([refused.status, await refused.text()]).toEqual([403, expect.not.stringContaining(csrfToken)])
    }
    expect((await ana.visit('/login/session')).status).toBe(404)
  })

  test('keeps no session alive', async () => {
    const { ana, time, store } = await withAna()
    await ana.signIn()
    const seenAt = () => store.db.selectFrom('sessions').select('last_seen_at').executeTakeFirstOrThrow()
    const before = await seenAt()
    time.now += 3_600_000
    expect(await (await ana.visit('/login/session', { form: {} })).json()).toMatchObject({ email: 'ana@example.com' })
    expect(await seenAt()).toEqual(before)
  })

  test('is to be asked again where a form carries the token of another session', async () => {
    const { ana } = await withAna()
    await ana.signIn()
    const form = { _csrf: await ana.csrfToken(), title: 'x' }
    await ana.signIn()
    const answer = await ana.visit('/page', { form })
    expect([answer.status, answer.headers.get('X-Token-Outdated')]).toEqual([403, 'yes'])
    expect((await ana.visit('/page', { form: { title: 'x', _csrf: await ana.csrfToken() } })).status).toBe(200)
  })
})
