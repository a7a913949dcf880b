import { describe, expect, test } from 'vitest'
import { anAccessApp } from '../support/access-app.ts'
import { authenticator, withAuthenticator } from '../support/authenticator.ts'
import { textOf } from '../support/pages.ts'
import { addPerson, PASSWORD } from '../support/people.ts'

const MINUTE = 60_000

/** Ana, signed in; and what posts a form of the security pages with the token of her session. */
async function withAna({ role = 'admin' } = {}) {
  const access = await anAccessApp()
  const userId = await addPerson(access.store.db, { role })
  const ana = access.browser()
  await ana.signIn()
  const submit = async (path: string, form: Record<string, string> = {}) =>
    await ana.visit(path, { form: { _csrf: await ana.csrfToken(), ...form } })
  return { ...access, userId, ana, submit }
}

/** The address an answer leads to. */
const leadsTo = (answer: Response) => [answer.status, answer.headers.get('Location')]

describe('turning on an authenticator app', () => {
  test('shows the secret as a picture and as text, and recovery codes once a code of it was right', async () => {
    const { ana, submit, time } = await withAna()
    expect(leadsTo(await submit('/account/security/totp'))).toEqual([303, '/account/security/totp'])
    const page = await (await ana.visit('/account/security/totp')).text()
    expect(page).toContain('<svg class="signin-qr"')
    const secret = (/id="code-secret"[^>]*>([A-Z2-7 ]+)</.exec(page)?.[1] ?? '').replaceAll(' ', '')
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)

    const wrong = await submit('/account/security/totp/confirmation', { code: '000000' })
    expect([wrong.status, await wrong.text()]).toEqual([422, expect.stringContaining('Not turned on.')])

    const right = await submit('/account/security/totp/confirmation', { code: authenticator(secret)(time.now) })
    const text = await right.text()
    expect(text.match(/\b[0-9a-z]{4}(-[0-9a-z]{4}){5}\b/g)).toHaveLength(10)
    expect(textOf(await (await ana.visit('/account/security')).text())).toContain('10 of 10 unused')
    // Once confirmed it is shown no more.
    expect(leadsTo(await ana.visit('/account/security/totp'))).toEqual([303, '/account/security'])
  })

  test('ends the other sessions of the person, and only theirs', async () => {
    const { ana, submit, browser, store, time } = await withAna()
    await addPerson(store.db, { email: 'ben@example.com' })
    const [elsewhere, ben] = [browser(), browser()]
    await elsewhere.signIn()
    await ben.signIn('ben@example.com')
    await submit('/account/security/totp')
    const page = await (await ana.visit('/account/security/totp')).text()
    const secret = (/id="code-secret"[^>]*>([A-Z2-7 ]+)</.exec(page)?.[1] ?? '').replaceAll(' ', '')
    await submit('/account/security/totp/confirmation', { code: authenticator(secret)(time.now) })
    expect((await ana.visit('/page')).status).toBe(200)
    expect((await ben.visit('/page')).status).toBe(200)
    expect((await elsewhere.visit('/page')).status).toBe(303)
  })

  test.each([
    ['totp', false],
    ['totp/confirmation', false],
    ['totp/removal', true],
    ['recovery-codes', true],
  ])('asks for a recent sign-in, and changes nothing without: %s', async (what, isOn) => {
    const { ana, submit, store, deps, userId, time } = await withAna()
    if (isOn) {
      const { codeAt } = await withAuthenticator(store, deps.secretBox, userId, time.now)
      await ana.signIn()
      await ana.visit('/login/code', { form: { code: codeAt(time.now) } })
    } else await submit('/account/security/totp')
    const state = async () =>
      JSON.stringify([
        await store.db.selectFrom('totp_secrets').selectAll().execute(),
        await store.db.selectFrom('recovery_codes').selectAll().execute(),
      ])
    const before = await state()
    time.now += 10 * MINUTE + 1
    const answer = await submit(`/account/security/${what}`)
    expect(leadsTo(answer)).toEqual([303, expect.stringContaining('/login?again=1')])
    expect(await state()).toBe(before)
    expect(await (await ana.visit('/account/security')).text()).toContain('sign in again')
  })

  test('the secret is not shown to whoever finds the browser later', async () => {
    const { ana, submit, time } = await withAna()
    await submit('/account/security/totp')
    time.now += 10 * MINUTE + 1
    expect((await ana.visit('/account/security/totp')).status).toBe(303)
  })

  test('is for viewers too', async () => {
    const { submit } = await withAna({ role: 'viewer' })
    expect((await submit('/account/security/totp')).status).toBe(303)
    expect((await submit('/account/security/totp/confirmation', { code: '1' })).status).toBe(422)
    expect((await submit('/account/security/totp/removal')).status).toBe(303)
    expect((await submit('/account/security/recovery-codes')).status).toBe(303)
  })

  test('can be turned off, and recovery codes made anew', async () => {
    const { ana, submit, store, deps, userId, time } = await withAna()
    const { codeAt, recoveryCodes } = await withAuthenticator(store, deps.secretBox, userId, time.now)
    await ana.signIn()
    await ana.visit('/login/code', { form: { code: codeAt(time.now) } })
    const fresh = await (await submit('/account/security/recovery-codes')).text()
    for (const code of recoveryCodes) expect(fresh).not.toContain(code)
    expect(leadsTo(await submit('/account/security/totp/removal'))).toEqual([303, '/account/security'])
    expect(leadsTo(await ana.signIn())).toEqual([303, '/'])
    expect(await store.db.selectFrom('recovery_codes').selectAll().execute()).toEqual([])
  })
})

