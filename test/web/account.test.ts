import { describe, expect, test } from 'vitest'
import { prepareFirstRun } from '../../src/operations/access/first-run.ts'
import { listApiTokens } from '../../src/store/access/api-tokens.ts'
import { anAccessApp } from '../support/access-app.ts'
import { YES } from '../support/pages.ts'
import { addPerson, PASSWORD } from '../support/people.ts'

describe('the one-time set-up link', () => {
  const started = async () => {
    const { browser, deps, store, logged } = await anAccessApp()
    const firstRun = await prepareFirstRun(store, deps.config, deps.clock)
    const link = new URL(firstRun?.setupLink ?? '')
    return { browser, store, logged, path: link.pathname + link.search, token: link.searchParams.get('token') ?? '' }
  }
  const ana = { email: 'ana@example.com', name: 'Ana', password: PASSWORD }

  test('opens a form that makes the first admin and signs them in', async () => {
    const { browser, path, token, logged } = await started()
    const newcomer = browser()
    const form = await (await newcomer.visit(path)).text()
    expect(form).toContain('Create the first admin')
    expect(form).toContain(`name="token" value="${token}"`)
    const answer = await newcomer.visit('/setup-account', { form: { ...ana, token } })
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/'])
    expect(await (await newcomer.visit('/page')).json()).toMatchObject({ email: 'ana@example.com', role: 'admin' })
    expect(logged.join()).not.toContain(token)
  })

  test('looking at it does not use it up', async () => {
    const { browser, path } = await started()
    await browser().visit(path)
    expect((await browser().visit(path)).status).toBe(200)
  })

  test('used, wrong and missing tokens get the same page', async () => {
    const { browser, path, token } = await started()
    const [wrong, none] = [await browser().visit('/setup-account?token=x'), await browser().visit('/setup-account')]
    await browser().visit('/setup-account', { form: { ...ana, token } })
    const used = await browser().visit(path)
    expect([wrong.status, none.status, used.status]).toEqual([403, 403, 403])
    const text = await used.text()
    expect(text).toContain('This link does not work')
    expect([await wrong.text(), await none.text()]).toEqual([text, text])
    expect((await browser().visit('/setup-account', { form: { ...ana, token } })).status).toBe(403)
  })

  test('a refused form says what is wrong beside the field and keeps what was typed, but not the password', async () => {
    const { browser, token, store } = await started()
    const answer = await browser().visit('/setup-account', { form: { ...ana, password: 'too short', token } })
    expect(answer.status).toBe(422)
    const text = await answer.text()
    expect(text).toContain('Use at least 12 characters; this one has 9.')
    expect(text).toContain('aria-invalid="true"')
    expect(text).toContain('value="ana@example.com"')
    expect(text).not.toContain('too short')
    expect(await store.db.selectFrom('users').selectAll().execute()).toEqual([])
  })

  test('cannot be used by another site', async () => {
    const { browser, token } = await started()
    const headers = { 'Sec-Fetch-Site': 'cross-site' }
    expect((await browser().visit('/setup-account', { form: { ...ana, token }, headers })).status).toBe(403)
  })
})

