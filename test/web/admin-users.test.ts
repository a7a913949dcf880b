import { describe, expect, test } from 'vitest'
import { findUser, listUsers } from '../../src/store/access/users.ts'
import { textOf, YES } from '../support/pages.ts'
import { PASSWORD } from '../support/people.ts'
import { openToAll } from '../support/visitors.ts'

const LOCAL = 'http://127.0.0.1:3000'
const HOUR_MS = 3_600_000
const NEW_PASSWORD = 'another granite pelican'

/** Somebody signed in, by their headers; forms carry the token of their session. */
async function openAdmin(env: Readonly<Record<string, string>> = {}) {
  const site = await openToAll(env)
  const { app, headersOf } = site
  const visit = async (headers: Record<string, string>, path: string) => await app.request(LOCAL + path, { headers })
  const submit = async (
    headers: Record<string, string>,
    path: string,
    form: Record<string, string | string[]> = {},
  ) => {
    const body = new URLSearchParams()
    for (const [name, values] of Object.entries(form)) for (const value of [values].flat()) body.append(name, value)
    return await app.request(LOCAL + path, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: body.toString(),
    })
  }
  const admin = await headersOf({ is: 'person', role: 'admin' })
  const idOf = async (name: string) =>
    (await listUsers(site.store.db)).find(({ email }) => email.startsWith(name))?.id ?? 0
  return { ...site, admin, visit, submit, idOf, stranger: {} }
}

const linkIn = (html: string): string => /\/(?:join|reset-password)\?token=[\w-]{43}/.exec(html)?.[0] ?? ''
const tokenIn = (link: string): string => link.split('token=')[1] ?? ''

describe('inviting', () => {
  test('shows a link once, with which somebody makes their account and signs in', async () => {
    const { admin, visit, submit, stranger, store, idOf } = await openAdmin()
    const wanted = { email: 'Eve@example.com', name: 'Eve', role: 'engineer', services: 'shop, cart' }
    const made = await submit(admin, '/admin/users/new', wanted)
    expect([made.status, made.headers.get('Cache-Control')]).toEqual([200, 'no-store'])
    const link = linkIn(await made.text())
    const list = await (await visit(admin, '/admin/users')).text()
    expect(textOf(list)).toContain('eve@example.com engineer cart, shop')
    expect(list).not.toContain(tokenIn(link))
    const form = await (await visit(stranger, link)).text()
    expect(textOf(form)).toContain('You are invited as engineer, to change things of cart, shop.')
    const given = { token: tokenIn(link), name: 'Eve R', password: NEW_PASSWORD }
    expect((await submit(stranger, '/join', { ...given, password: 'short' })).status).toBe(422)
    expect((await submit(stranger, '/join', given)).status).toBe(200)
    expect((await submit(stranger, '/join', given)).status).toBe(403)
    expect(await findUser(store.db, await idOf('eve'))).toMatchObject({ name: 'Eve R', services: ['cart', 'shop'] })
    const signedIn = await submit(stranger, '/login', { email: 'eve@example.com', password: NEW_PASSWORD })
    expect(signedIn.headers.get('Location')).toBe('/')
  })

  test('a withdrawn invitation is a dead link', async () => {
    const { admin, visit, submit, stranger } = await openAdmin()
    const made = await submit(admin, '/admin/users/new', { email: 'eve@example.com', role: 'viewer', services: '' })
    const link = linkIn(await made.text())
    expect((await submit(admin, '/admin/users/invitations/1/withdrawal', YES)).headers.get('Location')).toBe(
      '/admin/users',
    )
    expect((await visit(stranger, link)).status).toBe(403)
    expect((await submit(admin, '/admin/users/invitations/1/withdrawal', YES)).status).toBe(404)
  })

  test('a refused form says what is wrong and keeps what was typed', async () => {
    const { admin, submit } = await openAdmin()
    const answer = await submit(admin, '/admin/users/new', { email: 'no address', role: 'admin', services: 'shop' })
    expect(answer.status).toBe(422)
    const html = await answer.text()
    expect(html).toContain('Write an e-mail address')
    expect(html).toContain('An admin is not limited to services.')
    expect(html).toContain('value="no address"')
  })
})

