import { describe, expect, test } from 'vitest'
import { beginSession } from '../../src/operations/access/sessions.ts'
import { bodyOf } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { deployed, type HistoryPages, openHistory, seen } from '../support/history-pages.ts'
import { formIn, nextOf } from '../support/kept-form.ts'
import { textOf } from '../support/pages.ts'
import { addPerson } from '../support/people.ts'
import { describeOnEachEngine } from '../support/stores.ts'

/** The tests' clock stands at day 100; `b` has been live since day 99 and is suspected of PF-1. */
async function openWithHistory(
  openTestStore?: Parameters<typeof openHistory>[0],
  role = 'admin',
): Promise<HistoryPages> {
  const pages = await openHistory(openTestStore, { role })
  await pages.tell('deployments', deployed('a', day(1)), deployed('b', day(99)))
  await pages.tell('defects', seen('Capture fails', day(99.9), { severity: 'S1', version: 'b' }))
  return pages
}

/** Signed in as somebody else. */
async function asAnother(pages: HistoryPages, role = 'release-manager') {
  const { store, clock } = pages.deps
  const userId = await addPerson(store.db, { email: 'ben@example.com', name: 'Ben', role })
  const sessionId = await beginSession(store.db, userId, { address: '127.0.0.1' }, clock())
  const { csrf_token } = await store.db
    .selectFrom('sessions')
    .select('csrf_token')
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow()
  const headers = { Cookie: `sid=${sessionId}`, 'Sec-Fetch-Site': 'same-origin' }
  return async (path: string, form: Record<string, string>) =>
    pages.app.request(path, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ _csrf: csrf_token, ...form }),
    })
}

const stateOf = async ({ store }: HistoryPages) =>
  (await store.db.selectFrom('emergency_releases').select('state').executeTakeFirstOrThrow()).state

const openOne = (pages: HistoryPages) =>
  pages.fillIn('/emergency/new?defect=PF-1', '/emergency/new', {
    version: 'a',
    reason: 'Captures fail.',
    defects: '1',
  })

