import { expect, test } from 'vitest'
import { confirmTotpSecret, putTotpSecret } from '../../src/store/access/totp.ts'
import { anAccessApp } from '../support/access-app.ts'
import { textOf } from '../support/pages.ts'
import { Authenticator } from '../support/passkey.ts'
import { addPerson } from '../support/people.ts'

const MINUTE = 60_000
const HERE = 'http://localhost:3000'

async function withAna({ role = 'admin', publicUrl = HERE } = {}) {
  const access = await anAccessApp(publicUrl)
  await addPerson(access.store.db, { role })
  const ana = access.browser()
  await ana.signIn()
  return { ...access, ana }
}

type Ana = Awaited<ReturnType<typeof withAna>>['ana']

/** As the script of the page sends it. */
const send = async (browser: Ana, path: string, value: unknown, headers: Record<string, string> = {}) =>
  await browser.visit(path, { json: value, headers })

const withToken = async (ana: Ana) => ({ 'X-CSRF-Token': await ana.csrfToken() })

async function addKey(ana: Ana, key: Authenticator): Promise<Response> {
  const options = await send(ana, '/account/security/passkeys/options', {}, await withToken(ana))
  const message = key.make((await options.json()) as Parameters<Authenticator['make']>[0])
  return await send(ana, '/account/security/passkeys', { message, name: 'laptop' }, await withToken(ana))
}

test('a passkey is added and signs in, to a page of ours only', async () => {
  const { ana, browser } = await withAna()
  const key = new Authenticator()
  expect(await (await addKey(ana, key)).json()).toEqual({ next: '/account/security' })
  expect(await (await ana.visit('/account/security')).text()).toContain('laptop')
  for (const [next, leadsTo] of [
    ['/page?a=1', '/page?a=1'],
    ['//evil.example', '/'],
    [7, '/'],
  ]) {
    const other = browser()
    const options = (await (await send(other, '/login/passkey/options', {})).json()) as { challenge: string }
    const answer = await send(other, '/login/passkey', { message: key.answer(options), next })
    expect([answer.status, await answer.json()]).toEqual([200, { next: leadsTo }])
    expect((await other.visit('/page')).status).toBe(200)
    expect([...other.cookies.keys()]).toEqual(['sid'])
  }
})

test('a challenge is tied to the browser that asked for it', async () => {
  const { ana, browser } = await withAna()
  const key = new Authenticator()
  await addKey(ana, key)
  const [one, other] = [browser(), browser()]
  const options = (await (await send(one, '/login/passkey/options', {})).json()) as { challenge: string }
  const refused = await send(other, '/login/passkey', { message: key.answer(options) })
  expect([refused.status, await refused.json()]).toEqual([
    422,
    expect.objectContaining({ detail: expect.stringContaining('not known here') }),
  ])
  expect((await send(one, '/login/passkey', { message: key.answer(options) })).status).toBe(200)
})

test('another site can neither ask for a challenge nor answer one', async () => {
  const { browser } = await withAna()
  const foreign = { 'Sec-Fetch-Site': 'cross-site' }
  expect((await send(browser(), '/login/passkey/options', {}, foreign)).status).toBe(403)
  expect((await send(browser(), '/login/passkey', {}, foreign)).status).toBe(403)
})

test('adding and removing asks for a recent sign-in', async () => {
  const { ana, store, time } = await withAna()
  await addKey(ana, new Authenticator())
  time.now += 10 * MINUTE + 1
  for (const path of ['/account/security/passkeys/options', '/account/security/passkeys']) {
    const answer = await send(ana, path, {}, await withToken(ana))
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, expect.stringContaining('/login?again=1')])
  }
  const form = { _csrf: await ana.csrfToken(), id: '1' }
  const removal = await ana.visit('/account/security/passkeys/removal', { form })
  expect(removal.headers.get('Location')).toContain('/login?again=1')
  expect(await store.db.selectFrom('passkeys').selectAll().execute()).toHaveLength(1)
})

test('signing in again with a passkey makes the sign-in recent', async () => {
  const { ana, time } = await withAna()
  const key = new Authenticator()
  await addKey(ana, key)
  time.now += 10 * MINUTE + 1
  const options = (await (await send(ana, '/login/passkey/options', {})).json()) as { challenge: string }
  await send(ana, '/login/passkey', { message: key.answer(options), again: true })
  expect((await send(ana, '/account/security/passkeys/options', {}, await withToken(ana))).status).toBe(200)
})

test('viewers have passkeys too', async () => {
  const { ana, store } = await withAna({ role: 'viewer' })
  expect((await addKey(ana, new Authenticator())).status).toBe(200)
  await ana.visit('/account/security/passkeys/removal', { form: { _csrf: await ana.csrfToken(), id: '1' } })
  expect(await store.db.selectFrom('passkeys').selectAll().execute()).toEqual([])
})

test('the last way in stays, and the page says what to do', async () => {
  const { ana, store } = await withAna()
  await addKey(ana, new Authenticator())
  await store.db.updateTable('users').set({ has_password: 0 }).execute()
  const remove = async () =>
    await ana.visit('/account/security/passkeys/removal', { form: { _csrf: await ana.csrfToken(), id: '1' } })
  const refused = await remove()
  expect([refused.status, textOf(await refused.text())]).toEqual([
    422,
    expect.stringContaining(
      'Nothing was changed. Nothing else would let this account in. Give it a password first, by a reset link from an admin, or another passkey.',
    ),
  ])
  expect((await ana.visit('/account/security/passkeys/removal')).headers.get('Location')).toBe('/account/security')
  await store.db.updateTable('users').set({ has_password: 1 }).execute()
  expect((await remove()).headers.get('Location')).toBe('/account/security')
})

test('without the authenticator app the password goes on letting in', async () => {
  const { ana, browser, store } = await withAna()
  const userId = 1
  await putTotpSecret(store.db, userId, 'sealed', 0)
  await confirmTotpSecret(store.db, userId, 'sealed', 0)
  await ana.visit('/account/security/totp/removal', { form: { _csrf: await ana.csrfToken() } })
  const other = browser()
  await other.signIn()
  expect((await other.visit('/page')).status).toBe(200)
})

test('where browsers allow none the pages offer none', async () => {
  const { ana, browser } = await withAna({ publicUrl: 'http://127.0.0.1:3000' })
  expect(await (await browser().visit('/login')).text()).not.toContain('passkey')
  expect(await (await ana.visit('/account/security')).text()).toContain('Passkeys need a server')
  expect((await send(browser(), '/login/passkey/options', {})).status).toBe(422)
})