describe('signing in with a code', () => {
  const withApp = async () => {
    const access = await anAccessApp()
    const userId = await addPerson(access.store.db)
    const app = await withAuthenticator(access.store, access.deps.secretBox, userId, access.time.now)
    return { ...access, userId, ...app }
  }
  const right = { email: 'ana@example.com', password: PASSWORD }

  test('works with plain forms, in two pages, and leads to what was asked for', async () => {
    const { browser, codeAt, time } = await withApp()
    const ana = browser()
    const first = await ana.visit('/login', { form: { ...right, next: '/page?a=1' } })
    expect(leadsTo(first)).toEqual([303, '/login/code?next=%2Fpage%3Fa%3D1'])
    expect(first.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^signin=[\w-]{43}; Max-Age=300; Path=\/; HttpOnly; SameSite=Lax$/),
    ])
    const page = await (await ana.visit('/login/code?next=%2Fpage%3Fa%3D1')).text()
    expect(page).toContain('<form method="post" action="/login/code">')
    expect(page).toContain('autocomplete="one-time-code"')
    expect(page).toContain('name="next" value="/page?a=1"')
    expect((await ana.visit('/page')).status).toBe(303)
    const second = await ana.visit('/login/code', { form: { code: codeAt(time.now), next: '/page?a=1' } })
    expect(leadsTo(second)).toEqual([303, '/page?a=1'])
    expect((await ana.visit('/page')).status).toBe(200)
    expect([...ana.cookies.keys()]).toEqual(['sid'])
  })

  test('what ties it to the browser opens nothing by itself', async () => {
    const { browser } = await withApp()
    const ana = browser()
    await ana.visit('/login', { form: right })
    const id = ana.cookies.get('signin') ?? ''
    expect((await browser().visit('/page', { headers: { Cookie: `sid=${id}` } })).status).toBe(303)
  })

  test('another browser cannot finish it, nor another site', async () => {
    const { browser, codeAt, time } = await withApp()
    const ana = browser()
    await ana.visit('/login', { form: right })
    const form = { code: codeAt(time.now) }
    expect(leadsTo(await browser().visit('/login/code', { form }))).toEqual([303, '/login'])
    expect((await ana.visit('/login/code', { form, headers: { 'Sec-Fetch-Site': 'cross-site' } })).status).toBe(403)
    expect(leadsTo(await ana.visit('/login/code', { form }))).toEqual([303, '/'])
  })

  test('without a password just given there is no page to enter a code', async () => {
    const { browser, time } = await withApp()
    const ana = browser()
    expect(leadsTo(await ana.visit('/login/code?next=%2Fpage'))).toEqual([303, '/login?next=%2Fpage'])
    await ana.visit('/login', { form: right })
    time.now += 5 * MINUTE
    expect(leadsTo(await ana.visit('/login/code'))).toEqual([303, '/login'])
  })

  test('a wrong code says so and may be tried again, five times', async () => {
    const { browser } = await withApp()
    const ana = browser()
    await ana.visit('/login', { form: right })
    for (let i = 0; i < 5; i++) {
      const answer = await ana.visit('/login/code', { form: { code: '000000' } })
      expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('That code is not right')])
    }
    const answer = await ana.visit('/login/code', { form: { code: '000000' } })
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([429, '30'])
  })

  test('neither codes nor what ties it to the browser reach the log', async () => {
    const { browser, logged, codeAt, recoveryCodes, time } = await withApp()
    const ana = browser()
    await ana.visit('/login', { form: right })
    const id = ana.cookies.get('signin') ?? 'none'
    await ana.visit('/login/code', { form: { code: recoveryCodes[0] ?? '' } })
    await ana.visit('/login', { form: right })
    await ana.visit('/login/code', { form: { code: codeAt(time.now) } })
    const log = logged.join()
    for (const secret of [id, recoveryCodes[0] ?? 'none', `"${codeAt(time.now)}"`]) expect(log).not.toContain(secret)
  })
})