describeOnEachEngine('the pages of an emergency release', (openTestStore) => {
  test('need attention on every overview, of all services, their own or others', async () => {
    const pages = await openWithHistory(openTestStore)
    await pages.tell('deployments', deployed('7', day(98), { service: 'search' }))
    await openOne(pages)
    for (const query of ['', '?service=checkout-api', '?service=search,checkout-api'])
      expect(textOf(await pages.read(`/${query}`)), query).toContain('Join ER-1')
    const other = textOf(await pages.read('/?service=search'))
    expect(other).toContain('Nothing of search needs attention.')
    expect(other).toContain('Join ER-1')
  })

  test('fill the form in from a defect, and seeing it changes nothing', async () => {
    const pages = await openWithHistory(openTestStore)
    const text = textOf(await pages.read('/emergency/new?defect=PF-1'))
    expect(text).toContain('a is the last release known to be good')
    expect(text).toContain('Open emergency release')
    expect(text).toContain('Back to PF-1')
    expect(await pages.store.db.selectFrom('emergency_releases').select('id').execute()).toEqual([])
  })

  test('mean production itself where other environments count as production too', async () => {
    const pages = await openWithHistory(openTestStore)
    const canary = { environment: 'canary', tier: 'production' }
    await pages.tell('deployments', { ...deployed('a', day(1)), ...canary }, { ...deployed('b', day(98)), ...canary })
    const html = await pages.read('/emergency/new?release=checkout-api@b')
    expect(html).toMatch(/<option value="canary">/)
    expect(html).toMatch(/<option value="production" selected/)
  })

  test('mean the production where the release runs, if it runs in one only', async () => {
    const pages = await openWithHistory(openTestStore)
    const canary = { service: 'wiki', environment: 'canary', tier: 'production' }
    await pages.tell('deployments', { ...deployed('a', day(1)), ...canary }, { ...deployed('b', day(98)), ...canary })
    for (const asked of ['release=wiki@b', 'release=wiki@a', 'service=wiki'])
      expect(await pages.read(`/emergency/new?${asked}`), asked).toMatch(/<option value="canary" selected/)
    await pages.tell('deployments', deployed('a', day(2), { service: 'wiki' }))
    const releases = { a: 'production', b: 'canary' }
    for (const [version, environment] of Object.entries(releases))
      expect(await pages.read(`/emergency/new?release=wiki@${version}`)).toContain(`value="${environment}" selected`)
    expect(await pages.read('/emergency/new?service=wiki')).toContain('value="production" selected')
  })

  test('open a fix whose version only the person knows', async () => {
    const pages = await openWithHistory(openTestStore)
    const path = '/emergency/new?release=checkout-api@b&kind=hotfix'
    const html = await pages.read(path)
    expect(html).toMatch(/<input[^>]*name="version"[^>]*value=""/)
    expect(html).toMatch(/<button type="submit"[^>]*open-btn/)
    expect(textOf(html)).toContain('They are run when it is opened')
    expect(textOf(html)).not.toContain('run just now')
    const opened = await pages.fillIn(path, '/emergency/new', { version: 'c', reason: 'Captures fail.' })
    expect(opened.headers.get('Location')).toBe('/emergency/ER-1')
  })

  test('lead from opening to closing, with a second person', async () => {
    const pages = await openWithHistory(openTestStore)
    const opened = await openOne(pages)
    expect([opened.status, opened.headers.get('Location')]).toEqual([303, '/emergency/ER-1'])
    const page = await pages.visit('/emergency/ER-1')
    expect(page.headers.get('Cache-Control')).toBe('no-store')
    expect(textOf(await page.text())).toContain('Roll back production to a, alone')

    const ben = await asAnother(pages)
    const once = { step: '1', key: 'k', target: '' }
    expect((await ben('/emergency/ER-1/approval', once)).status).toBe(303)
    expect((await ben('/emergency/ER-1/approval', once)).status).toBe(303)
    const stale = await ben('/emergency/ER-1/approval', { ...once, key: 'another' })
    expect(stale.status).toBe(409)
    expect(textOf(await stale.text())).toContain('has moved on')
    expect(
      (await ben('/emergency/ER-1/dispatch', { step: '2', key: 'd', decision: 'deployed', reason: 'I ran it.' }))
        .status,
    ).toBe(303)
    expect(textOf(await pages.read('/emergency/ER-1'))).toContain('Verify now, I checked by hand')
    await pages.submit('/emergency/ER-1/verification', { step: '3', key: 'v', reason: 'A test order went through.' })
    expect((await pages.submit('/emergency/ER-1/closure', { step: '4', key: 'c', fixed: '1' })).status).toBe(303)
    const text = textOf(await pages.read('/emergency/ER-1'))
    expect(text).toContain('Ana closed it; fixed: PF-1')
    expect(text).toContain('It is over')
    const markdown = await pages.read('/emergency/ER-1/timeline.md')
    expect(markdown).toContain('# ER-1: Roll back checkout-api in production to a')
    expect(markdown).toContain('Ben approved it')
    expect(textOf(await pages.read('/emergency'))).toContain('ER-1 Roll back production to a')
  })

  test('let nobody approve from an old sign-in, and give back what they typed after a new one', async () => {
    const pages = await openWithHistory(openTestStore)
    await openOne(pages)
    await pages.store.db
      .updateTable('sessions')
      .set({ created_at: day(100) - 11 * 60_000 })
      .execute()
    expect(textOf(await pages.read('/emergency/ER-1'))).toContain('Sign in again to approve')
    const approve = (reason: string) => pages.submit('/emergency/ER-1/approval', { step: '1', key: 'k', reason })
    expect(nextOf(await approve(''))).toBe('/')
    const answer = await approve('Nobody else is here.')
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, expect.stringMatching(/^\/login\?again=1/)])
    expect(await stateOf(pages)).toBe('requested')
    await pages.store.db
      .updateTable('sessions')
      .set({ created_at: day(100) })
      .execute()
    const kept = await pages.read(nextOf(answer))
    expect(textOf(kept)).toContain('Why alone? Nobody else is here. Send it now')
    const { action, fields } = formIn(kept)
    expect((await pages.submit(action, Object.fromEntries(fields))).headers.get('Location')).toBe('/emergency/ER-1')
    expect(await stateOf(pages)).not.toBe('requested')
    expect(textOf(await pages.read('/emergency/ER-1'))).toContain('Nobody else is here.')
  })

  test('ask for a recent sign-in before a request is sent again, too', async () => {
    const pages = await openWithHistory(openTestStore)
    await openOne(pages)
    await pages.submit('/emergency/ER-1/approval', { step: '1', key: 'k', reason: 'Alone.' })
    await pages.store.db
      .updateTable('sessions')
      .set({ created_at: day(100) - 11 * 60_000 })
      .execute()
    const again = { step: '2', key: 'l', decision: 'send-again' }
    const answer = await pages.submit('/emergency/ER-1/dispatch', again)
    expect(answer.headers.get('Location')).toMatch(/^\/login\?again=1/)
  })

  test('let engineers propose, and viewers look', async () => {
    const pages = await openWithHistory(openTestStore, 'engineer')
    expect((await openOne(pages)).status).toBe(303)
    expect((await pages.submit('/emergency/ER-1/approval', { step: '1', key: 'k' })).status).toBe(403)
    const viewer = await asAnother(pages, 'viewer')
    expect((await viewer('/emergency/ER-1/approval', { step: '1', key: 'k' })).status).toBe(403)
  })

  test('say to viewers that they may look, and offer them nothing to press', async () => {
    const pages = await openWithHistory(openTestStore, 'viewer')
    const html = await pages.read('/emergency/new?defect=PF-1')
    expect(textOf(html)).toContain('you may look')
    expect(textOf(html)).not.toContain('Open emergency release')
  })

  test('show who opened one already, and settings to admins alone', async () => {
    const pages = await openWithHistory(openTestStore)
    await openOne(pages)
    expect(textOf(await pages.read('/emergency/new?defect=PF-1'))).toContain('ER-1 is already open')
    const saved = await pages.submit('/emergency/settings/targets', {
      kind: 'webhook',
      service: 'checkout-api',
      environment: 'production',
      url: 'https://ci.example/runs',
    })
    expect(saved.status).toBe(200)
    expect(await saved.text()).toMatch(/whsec_[A-Za-z0-9+/=]{44}/)
    expect(await pages.read('/emergency/settings')).not.toMatch(/whsec_[A-Za-z0-9+/=]{44}/)
    const wrong = await pages.submit('/emergency/settings/targets', {
      kind: 'webhook',
      service: 'checkout-api',
      environment: 'production',
      url: 'http://169.254.169.254/',
    })
    expect(wrong.status).toBe(422)
  })
})

