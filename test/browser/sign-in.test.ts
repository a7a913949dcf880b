import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { authenticator } from '../support/authenticator.ts'
import { closeContexts, describeInBrowser, expectAccessible, launchBrowser, watch } from '../support/browser.ts'
import { expectWithinBudget } from '../support/budget.ts'
import { freePort } from '../support/free-port.ts'
import { ANA, startTestServer, type TestServer } from '../support/running-server.ts'

let browser: Browser

describeInBrowser('signing in', () => {
  let server: TestServer
  let context: BrowserContext

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

  async function open(path: string, options: { javaScriptEnabled?: boolean } = {}): Promise<Page> {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    await page.goto(server.base + path)
    return page
  }

  async function givePassword(page: Page): Promise<void> {
    await page.getByLabel('E-mail').fill(ANA.email)
    await page.getByLabel('Password', { exact: true }).fill(ANA.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  }

  const pathOf = (page: Page) => new URL(page.url()).pathname

  test('an authenticator app is set up and asked for, without JavaScript', async () => {
    const page = await open('/login?next=/account/security', { javaScriptEnabled: false })
    await givePassword(page)
    await page.getByRole('button', { name: 'Set up' }).click()
    const secret = (await page.locator('#code-secret').textContent())?.replaceAll(' ', '') ?? ''
    expect(await page.getByRole('img', { name: 'QR code' }).boundingBox()).toMatchObject({ width: 208, height: 208 })
    await page.getByLabel('Code', { exact: true }).fill(authenticator(secret)(Date.now()))
    await page.getByRole('button', { name: 'Turn on' }).click()
    const codes = (await page.locator('#code-recovery-codes').textContent())?.split('\n') ?? []
    expect(codes).toHaveLength(10)
    await page.getByRole('link', { name: 'I have kept them' }).click()
    await page.getByText('10 of 10 unused').waitFor()

    await page.locator('summary', { hasText: 'A' }).first().click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await givePassword(page)
    expect(pathOf(page)).toBe('/login/code')
    await page.getByLabel('Code', { exact: true }).fill('000000')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('That code is not right').waitFor()
    await page.getByLabel('Code', { exact: true }).fill(codes[3] ?? '')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
  })

  test('a password is shown while it is typed, and sent as one', async () => {
    const page = await open('/login?next=/account/security')
    const field = page.locator('input[name=password]')
    const typeOf = () => field.getAttribute('type')
    await page.getByLabel('Show password').check()
    expect(await typeOf()).toBe('text')
    await page.getByLabel('Show password').uncheck()
    expect(await typeOf()).toBe('password')
    await page.getByLabel('Show password').check()
    await page.route('**/login', (route) => route.fulfill({ status: 204 }))
    await givePassword(page)
    await expect.poll(typeOf).toBe('password')
    await page.unroute('**/login')
    const plain = await open('/login', { javaScriptEnabled: false })
    expect(await plain.getByText('Show password').isVisible()).toBe(false)
  })

  test('nothing moves when the script has come', async () => {
    const page = await open('/healthz')
    let send = () => {}
    const asked = new Promise<void>((resolve) => {
      send = resolve
    })
    await page.route('**/*.js', async (route) => {
      await asked
      await route.continue()
    })
    await page.goto(`${server.base}/login`, { waitUntil: 'commit' })
    const button = page.getByRole('button', { name: 'Sign in', exact: true })
    const before = await button.boundingBox()
    expect(await page.getByText('Show password').isVisible()).toBe(false)
    send()
    await page.getByText('Show password').waitFor()
    expect(await button.boundingBox()).toEqual(before)
  })

  test('a passkey is added, signs in, and is removed', async () => {
    const page = await open('/login?next=/account/security')
    const complaints = await watch(page)
    const devtools = await page.context().newCDPSession(page)
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
    await givePassword(page)
    await page.getByLabel('Name of a new one').fill('laptop')
    await page.getByRole('button', { name: 'Add passkey' }).click()
    await page.getByRole('cell', { name: 'laptop', exact: true }).waitFor()
    await expectAccessible(page)

    await page.getByLabel('Name of a new one').fill('again')
    await page.getByRole('button', { name: 'Add passkey' }).click()
    await page.getByText('has a passkey for you already').waitFor()

    await page.locator('summary[title="Ana"]').click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/login')
    const answer = await page.goto(`${server.base}/login?next=/account/security`)
    await page.getByRole('button', { name: 'Sign in with a passkey' }).waitFor()
    await expectAccessible(page)
    await expectWithinBudget(page, (await answer?.body()) ?? Buffer.of())
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
    await page.waitForURL((url) => url.pathname === '/account/security')
    const { way } = await server.deps.store.db
      .selectFrom('sessions')
      .select('way')
      .orderBy('created_at', 'desc')
      .executeTakeFirstOrThrow()
    expect(way).toBe('passkey')

    await page.getByRole('button', { name: 'Remove laptop' }).click()
    await page.getByText('No passkeys yet').waitFor()
    expect(complaints.list).toEqual([])
  })

  test('an authenticator that asks for neither finger nor PIN is not taken', async () => {
    const page = await open('/login?next=/account/security')
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'usb',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: false,
        automaticPresenceSimulation: true,
      },
    })
    await givePassword(page)
    await page.getByLabel('Name of a new one').fill('key')
    await page.getByRole('button', { name: 'Add passkey' }).click()
    await page.getByText('no passkey was chosen').waitFor()
    expect(await server.deps.store.db.selectFrom('passkeys').selectAll().execute()).toEqual([])
  })
})
