import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listChannels } from '../../src/store/notifications/channels.ts'
import { withAuthenticator } from '../support/authenticator.ts'
import {
  closeContexts,
  describeInBrowser,
  expectAccessible,
  expectReadable,
  launchBrowser,
  signedInContext,
  watch,
} from '../support/browser.ts'
import { expectWithinBudget } from '../support/budget.ts'
import { freePort } from '../support/free-port.ts'
import { addPerson } from '../support/people.ts'
import { ANA, startTestServer, type TestServer } from '../support/running-server.ts'

const TITLE = 'Nobody can pay'
const BEN = { email: 'ben@example.com', name: 'Ben', password: 'granite pelican umbrella' }

let browser: Browser

describeInBrowser('a session that ends while its page is open', () => {
  let server: TestServer
  let context: BrowserContext
  let page: Page
  /** What was sent to change something, but for the sign-in. */
  let sent: Request[]

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => closeContexts(browser))

  beforeEach(async () => {
    const port = await freePort()
    // Browsers make no passkeys for an IP address.
    server = await startTestServer({ PORT: String(port), PUBLIC_URL: `http://localhost:${port}` })
    return async () => {
      await context?.close()
      await server.stop()
      expect(server.errors).toEqual([])
    }
  })

  async function open(path: string, options: BrowserContextOptions = {}): Promise<void> {
    context = await signedInContext(browser, server, { viewport: { width: 1280, height: 900 }, ...options })
    page = await context.newPage()
    sent = []
    page.on('request', (request) => {
      if (request.method() === 'POST' && !new URL(request.url()).pathname.startsWith('/login')) sent.push(request)
    })
    await page.goto(server.base + path)
    await page.locator('html.js').waitFor()
  }

  /** Signed out everywhere, as by an admin: nothing tells any more whose it was. */
  const endSessions = () => server.deps.store.db.deleteFrom('sessions').execute()
  /** It grew old, and is known still. */
  const outliveSession = () =>
    server.deps.store.db
      .updateTable('sessions')
      .set({ expires_at: server.deps.clock() - 1 })
      .execute()

  const dialog = () => page.getByRole('dialog', { name: 'Sign in', exact: true })
  async function typeReport(): Promise<void> {
    await page.getByLabel('Service').fill('checkout-api')
    await page.getByLabel('Title').fill(TITLE)
    await page.getByLabel('Environment').fill('production')
  }
  const report = () => page.getByRole('button', { name: 'Report defect' })
  async function givePassword({ password }: { password: string } = ANA): Promise<void> {
    await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in', exact: true }).click()
  }
  async function signInOnPage(other: Page): Promise<void> {
    await other.getByLabel('E-mail').fill(ANA.email)
    await other.getByLabel('Password', { exact: true }).fill(ANA.password)
    await other.getByRole('button', { name: 'Sign in', exact: true }).click()
    await other.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
  }
  const titles = async () =>
    (await server.deps.store.db.selectFrom('defects').select('title').execute()).map((row) => row.title)
  async function addDefect(): Promise<void> {
    const defect = { service: 'checkout-api', title: TITLE, environment: 'production', severity: 'S2' }
    await server.post('/api/v1/defects', defect)
    await expect.poll(titles).toEqual([TITLE])
  }
  const statuses = async () =>
    (await server.deps.store.db.selectFrom('defects').select('status').execute()).map((row) => row.status)
  const field = (request: Request | undefined, name: string) =>
    new URLSearchParams(request?.postData() ?? '').getAll(name)
  const focused = () => page.evaluate('document.activeElement?.textContent?.trim() || document.activeElement?.name')

  test('a form is sent again by itself once its sender is signed in: same values, same key, new token', async () => {
    await open('/defects/new')
    const complaints = await watch(page)
    await page.reload()
    await typeReport()
    await endSessions()
    await report().click()
    await dialog().waitFor()
    expect(await dialog().getByLabel('E-mail').inputValue()).toBe(ANA.email)
    expect(await focused()).toBe('password')
    expect(await page.getByLabel('Title').inputValue()).toBe(TITLE)
    await givePassword()
    await page.getByRole('heading', { level: 1, name: TITLE }).waitFor()
    expect(await dialog().count()).toBe(0)
    expect(await titles()).toEqual([TITLE])
    await expect.poll(() => sent.length).toBe(2)
    const [first, second] = sent
    expect(field(second, 'key')).toEqual(field(first, 'key'))
    expect(field(second, 'key')[0]).toMatch(/./)
    expect(field(second, 'title')).toEqual([TITLE])
    expect(field(second, '_csrf')).not.toEqual(field(first, '_csrf'))
    expect(complaints.list.filter((text) => !text.includes('401'))).toEqual([])
  })

  test('what was wrong is said in the dialog, which stays: a password, an answer that is none, too many attempts', async () => {
    await open('/defects/new')
    await typeReport()
    await endSessions()
    await report().click()
    await givePassword({ password: 'not hers at all' })
    const alert = dialog().getByRole('alert')
    await alert.getByText('Not signed in. The e-mail or the password is not right.').waitFor()
    expect(await focused()).toContain('Not signed in')
    await page.route('**/login', (route) => route.abort('connectionrefused'))
    await givePassword()
    await alert.getByText('The server cannot be reached. Try again.').waitFor()
    expect(await focused()).toContain('Not signed in')
    await page.unroute('**/login')
    await page.route('**/login', (route) => route.fulfill({ status: 503, body: 'upstream' }))
    await givePassword()
    await alert.getByText('The server is busy or out of order (503).').waitFor()
    await page.unroute('**/login')
    for (let count = 0; count < 4; count++) {
      await givePassword({ password: `not hers either ${count}` })
      await expect.poll(() => page.getByRole('dialog').getByLabel('Password', { exact: true }).inputValue()).toBe('')
    }
    await givePassword()
    await alert.getByText('There were too many attempts; try again in').waitFor()
    await server.deps.store.db.deleteFrom('login_attempts').execute()
    await givePassword()
    await page.getByRole('heading', { level: 1, name: TITLE }).waitFor()
    expect(await titles()).toEqual([TITLE])
  })

  test.each(['Escape', 'Cancel'])(
    '%s leaves the form as it was, the focus on its button, and it can be sent again',
    async (how) => {
      await open('/defects/new')
      await typeReport()
      await endSessions()
      await report().click()
      await dialog().waitFor()
      if (how === 'Escape') await page.keyboard.press('Escape')
      else await dialog().getByRole('button', { name: 'Cancel' }).click()
      await expect.poll(() => dialog().count()).toBe(0)
      expect(await focused()).toBe('Report defect')
      expect(await page.getByLabel('Title').inputValue()).toBe(TITLE)
      expect(sent).toHaveLength(1)
      await page.keyboard.press('Enter')
      await givePassword()
      await page.getByRole('heading', { level: 1, name: TITLE }).waitFor()
      expect(await titles()).toEqual([TITLE])
    },
  )

  test('nothing is sent for another person, who starts at a page of their own and is told why', async () => {
    await addPerson(server.deps.store.db, BEN)
    await open('/defects/new')
    await typeReport()
    await endSessions()
    await report().click()
    await dialog().getByLabel('E-mail').fill(BEN.email)
    await givePassword(BEN)
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    await page
      .locator('#notice')
      .getByText('You are signed in as ben@example.com. The page before was that of ana@example.com')
      .waitFor()
    expect(await page.locator('#say-now').textContent()).toContain('nothing of it was sent')
    expect(sent).toHaveLength(1)
    expect(await titles()).toEqual([])
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor()
    expect(await page.locator('#notice').count()).toBe(0)
  })

  test('a second factor is asked for in the dialog', async () => {
    const { store, secretBox, clock } = server.deps
    const { id } = await store.db.selectFrom('users').select('id').executeTakeFirstOrThrow()
    await open('/defects/new')
    await typeReport()
    // Which ends the sessions of before.
    const { codeAt } = await withAuthenticator(store, secretBox, id, clock())
    await report().click()
    await givePassword()
    const second = page.getByRole('dialog', { name: 'Enter your code' })
    const code = second.getByLabel('Code', { exact: true })
    await code.waitFor()
    expect(await focused()).toBe('code')
    await expectAccessible(page)
    await code.fill('000000')
    await second.getByRole('button', { name: 'Sign in' }).click()
    await second.getByRole('alert').getByText('That code is not right').waitFor()
    await second.getByRole('link', { name: 'Start over' }).click()
    await givePassword()
    await store.db.deleteFrom('pending_sign_ins').execute()
    await code.fill(codeAt(Date.now()))
    await second.getByRole('button', { name: 'Sign in' }).click()
    await dialog().getByRole('alert').getByText('It took too long: start over').waitFor()
    await givePassword()
    await code.fill(codeAt(Date.now()))
    await second.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { level: 1, name: TITLE }).waitFor()
    await expect.poll(() => sent.length).toBe(2)
  })

  test('a passkey signs in over the page', async () => {
    await open('/account/security')
    const devtools = await context.newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
    await page.getByLabel('Name of a new one').fill('laptop')
    await page.getByRole('button', { name: 'Add passkey' }).click()
    await page.getByRole('cell', { name: 'laptop', exact: true }).waitFor()
    await page.goto(`${server.base}/defects/new`)
    await typeReport()
    await endSessions()
    await report().click()
    await dialog().getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.getByRole('heading', { level: 1, name: TITLE }).waitFor()
    expect(await titles()).toEqual([TITLE])
  })

  test('a form that the browser itself sends is asked about first, and keeps its secrets', async () => {
    await open('/admin/channels/new?kind=webhook')
    await page.getByLabel('Name').fill('Ops')
    await page.getByLabel('Address').fill('https://hooks.example/geheim')
    await outliveSession()
    const save = page.getByRole('button', { name: 'Save' })
    await save.click()
    await dialog().waitFor()
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
    expect(await focused()).toBe('Save channel')
    await save.click()
    await givePassword()
    await page.locator('main').getByText('Ops').first().waitFor()
    expect(await listChannels(server.deps.store.db)).toMatchObject([{ name: 'Ops', kind: 'webhook' }])
    expect(sent).toHaveLength(1)
    expect(await server.deps.store.db.selectFrom('kept_forms').selectAll().execute()).toEqual([])
  })

  test('single sign-on leaves the page by the road that keeps the form', async () => {
    await server.stop()
    const port = await freePort()
    const sso = { OIDC_ISSUER: 'http://127.0.0.1:9', OIDC_CLIENT_ID: 'x', OIDC_LABEL: 'Acme' }
    server = await startTestServer({ PORT: String(port), PUBLIC_URL: `http://localhost:${port}`, ...sso })
    await open('/defects/new')
    await typeReport()
    await outliveSession()
    await report().click()
    const acme = page.getByRole('dialog').getByRole('link', { name: 'Sign in with Acme' })
    expect(await acme.getAttribute('href')).toContain('next=%2Fkept-forms%2F')
    await page.goto(`${server.base}/login`)
    await signInOnPage(page)
    await page.goto(`${server.base}/admin/channels/new?kind=webhook`)
    await page.getByLabel('Name').fill('Ops')
    await page.getByLabel('Address').fill('https://hooks.example/geheim')
    await outliveSession()
    await page.getByRole('button', { name: 'Save' }).click()
    await acme.click()
    await page.getByText('What you typed is kept').waitFor()
    expect(await server.deps.store.db.selectFrom('kept_forms').selectAll().execute()).toHaveLength(2)
  })

  test('a form that the browser itself sends is not sent without a connection', async () => {
    await open('/admin/channels/new?kind=webhook')
    await page.getByLabel('Name').fill('Ops')
    await page.getByLabel('Address').fill('https://hooks.example/geheim')
    await page.route('**/login/session', (route) => route.abort('connectionrefused'))
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('#old', { hasText: 'No connection. Nothing was sent' }).waitFor()
    expect(sent).toEqual([])
    expect(await page.getByLabel('Name').inputValue()).toBe('Ops')
  })

  test('a form whose page has outlived its session is sent with the token of the next', async () => {
    await open('/defects/new')
    await typeReport()
    const other = await context.newPage()
    await endSessions()
    await other.goto(`${server.base}/login`)
    await signInOnPage(other)
    await report().click()
    await page.getByRole('heading', { level: 1, name: TITLE }).waitFor()
    await expect.poll(() => sent.length).toBe(2)
    expect(await titles()).toEqual([TITLE])
  })

  test('triage on a defect, by the button that was pressed, and its page lives on', async () => {
    await addDefect()
    await open('/defects/PF-1')
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    await page.locator('summary', { hasText: 'Status:' }).click()
    await endSessions()
    await page.getByLabel('Triaged').check()
    await page.getByRole('button', { name: 'Set status' }).click()
    await givePassword()
    await expect.poll(statuses).toEqual(['triaged'])
    await expect.poll(() => sent.length).toBe(2)
    expect(field(sent[1], 'status')).toEqual(['triaged'])
    await page.locator('summary', { hasText: 'Status: Triaged' }).waitFor()
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/defects/PF-1')
  })

  test('the button that was pressed goes along', async () => {
    await open('/defects/new')
    await page.locator('summary[title="Ana"]').click()
    await endSessions()
    await page.getByRole('button', { name: 'Dark' }).click()
    await givePassword()
    await page.locator('html[data-theme=dark]').waitFor()
    expect(sent).toHaveLength(1)
    expect(field(sent[0], 'theme')).toEqual(['dark'])
  })

  test('a live page stays with what is typed, says that it is signed out, and lives again after the sign-in', async () => {
    await addDefect()
    await open('/defects/PF-1')
    const complaints = await watch(page)
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    const comment = page.getByLabel('Comment')
    await comment.fill('half a thought')
    await endSessions()
    // What is new is asked for, and the answer leads to the sign-in.
    await page.evaluate("document.querySelector('main').dispatchEvent(new Event('refresh'))")
    const notice = page.locator('#notice', { hasText: 'You are signed out.' })
    await notice.waitFor()
    expect(await page.locator('#say-now').textContent()).toContain('You are signed out.')
    await page.locator('#live', { hasText: 'Signed out' }).waitFor()
    expect(await comment.inputValue()).toBe('half a thought')
    await expectAccessible(page)
    await notice.getByRole('button', { name: 'Sign in' }).click()
    await dialog().waitFor()
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await expect.poll(focused).toBe('Sign in')
    await page.locator('#live').click()
    await givePassword()
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    expect(await notice.count()).toBe(0)
    const again = { service: 'checkout-api', title: TITLE, environment: 'production', severity: 'S1', id: 'x' }
    await server.post('/api/v1/defects', again)
    await page.locator('#stale', { hasText: 'New data' }).waitFor()
    expect(await comment.inputValue()).toBe('half a thought')
    await page.getByRole('button', { name: 'Post' }).click()
    await page.locator('main').getByText('half a thought').first().waitFor()
    expect(sent).toHaveLength(1)
    expect(complaints.list.filter((text) => !text.includes('401'))).toEqual([])
  })

  test('a page whose stream of news ends with the session says so, in each tab, until one of them is signed in', async () => {
    await open('/live')
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    const other = await context.newPage()
    await other.goto(`${server.base}/live`)
    await other.locator('#live', { hasText: 'Live' }).waitFor()
    await endSessions()
    await server.post('/api/v1/deployments', { service: 'ledger', version: '1.0.0', environment: 'production' })
    await other.locator('#notice', { hasText: 'You are signed out.' }).waitFor()
    await page.locator('#notice', { hasText: 'You are signed out.' }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/live')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await givePassword()
    await page.locator('main').getByText('1.0.0').first().waitFor()
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    await other.locator('main').getByText('1.0.0').first().waitFor()
    expect(await other.locator('#notice').count()).toBe(0)
  })

  test('a link that is followed leads to the sign-in page and back', async () => {
    await open('/defects/new')
    await endSessions()
    await page.locator('#nav').getByRole('link', { name: 'Releases' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor()
    expect(new URL(page.url()).searchParams.get('next')).toBe('/defects/new')
  })

  test.each([
    ['wide', { viewport: { width: 1440, height: 900 } }],
    ['phone', { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }],
  ])('the dialog reads well by eye and by reader, %s, in either colours, and holds the focus', async (_, look) => {
    await open('/account/tokens', look)
    await page.getByLabel('Name').fill('CI')
    await endSessions()
    await page.getByRole('button', { name: 'Create token' }).click()
    await dialog().waitFor()
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await expectAccessible(page)
      await expectReadable(page)
    }
    const box = await page.getByRole('dialog').boundingBox()
    expect(box?.x).toBeGreaterThanOrEqual(0)
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(look.viewport.width)
    for (let count = 0; count < 12; count++) {
      await page.keyboard.press('Tab')
      expect(
        await page.evaluate(
          "document.activeElement === document.body || document.activeElement.closest('#sign-in') !== null",
        ),
      ).toBe(true)
    }
    await expectWithinBudget(page, Buffer.of())
  })
})