describe('a person', () => {
  test('gets another role and limit, and signs in again', async () => {
    const { admin, headersOf, visit, submit, store, idOf } = await openAdmin()
    const ben = await headersOf({ is: 'person', role: 'viewer' })
    const id = (await listUsers(store.db)).find(({ role }) => role === 'viewer')?.id
    const answer = await submit(admin, `/admin/users/${id}/access`, { role: 'engineer', services: 'shop' })
    expect(answer.headers.get('Location')).toBe(`/admin/users/${id}`)
    expect(textOf(await (await visit(admin, `/admin/users/${id}`)).text())).toContain('May change shop')
    expect((await visit(ben, '/')).headers.get('Location')).toBe('/login')
    expect(await idOf('nobody')).toBe(0)
  })

  test('is disabled at once, and enabled again', async () => {
    const { admin, headersOf, visit, submit, store } = await openAdmin()
    const ben = await headersOf({ is: 'person', role: 'engineer' })
    const id = (await listUsers(store.db)).find(({ role }) => role === 'engineer')?.id
    expect((await visit(ben, '/account')).status).toBe(200)
    await submit(admin, `/admin/users/${id}/disable`, YES)
    expect((await visit(ben, '/account')).headers.get('Location')).toBe('/login?next=%2Faccount')
    expect(await (await visit(admin, `/admin/users/${id}`)).text()).toContain('They cannot sign in.')
    await submit(admin, `/admin/users/${id}/enable`)
    expect((await findUser(store.db, id ?? 0))?.disabledAt).toBeNull()
  })

  test('who is the last admin stays, and the page says why', async () => {
    const { admin, submit, idOf } = await openAdmin()
    const id = await idOf('visitor')
    for (const [act, form] of [
      ['disable', YES],
      ['access', { role: 'viewer', services: '' }],
    ] as const) {
      const answer = await submit(admin, `/admin/users/${id}/${act}`, form)
      expect(answer.status).toBe(422)
      expect(await answer.text()).toContain('This is the last admin who can sign in.')
    }
  })

  test('gets a link for a new password, which ends their sessions', async () => {
    const { admin, headersOf, visit, submit, stranger, store } = await openAdmin()
    const ben = await headersOf({ is: 'person', role: 'engineer' })
    const user = (await listUsers(store.db)).find(({ role }) => role === 'engineer')
    const link = linkIn(await (await submit(admin, `/admin/users/${user?.id}/reset-link`)).text())
    expect((await visit(stranger, link)).status).toBe(200)
    const given = { token: tokenIn(link), password: NEW_PASSWORD }
    expect((await submit({ 'sec-fetch-site': 'cross-site' }, '/reset-password', given)).status).toBe(403)
    expect(await (await submit(stranger, '/reset-password', given)).text()).toContain('Your new password is set')
    expect((await visit(ben, '/')).status).toBe(303)
    const old = await submit(stranger, '/login', { email: user?.email ?? '', password: PASSWORD })
    expect(old.status).toBe(422)
  })
})

describe('who signed in an hour ago', () => {
  test('a part of a page takes the whole page there', async () => {
    const { headersOf, submit } = await openAdmin()
    const stale = await headersOf({ is: 'person', role: 'admin', signedInAgoMs: HOUR_MS })
    const headers = { ...stale, 'hx-request-type': 'full', referer: `${LOCAL}/admin/users/1` }
    const answer = await submit(headers, '/admin/users/1/disable')
    expect([answer.status, answer.headers.get('HX-Redirect')]).toEqual([
      401,
      '/login?again=1&next=%2Fadmin%2Fusers%2F1',
    ])
  })

  test('a page of another server is not where they are led back to', async () => {
    const { headersOf, submit } = await openAdmin()
    const stale = await headersOf({ is: 'person', role: 'admin', signedInAgoMs: HOUR_MS })
    const answer = await submit({ ...stale, referer: 'https://evil.example//evil.example/x' }, '/admin/users/1/disable')
    expect(answer.headers.get('Location')).toBe('/login?again=1&next=%2F')
  })
})

describe('one’s own account', () => {
  test('lists sessions, ends one, and ends all others', async () => {
    const { headersOf, visit, submit, store } = await openAdmin()
    const ben = await headersOf({ is: 'person', role: 'viewer' })
    const { user_id: userId } = await store.db
      .selectFrom('sessions')
      .select('user_id')
      .orderBy('user_id', 'desc')
      .executeTakeFirstOrThrow()
    await store.db
      .insertInto('sessions')
      .values(
        ['a', 'b', 'c'].map((letter) => ({
          ...{ id_hash: letter.repeat(64), user_id: userId, csrf_token: letter, created_at: 1, expires_at: 9e15 },
          ...{
            last_seen_at: 8e15,
            address: '203.0.113.9',
            user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0',
          },
        })),
      )
      .execute()
    const text = textOf(await (await visit(ben, '/account')).text())
    expect(text).toContain('Firefox on Linux')
    expect(text).toContain('203.0.113.9')
    expect(text).toContain('this one')
    expect((await submit(ben, `/account/sessions/${'a'.repeat(16)}/end`)).status).toBe(303)
    expect((await submit(ben, `/account/sessions/${'a'.repeat(16)}/end`)).status).toBe(404)
    const left = async () =>
      (await store.db.selectFrom('sessions').select('id_hash').where('user_id', '=', userId).execute()).length
    expect(await left()).toBe(3)
    expect((await submit(ben, '/account/sessions/end')).status).toBe(303)
    expect(await left()).toBe(1)
    expect((await visit(ben, '/account')).status).toBe(200)
  })

  test('is nobody else’s: a session of another person does not end', async () => {
    const { admin, headersOf, submit, visit, store } = await openAdmin()
    const { id_hash: hash } = await store.db.selectFrom('sessions').select('id_hash').executeTakeFirstOrThrow()
    const ben = await headersOf({ is: 'person', role: 'viewer' })
    expect((await submit(ben, `/account/sessions/${hash.slice(0, 16)}/end`)).status).toBe(404)
    expect((await visit(admin, '/account')).status).toBe(200)
  })

  test('a new password asks for the old one', async () => {
    const { headersOf, submit } = await openAdmin()
    const ben = await headersOf({ is: 'person', role: 'viewer' })
    const wrong = await submit(ben, '/account/password', { current: 'guess guess guess', password: NEW_PASSWORD })
    expect(wrong.status).toBe(422)
    expect(await wrong.text()).toContain('This is not your password.')
    const right = await submit(ben, '/account/password', { current: PASSWORD, password: NEW_PASSWORD })
    expect(right.headers.get('Location')).toBe('/account?password=changed#password')
  })
})

