import { describe, expect, test } from 'vitest'
import { anAccessApp } from '../support/access-app.ts'
import { addPerson, PASSWORD } from '../support/people.ts'

const right = { email: 'ana@example.com', password: PASSWORD }

describe('signing in', () => {
  test('works with a plain form: the page, the form, the page that was asked for', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    const form = await (await ana.visit('/login?next=%2Fpage%3Fa%3D1')).text()
    expect(form).toContain('<form method="post" action="/login">')
    expect(form).toContain('name="next" value="/page?a=1"')
    expect(form).toContain('autocomplete="current-password"')
    const answer = await ana.visit('/login', { form: { ...right, next: '/page?a=1' } })
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/page?a=1'])
    expect((await ana.visit('/page?a=1')).status).toBe(200)
  })

  test('the cookie cannot be read by scripts nor sent from other sites, and over https only by us', async () => {
    const cookieAt = async (publicUrl?: string) => {
      const { browser, store } = await anAccessApp(publicUrl)
      await addPerson(store.db)
      return (await browser().signIn()).headers.getSetCookie()
    }
    expect(await cookieAt()).toEqual([
      expect.stringMatching(/^sid=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/),
    ])
    expect(await cookieAt('https://postflight.example')).toEqual([
      expect.stringMatching(/^__Host-sid=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ])
  })

  test('a session id from before signing in is dead afterwards, planted or real', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    ana.cookies.set('sid', 'planted')
    await ana.signIn()
    const first = ana.cookies.get('sid') ?? ''
    expect(first).not.toBe('planted')
    await ana.signIn()
    expect(ana.cookies.get('sid')).not.toBe(first)
    expect((await browser().visit('/page', { headers: { Cookie: 'sid=planted' } })).status).toBe(303)
    expect((await browser().visit('/page', { headers: { Cookie: `sid=${first}` } })).status).toBe(303)
  })

  test('a wrong password and an unknown address read the same, and the address stays in the form', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const pageFor = async (email: string) => {
      const answer = await browser().visit('/login', { form: { email, password: 'wrong but long enough' } })
      expect(answer.status).toBe(422)
      expect(answer.headers.getSetCookie()).toEqual([])
      return await answer.text()
    }
    const known = await pageFor('ana@example.com')
    expect(known).toContain('The e-mail or the password is not right.')
    expect(known).toContain('value="ana@example.com"')
    expect(known).not.toContain('wrong but long enough')
    expect((await pageFor('nobody@example.com')).replaceAll('nobody@', 'ana@')).toBe(known)
  })

  test('after five failures the page says when to come back', async () => {
    const { browser, store, time } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    for (let i = 0; i < 5; i++) await ana.signIn('ana@example.com', 'wrong but long enough')
    const answer = await ana.signIn()
    expect(answer.status).toBe(429)
    expect(answer.headers.get('Retry-After')).toBe('30')
    expect(await answer.text()).toContain('try again in 30 s')
    time.now += 30_000
    expect((await ana.signIn()).status).toBe(303)
  })

  test('behind a TLS proxy the address is the last one the proxy wrote, not what the caller says', async () => {
    const { browser, store } = await anAccessApp('https://postflight.example')
    await addPerson(store.db)
    const guess = (i: number, forwarded: string) =>
      browser().visit('/login', {
        form: { email: `person${i}@example.com`, password: 'x'.repeat(600) },
        headers: { 'X-Forwarded-For': forwarded },
        from: '127.0.0.1',
      })
    for (let i = 0; i < 20; i++) await guess(i, `198.51.100.${i}, 203.0.113.9`)
    expect((await guess(20, '198.51.100.77, 203.0.113.9')).status).toBe(429)
    expect((await guess(21, '203.0.113.10')).status).toBe(422)
  })

  test('without a proxy nobody changes their address by a header', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const guess = (i: number) =>
      browser().visit('/login', {
        form: { email: `person${i}@example.com`, password: 'x'.repeat(600) },
        headers: { 'X-Forwarded-For': `198.51.100.${i}` },
      })
    for (let i = 0; i < 20; i++) await guess(i)
    expect((await guess(20)).status).toBe(429)
  })

  test('another site cannot sign a browser in', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const answer = await browser().visit('/login', { form: right, headers: { 'Sec-Fetch-Site': 'cross-site' } })
    expect(answer.status).toBe(403)
    expect(answer.headers.getSetCookie()).toEqual([])
  })

  test('a form of a megabyte is turned away', async () => {
    const { browser } = await anAccessApp()
    expect((await browser().visit('/login', { form: { ...right, next: 'x'.repeat(1_000_000) } })).status).toBe(413)
  })

  test('whoever is signed in goes straight on', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    await ana.signIn()
    expect((await ana.visit('/login?next=/page')).headers.get('Location')).toBe('/page')
  })

  test('what was typed is shown as text', async () => {
    const { browser } = await anAccessApp()
    const answer = await browser().visit('/login', { form: { email: '"><script>alert(1)</script>', password: 'x' } })
    expect(await answer.text()).not.toContain('<script>alert')
  })

  test('neither passwords nor session ids reach the log', async () => {
    const { browser, store, logged } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    await ana.signIn('ana@example.com', 'wrong but long enough')
    await ana.signIn()
    expect(logged.length).toBeGreaterThanOrEqual(2)
    const log = logged.join()
    for (const secret of ['wrong but long enough', PASSWORD, ana.cookies.get('sid') ?? 'none'])
      expect(log).not.toContain(secret)
  })
})

describe('where to go after signing in', () => {
  test.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example/page',
    '/\n/evil.example/page',
    '/.//evil.example/',
    '/x/..//evil.example/',
    '/./\\evil.example/',
    'javascript:alert(1)',
    'evil.example',
    '',
  ])('%o leads to the overview, not away', async (next) => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const answer = await browser().visit('/login', { form: { ...right, next } })
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/'])
  })

  test('a path that looks like another host does not survive the way through the sign-in page', async () => {
    const { browser } = await anAccessApp()
    expect(await (await browser().visit('/login?next=%2F%2Fevil.example')).text()).toContain('name="next" value="/"')
  })

  test('a path of ours stays whole', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const next = '/releases/checkout-api/4.18.0%2Bbuild?env=a%26b&x=//y'
    expect((await browser().visit('/login', { form: { ...right, next } })).headers.get('Location')).toBe(next)
  })
})

describe('signing out', () => {
  test('ends the session on the server and takes the cookie back', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    await ana.signIn()
    const sid = ana.cookies.get('sid')
    const answer = await ana.visit('/logout', { form: { _csrf: await ana.csrfToken() } })
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/login'])
    expect(ana.cookies.size).toBe(0)
    expect((await browser().visit('/page', { headers: { Cookie: `sid=${sid}` } })).status).toBe(303)
  })

  test('cannot be done by another site, nor by following a link', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    await ana.signIn()
    const _csrf = await ana.csrfToken()
    await ana.visit('/logout', { form: { _csrf }, headers: { 'Sec-Fetch-Site': 'cross-site' } })
    await ana.visit('/logout', { form: {} })
    expect((await ana.visit('/logout')).status).toBe(404)
    expect((await ana.visit('/page')).status).toBe(200)
  })

  test('is for viewers too', async () => {
    const { browser, store } = await anAccessApp()
    await addPerson(store.db, { role: 'viewer' })
    const viewer = browser()
    await viewer.signIn()
    expect((await viewer.visit('/logout', { form: { _csrf: await viewer.csrfToken() } })).status).toBe(303)
    expect((await viewer.visit('/page')).status).toBe(303)
  })
})