describe('the API of emergency releases', () => {
  const wish = {
    service: 'checkout-api',
    environment: 'production',
    strategy: 'rollback',
    version: 'a',
    reason: 'Captures fail.',
    defects: ['PF-1'],
  }
  const call = async (pages: HistoryPages, path: string, value: unknown, key?: string) =>
    pages.app.request(`/api/v1/emergency-releases${path}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${await pages.token('releases:fire')}`,
        'Content-Type': 'application/json',
        ...(key !== undefined && { 'Idempotency-Key': key }),
      },
      body: JSON.stringify(value),
    })

  test('opens one for each key, and says what is wrong', async () => {
    const pages = await openWithHistory()
    expect((await pages.post('/api/v1/emergency-releases', wish)).status).toBe(400)
    const token = await pages.token('releases:fire')
    const open = (key: string, value: unknown = wish) =>
      pages.app.request('/api/v1/emergency-releases', {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
        body: JSON.stringify(value),
      })
    expect(await bodyOf(await open('k'), 201)).toMatchObject({ name: 'ER-1', state: 'requested', step: 1 })
    expect(await bodyOf(await open('k'))).toMatchObject({ name: 'ER-1' })
    expect(await bodyOf(await open('other'), 409)).toMatchObject({ emergencyRelease: { name: 'ER-1' } })
    expect((await open('x', { ...wish, strategy: 'nothing' })).status).toBe(400)
  })

  test('drives it, and shows how it stands to who comes late', async () => {
    const pages = await openWithHistory()
    await call(pages, '', wish, 'k')
    // A program is not the second person of production.
    expect(await bodyOf(await call(pages, '/1/approval', { step: 1 }), 409)).toMatchObject({
      detail: 'A person must approve it here, not a program.',
    })
    expect(await bodyOf(await call(pages, '/1/cancellation', { step: 7, reason: 'No.' }), 409)).toMatchObject({
      emergencyRelease: { step: 1 },
    })
    expect(await bodyOf(await call(pages, '/ER-1/cancellation', { step: 1, reason: 'No.' }))).toMatchObject({
      state: 'cancelled',
      timeline: [{ action: 'open' }, { action: 'cancel', by: 'Test script' }],
    })
    expect((await call(pages, '/9/cancellation', { step: 1, reason: 'No.' })).status).toBe(404)
    const list = await bodyOf<{ items: unknown[] }>(await pages.get('/api/v1/emergency-releases?state=cancelled'))
    expect(list.items).toMatchObject([{ name: 'ER-1' }])
  })

  test('tells CI of locks, in the gate as well', async () => {
    const pages = await openWithHistory()
    const locks = () =>
      pages.get('/api/v1/locks?service=checkout-api&environment=production').then((answer) => bodyOf(answer))
    const gate = () =>
      pages
        .get('/api/v1/releases/checkout-api/a/gate?environment=production&accept=too%20early,healthy,watch,suspect')
        .then((answer) => bodyOf(answer))
    expect(await locks()).toEqual({ locked: false, locks: [] })
    expect(await gate()).toMatchObject({ pass: true, locked: false })
    await call(pages, '', wish, 'k')
    expect(await locks()).toMatchObject({ locked: true, locks: [{ kind: 'emergency' }] })
    expect(await gate()).toMatchObject({ pass: false, locked: true })
  })
})