describe('API tokens', () => {
  const asAdmin = async () => {
    const { browser, store, time, logged } = await anAccessApp()
    await addPerson(store.db)
    const ana = browser()
    await ana.signIn()
    return { ana, store, time, logged, browser, _csrf: await ana.csrfToken() }
  }
  const wanted = { name: 'checkout-api CI', scopes: ['deployments:write'], days: '90' }

  test('a token is made, shown once, and works', async () => {
    const { ana, store, time, logged, _csrf } = await asAdmin()
    const answer = await ana.visit('/account/tokens', { form: { ...wanted, scopes: ['read', 'defects:write'], _csrf } })
    expect(answer.headers.get('Cache-Control')).toBe('no-store')
    const [token = ''] = /pf_[\w-]{43}/.exec(await answer.text()) ?? []
    const used = await ana.visit('/api/v1/things', { headers: { Authorization: `Bearer ${token}`, Cookie: '' } })
    expect(await used.json()).toMatchObject({
      kind: 'token',
      name: 'checkout-api CI',
      scopes: ['read', 'defects:write'],
    })
    const later = await (await ana.visit('/account/tokens')).text()
    expect(later).toContain('checkout-api CI')
    expect(later).toContain(token.slice(0, 9))
    expect(later).not.toContain(token)
    expect((await listApiTokens(store.db))[0]?.expiresAt).toBe(time.now + 90 * 24 * 3_600_000)
    expect(logged.join()).not.toContain(token)
  })

  test('a revoked one no longer works', async () => {
    const { ana, store, _csrf } = await asAdmin()
    const made = await ana.visit('/account/tokens', { form: { ...wanted, scopes: 'read', _csrf } })
    const [token = ''] = /pf_[\w-]{43}/.exec(await made.text()) ?? []
    const [{ id } = { id: 0 }] = await listApiTokens(store.db)
    const answer = await ana.visit(`/account/tokens/${id}/revocation`, { form: { ...YES, _csrf } })
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/account/tokens'])
    expect(await (await ana.visit('/account/tokens')).text()).toContain('revoked')
    const headers = { Authorization: `Bearer ${token}`, Cookie: '' }
    expect((await ana.visit('/api/v1/things', { headers })).status).toBe(401)
  })

  test('revoking what is not there is a 404', async () => {
    const { ana, _csrf } = await asAdmin()
    for (const id of ['99', 'x', '1e99', '-1'])
      expect((await ana.visit(`/account/tokens/${id}/revocation`, { form: { ...YES, _csrf } })).status).toBe(404)
  })

  test('a token without a name or a scope is refused beside the field', async () => {
    const { ana, store, _csrf } = await asAdmin()
    const nameless = await ana.visit('/account/tokens', { form: { ...wanted, name: ' ', _csrf } })
    expect(nameless.status).toBe(422)
    expect(await nameless.text()).toContain('A token needs a name')
    const powerless = await ana.visit('/account/tokens', { form: { ...wanted, scopes: [], _csrf } })
    expect(powerless.status).toBe(422)
    expect(await powerless.text()).toContain('at least one scope')
    expect(await listApiTokens(store.db)).toEqual([])
  })

  test('are for admins alone', async () => {
    const { store, browser } = await asAdmin()
    await addPerson(store.db, { email: 'cleo@example.com', name: 'Cleo', role: 'engineer' })
    const cleo = browser()
    await cleo.signIn('cleo@example.com')
    const _csrf = await cleo.csrfToken()
    expect((await cleo.visit('/account/tokens')).status).toBe(403)
    expect((await cleo.visit('/account/tokens', { form: { ...wanted, _csrf } })).status).toBe(403)
    expect((await cleo.visit('/account/tokens/1/revocation', { form: { ...YES, _csrf } })).status).toBe(403)
    expect(await listApiTokens(store.db)).toEqual([])
    expect(await (await cleo.visit('/account')).text()).toContain('Ask an admin')
  })

  test('cannot be made with a token', async () => {
    const { ana, store, _csrf, browser } = await asAdmin()
    const made = await ana.visit('/account/tokens', { form: { ...wanted, _csrf } })
    const [token = ''] = /pf_[\w-]{43}/.exec(await made.text()) ?? []
    const answer = await browser().visit('/account/tokens', {
      form: wanted,
      headers: { Authorization: `Bearer ${token}` },
    })
    expect(answer.headers.get('Location')).toBe('/login')
    expect(await listApiTokens(store.db)).toHaveLength(1)
  })

  test('a name is shown as text', async () => {
    const { ana, _csrf } = await asAdmin()
    const answer = await ana.visit('/account/tokens', {
      form: { ...wanted, name: '<img src=x onerror=alert(1)>', _csrf },
    })
    expect(await answer.text()).not.toContain('<img src=x')
  })
})
