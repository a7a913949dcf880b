import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isSecretField, keepable } from '../../src/core/access/kept-form.ts'
import { FORM_KEPT_MS } from '../../src/operations/access/kept-forms.ts'
import { ENDED_KNOWN_MS, SESSION_IDLE_MS } from '../../src/operations/access/sessions.ts'
import { channelKinds } from '../../src/operations/notifications/channel-kinds.ts'
import { anAccessApp, LOCAL } from '../support/access-app.ts'
import { formIn, nextOf } from '../support/kept-form.ts'
import { textOf } from '../support/pages.ts'
import { addPerson, PASSWORD } from '../support/people.ts'
import { openToAll } from '../support/visitors.ts'

const MINUTE = 60_000
const TOKENS = '/account/tokens'
const TYPED = { name: 'CI & <more>', scopes: ['read', 'defects:write'], services: 'shop', days: '90' }

/** Ana, an admin, who signed in and left a form open. */
async function withAna() {
  const access = await anAccessApp()
  await addPerson(access.store.db)
  await addPerson(access.store.db, { email: 'ben@example.com' })
  const ana = access.browser()
  await ana.signIn()
  const _csrf = await ana.csrfToken()
  const send = async (path: string, form: Record<string, string | string[]>, headers: Record<string, string> = {}) =>
    await ana.visit(path, { form: { _csrf, ...form }, headers: { Referer: `${LOCAL}${path}`, ...headers } })
  const kept = () => access.store.db.selectFrom('kept_forms').selectAll().execute()
  const tokens = () => access.store.db.selectFrom('api_tokens').select(['name', 'scopes']).execute()
  /** The page of what was kept, sent as it stands. */
  const sendKept = async (path: string) => {
    const { action, fields } = formIn(await (await ana.visit(path)).text())
    const form: Record<string, string[]> = {}
    for (const [name, value] of fields) form[name] = [...(form[name] ?? []), value]
    return await ana.visit(action, { form })
  }
  return { ...access, ana, send, kept, tokens, sendKept }
}

describe('a form that asks for a recent sign-in', () => {
  test('is kept while its sender signs in again, and done when they send it', async () => {
    const { ana, browser, time, send, tokens, sendKept } = await withAna()
    time.now += 11 * MINUTE
    const answer = await send(TOKENS, TYPED)
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, expect.stringContaining('/login?again=1')])
    const next = nextOf(answer)
    expect(next).toMatch(/^\/kept-forms\/[\w-]{43}$/)
    const signInAt = async (path: string) => textOf(await (await browser().visit(path)).text())
    expect(await signInAt(`/login?next=${encodeURIComponent(next)}`)).toContain('What you typed is kept')
    expect(await signInAt('/login?next=/defects')).not.toContain('is kept')
    const signedIn = await ana.visit('/login', {
      form: { email: 'ana@example.com', password: PASSWORD, again: '1', next },
    })
    expect(signedIn.headers.get('Location')).toBe(next)
    expect(await tokens()).toEqual([])
    const page = textOf(await (await ana.visit(next)).text())
    expect(page).toContain('Nothing was changed yet.')
    expect(page).toContain('CI & <more>')
    expect((await sendKept(next)).status).toBe(200)
    expect(await tokens()).toMatchObject([{ name: 'CI & <more>', scopes: expect.stringContaining('defects:write') }])
  })

  test('keeps no secret, sealed as the rest is; it is typed again', async () => {
    const { ana, time, send, kept, store } = await withAna()
    time.now += 11 * MINUTE
    const typed = { name: 'Ops', secret: 'geheim-1', password: 'geheim-2', current: '' }
    const next = nextOf(await send(TOKENS, typed))
    const page = await (await ana.visit(next)).text()
    expect(page).not.toContain('geheim')
    expect(page).toMatch(/<input[^>]*name="secret"[^>]*type="password"|<input[^>]*type="password"[^>]*name="secret"/)
    expect(page).not.toContain('name="current"')
    expect(JSON.stringify(await kept())).not.toContain('Ops')
    await store.db.updateTable('kept_forms').set({ id_hash: 'another row' }).execute()
    expect((await ana.visit(next)).status).toBe(404)
  })

  test('is for who sent it alone, and for half an hour', async () => {
    const { ana, time, send, browser } = await withAna()
    time.now += 11 * MINUTE
    const next = nextOf(await send(TOKENS, TYPED))
    const ben = browser()
    await ben.signIn('ben@example.com')
    const others = await ben.visit(next)
    expect([others.status, await others.text()]).toEqual([404, expect.not.stringContaining('CI &amp;')])
    expect((await browser().visit(next)).headers.get('Location')).toBe(`/login?next=${encodeURIComponent(next)}`)
    time.now += FORM_KEPT_MS - 1
    expect((await ana.visit(next)).status).toBe(200)
    time.now += 1
    expect((await ana.visit(next)).status).toBe(404)
  })

  test('of a page of another server, or with a wrong token, is not kept', async () => {
    const { time, send, kept } = await withAna()
    time.now += 11 * MINUTE
    expect((await send(TOKENS, TYPED, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403)
    expect((await send(TOKENS, { ...TYPED, _csrf: 'x' })).status).toBe(403)
    expect(await kept()).toEqual([])
  })

  test('leads back to a page of ours alone', async () => {
    const { ana, time, send } = await withAna()
    time.now += 11 * MINUTE
    const next = nextOf(await send(TOKENS, TYPED, { Referer: 'https://evil.example//evil.example/x' }))
    const page = await (await ana.visit(next)).text()
    expect(page).not.toContain('evil')
    expect(formIn(page).action).toBe(TOKENS)
  })

  test('with nothing typed leads back to its page', async () => {
    const { time, send, kept } = await withAna()
    time.now += 11 * MINUTE
    const path = '/account/security/totp'
    expect(nextOf(await send(path, {}, { Referer: `${LOCAL}/account/security` }))).toBe('/account/security')
    expect(await kept()).toEqual([])
  })

  test('of which a person sends many is kept for the last ones, and none that is huge', async () => {
    const { time, send, kept } = await withAna()
    time.now += 11 * MINUTE
    for (let count = 0; count < 8; count++) await send(TOKENS, TYPED)
    expect(await kept()).toHaveLength(5)
    expect(nextOf(await send(TOKENS, { name: 'x'.repeat(200_000) }))).toBe(TOKENS)
  })
})