describe('a role that needs more than a password', () => {
  const withRole = async (role: string) => {
    const access = await anAccessApp(undefined, { SECOND_FACTOR_ROLES: 'admin, release-manager' })
    const userId = await addPerson(access.store.db, { role })
    const ana = access.browser()
    await ana.signIn()
    return { ...access, ana, userId }
  }

  test('opens nothing but setting up an app until there is one', async () => {
    const { ana, time } = await withRole('admin')
    expect(leadsTo(await ana.visit('/page'))).toEqual([303, '/account/security'])
    expect((await ana.visit('/api/v1/things')).status).toBe(403)
    const page = await (await ana.visit('/account/security')).text()
    expect(textOf(page)).toContain('asks for more than a password')
    const _csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''
    expect(leadsTo(await ana.visit('/page', { form: { _csrf } }))).toEqual([303, '/account/security'])
    await ana.visit('/account/security/totp', { form: { _csrf } })
    const made = await (await ana.visit('/account/security/totp')).text()
    const secret = (/id="code-secret"[^>]*>([A-Z2-7 ]+)</.exec(made)?.[1] ?? '').replaceAll(' ', '')
    await ana.visit('/account/security/totp/confirmation', { form: { _csrf, code: authenticator(secret)(time.now) } })
    expect((await ana.visit('/page')).status).toBe(200)
    await ana.visit('/account/security/totp/removal', { form: { _csrf } })
    expect((await ana.visit('/page')).status).toBe(303)
  })

  test('others go on with their password, and one who signed in with a code goes on', async () => {
    expect((await (await withRole('engineer')).ana.visit('/page')).status).toBe(200)
    const { ana, store, deps, userId, time } = await withRole('release-manager')
    const { codeAt } = await withAuthenticator(store, deps.secretBox, userId, time.now)
    await ana.signIn()
    await ana.visit('/login/code', { form: { code: codeAt(time.now) } })
    expect((await ana.visit('/page')).status).toBe(200)
  })
})

describe('signing in again', () => {
  test('makes the sign-in recent, under a new session id', async () => {
    const { ana, submit, time } = await withAna()
    time.now += 10 * MINUTE + 1
    expect(textOf(await (await ana.visit('/login?again=1&next=%2Fpage')).text())).toContain('You are ana@example.com')
    const former = ana.cookies.get('sid')
    const form = { email: 'ana@example.com', password: PASSWORD, again: '1', next: '/account/security' }
    expect(leadsTo(await ana.visit('/login', { form }))).toEqual([303, '/account/security'])
    expect(ana.cookies.get('sid')).not.toBe(former)
    expect(leadsTo(await submit('/account/security/totp'))).toEqual([303, '/account/security/totp'])
  })

  test('is for the same person only', async () => {
    const { ana, store, time } = await withAna()
    await addPerson(store.db, { email: 'ben@example.com', name: 'Ben' })
    time.now += 10 * MINUTE + 1
    const form = { email: 'ben@example.com', password: PASSWORD, again: '1' }
    expect((await ana.visit('/login', { form })).status).toBe(422)
    expect(await (await ana.visit('/page')).json()).toMatchObject({ name: 'Ana' })
  })
})