describe('a forgotten password', () => {
  const MAIL = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'postflight@b.example' }

  test('gets the same answer whoever asks', async () => {
    const { submit, stranger, store } = await openAdmin(MAIL)
    const ask = async (email: string) => {
      const answer = await submit(stranger, '/forgot', { email })
      return [answer.status, ...answer.headers, await answer.text()].join()
    }
    const known = await ask('visitor-1@example.com')
    expect(known).toContain('a link is on its way')
    const unnamed = (answer: string) => answer.replace(/x-request-id,[^,]*/i, '')
    expect(unnamed(await ask('nobody@example.com'))).toBe(unnamed(known))
    expect(await store.db.selectFrom('password_requests').select('id').execute()).toHaveLength(2)
  })

  test('is asked for by our own page alone, and not too often', async () => {
    const { submit, stranger, store } = await openAdmin(MAIL)
    const form = { email: 'nobody@example.com' }
    expect((await submit({ 'sec-fetch-site': 'cross-site' }, '/forgot', form)).status).toBe(403)
    for (let count = 0; count < 5; count++) expect((await submit(stranger, '/forgot', form)).status).toBe(200)
    const refused = await submit(stranger, '/forgot', form)
    expect([refused.status, refused.headers.get('Retry-After')]).toEqual([429, '30'])
    expect(await refused.text()).toContain('try again in 30 s')
    expect(await store.db.selectFrom('password_requests').select('id').execute()).toHaveLength(5)
  })

  test.each([
    [{}, 'postflight user reset-link'],
    [{ ...MAIL, PASSWORD_SIGN_IN: 'false', OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'x' }, 'switched off'],
  ])('says who helps where no mail does', async (env, words) => {
    const { visit, submit, stranger, store } = await openAdmin(env)
    expect(await (await visit(stranger, '/forgot')).text()).toContain(words)
    expect(await (await submit(stranger, '/forgot', { email: 'visitor-1@example.com' })).text()).toContain(words)
    expect(await store.db.selectFrom('password_requests').select('id').execute()).toEqual([])
  })

  test('an invitation says that it is mailed, and what became of it', async () => {
    const { admin, visit, submit, store } = await openAdmin(MAIL)
    const made = await submit(admin, '/admin/users/new', { email: 'eve@example.com', role: 'viewer', services: '' })
    expect(textOf(await made.text())).toContain('A mail with this link is on its way to eve@example.com.')
    const list = async () => textOf(await (await visit(admin, '/admin/users')).text())
    expect(await list()).toContain('on its way')
    await store.db.updateTable('account_mails').set({ state: 'failed', reason: 'It was refused.' }).execute()
    expect(await list()).toContain('not sent: It was refused.')
  })
})

test('a token is replaced: the new one is shown once, the old one works on for the overlap', async () => {
  const { admin, app, submit, store } = await openAdmin()
  const tokenOn = async (path: string, form: Record<string, string>) =>
    /pf_[\w-]{43}/.exec(await (await submit(admin, path, form)).text())?.[0] ?? ''
  const wanted = { name: 'CI', scopes: 'read', services: '', days: '30' }
  const first = await tokenOn('/account/tokens', wanted)
  const { id } = await store.db.selectFrom('api_tokens').select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()
  const second = await tokenOn(`/account/tokens/${id}/replacement`, { overlap: '24' })
  const third = await tokenOn(`/account/tokens/${id + 1}/replacement`, { overlap: '0', ...YES })
  const works = async (token: string) =>
    (await app.request(`${LOCAL}/api/v1/services`, { headers: { authorization: `Bearer ${token}` } })).status
  expect([await works(first), await works(second), await works(third)]).toEqual([200, 401, 200])
  expect((await submit(admin, `/account/tokens/${id}/replacement`, { overlap: '24' })).status).toBe(409)
})

test('the way to the pages of admins is shown to them alone', async () => {
  const { admin, headersOf, visit } = await openAdmin()
  const manager = await headersOf({ is: 'person', role: 'release-manager' })
  expect(await (await visit(admin, '/')).text()).toContain('href="/admin"')
  expect(await (await visit(manager, '/')).text()).not.toContain('href="/admin"')
  expect((await visit(manager, '/admin')).status).toBe(403)
})