describe('a form that was sent after its session ended', () => {
  test('is kept for the same person, who sends it under the new session', async () => {
    const { ana, time, send, sendKept } = await withAna()
    time.now += SESSION_IDLE_MS
    const answer = await send('/page', { title: 'Half an hour of typing' }, { 'HX-Request-Type': 'full' })
    expect([answer.status, answer.headers.get('HX-Redirect')]).toEqual([401, expect.stringMatching(/^\/login\?next=/)])
    const next = nextOf(answer)
    await ana.signIn()
    expect(await (await sendKept(next)).json()).toEqual({ changed: 'Half an hour of typing' })
  })

  test('is known for a day, whoever signs in meanwhile', async () => {
    const { time, send, browser } = await withAna()
    time.now += SESSION_IDLE_MS + ENDED_KNOWN_MS - 1
    await browser().signIn('ben@example.com')
    expect(nextOf(await send('/page', { title: 'x' }))).toMatch(/^\/kept-forms\//)
    time.now += 1
    expect((await send('/page', { title: 'x' })).headers.get('Location')).toBe('/login')
  })

  test.each([
    ['from another page', { 'Sec-Fetch-Site': 'cross-site' }, {}],
    ['with another token', {}, { _csrf: 'x' }],
  ])('is not kept %s', async (_, headers, form) => {
    const { time, send, kept } = await withAna()
    time.now += SESSION_IDLE_MS
    expect((await send('/page', { title: 'x', ...form }, headers)).headers.get('Location')).toBe('/login')
    expect(await kept()).toEqual([])
  })

  test('is not kept for who signed out, or is disabled', async () => {
    const { ana, time, send, kept, store } = await withAna()
    const cookie = ana.cookies.get('sid') ?? ''
    await send('/logout', {})
    ana.cookies.set('sid', cookie)
    expect((await send('/page', { title: 'x' })).headers.get('Location')).toBe('/login')
    await ana.signIn()
    const _csrf = await ana.csrfToken()
    await store.db.updateTable('users').set({ disabled_at: time.now }).execute()
    time.now += SESSION_IDLE_MS
    expect((await send('/page', { title: 'x', _csrf })).headers.get('Location')).toBe('/login')
    expect(await kept()).toEqual([])
  })
})

test('every field that a form calls a secret is none of those that are kept', async () => {
  const { declared } = await openToAll()
  const secretsOf = (path: string) => {
    const policy = declared.find((route) => route.method === 'POST' && route.path === path)?.policy
    return typeof policy === 'object' && 'secrets' in policy ? policy.secrets : []
  }
  const channelSecrets = channelKinds.flatMap(({ fields }) => fields.filter(({ secret }) => secret))
  for (const path of ['/admin/channels/new', '/admin/channels/:id{[0-9]{1,15}}'])
    for (const { name } of channelSecrets)
      expect(keepable({ action: '/', back: '/', fields: [[name, 'x']] }, secretsOf(path))).toMatchObject({
        secrets: [name],
      })
  for (const path of ['/on-call', '/on-call/:id'])
    expect(keepable({ action: '/', back: '/', fields: [['address', 'x']] }, secretsOf(path))?.fields).toEqual([])
  expect(channelSecrets.length).toBeGreaterThan(3)
  const hidden = readdirSync('views', { recursive: true, encoding: 'utf8' })
    // The page of what was kept asks for whatever was left out.
    .filter((file) => file.endsWith('.tsx') && !file.endsWith('kept-form-page.tsx'))
    .flatMap((file) => readFileSync(`views/${file}`, 'utf8').split('type="password"').slice(0, -1))
    .map((before) => before.slice(before.lastIndexOf('name=')))
  expect(hidden.length).toBeGreaterThan(4)
  for (const text of hidden) {
    const name = /^name="(\w+)"/.exec(text)?.[1] ?? 'a name in braces'
    expect([name, isSecretField(name)]).toEqual([expect.stringMatching(/^(\w+)$/), true])
  }
})
