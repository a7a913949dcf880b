import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { listChannels } from '../../src/store/notifications/channels.ts'
import {
  closeContexts,
  describeInBrowser,
  expectAccessible,
  launchBrowser,
  signedInContext,
} from '../support/browser.ts'
import { ANA, startTestServer, type TestServer } from '../support/running-server.ts'

let browser: Browser

describeInBrowser('a form that comes too late', () => {
  let server: TestServer
  let context: BrowserContext

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => closeContexts(browser))

  beforeEach(async () => {
    server = await startTestServer()
    return async () => {
      await context?.close()
      await server.stop()
      expect(server.errors).toEqual([])
    }
  })

  /** A channel, typed into its form up to the button. */
  async function typeChannel(javaScriptEnabled: boolean): Promise<Page> {
    context = await signedInContext(browser, server, { javaScriptEnabled, viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    await page.goto(`${server.base}/admin/channels/new?kind=webhook`)
    await page.getByLabel('Name').fill('Ops & “on call”')
    await page.getByLabel('Address').fill('https://hooks.example/geheim')
    return page
  }

  async function signIn(page: Page): Promise<void> {
    await page.getByLabel('E-mail').fill(ANA.email)
    await page.getByLabel('Password', { exact: true }).fill(ANA.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'What you typed' }).waitFor()
    expect(await page.content()).not.toContain('geheim')
    await page.getByText('Ops & “on call”').waitFor()
    expect(await listChannels(server.deps.store.db)).toEqual([])
  }

  async function send(page: Page): Promise<void> {
    await page.getByLabel('Address').fill('https://hooks.example/geheim')
    await page.getByRole('button', { name: 'Send it now' }).click()
    // The page before it says the same words.
    await page.getByRole('heading', { name: 'What you typed' }).waitFor({ state: 'detached' })
    await page.getByText('Ops & “on call”').first().waitFor()
    expect(await listChannels(server.deps.store.db)).toMatchObject([{ name: 'Ops & “on call”', kind: 'webhook' }])
  }

  test.each([
    ['with', true],
    ['without', false],
  ])('after the sign-in grew old is sent after another one, %s JavaScript', async (_, javaScriptEnabled) => {
    const page = await typeChannel(javaScriptEnabled)
    const old = server.deps.clock() - 3_600_000
    await server.deps.store.db.updateTable('sessions').set({ created_at: old }).execute()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Sign in again' }).waitFor()
    await signIn(page)
    await send(page)
  })

  test('after the session ended is sent in the next one, where the page cannot ask for the sign-in over itself', async () => {
    const page = await typeChannel(true)
    await page.route('**/sign-in-dialog-*.js', (route) => route.abort())
    await server.deps.store.db
      .updateTable('sessions')
      .set({ expires_at: server.deps.clock() - 1 })
      .execute()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Sign in', exact: true }).waitFor()
    await signIn(page)
    await expectAccessible(page)
    await send(page)
  })
})
