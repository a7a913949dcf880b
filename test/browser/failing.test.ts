import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext } from '../support/browser.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

describeInBrowser('when no answer comes', () => {
  let browser: Browser
  let server: TestServer
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    const deployed = { service: 'checkout-api', version: '4.18.0', environment: 'production' }
    await server.post('/api/v1/deployments', deployed)
  })
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
  })

  const open = async (path: string) => {
    const context = await signedInContext(browser, server, { viewport: { width: 1280, height: 900 } })
    page = await context.newPage()
    await page.clock.install()
    await page.goto(server.base + path)
    await page.locator('html.js').waitFor()
    return page
  }
  const follow = (name: string) => page.locator('#nav').getByRole('link', { name }).click()

  test('a refresh that fails leaves the page as it is, says so, and is tried again', async () => {
    await open('/')
    await page.locator('#live', { hasText: 'Live' }).waitFor()
    let failing = true
    await page.route(
      (url) => url.pathname === '/',
      (route) =>
        failing && route.request().headers()['hx-request-type'] === 'partial'
          ? route.fulfill({ status: 500, contentType: 'text/html', body: '<p class="note" role="alert">Broken.</p>' })
          : route.continue(),
    )
    await server.post('/api/v1/deployments', { service: 'ledger', version: '1.0.0', environment: 'production' })
    await page.locator('#old', { hasText: 'Numbers may be old. Last update' }).waitFor()
    expect(await page.locator('#say-now').textContent()).toContain('Numbers may be old.')
    expect(await page.locator('main').textContent()).toContain('Running in production')
    failing = false
    await page.clock.runFor(21_000)
    await page.locator('#changes').getByText('1.0.0').first().waitFor()
    expect(await page.locator('#old').isVisible()).toBe(false)
    await page.context().close()
  })

  test('a link that cannot be followed says so, and the page stays', async () => {
    await open('/')
    await page.route('**/releases*', (route) => route.abort('connectionrefused'))
    await follow('Releases')
    await page.locator('#old', { hasText: 'No connection. This page is as of' }).waitFor()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Overview')
    await page.unroute('**/releases*')
    await follow('Releases')
    await page.getByRole('heading', { level: 1, name: 'Releases' }).waitFor()
    expect(await page.locator('#old').isVisible()).toBe(false)
    await page.context().close()
  })

  test('a form without a connection is not sent, says so, and keeps what was typed', async () => {
    await open('/defects/new')
    await page.getByLabel('Title').fill('Nobody can pay')
    await page.context().setOffline(true)
    const send = page.getByRole('button', { name: 'Report defect' })
    await send.click()
    const line = page.locator('#old', { hasText: 'No connection. Nothing was sent' })
    await line.waitFor()
    expect((await line.boundingBox())?.y, 'in sight, though the button is far below').toBeGreaterThan(0)
    expect(await page.getByLabel('Title').inputValue()).toBe('Nobody can pay')
    await page.context().setOffline(false)
    await send.click()
    await page.getByRole('heading', { level: 1, name: 'Nobody can pay' }).waitFor()
    expect(await page.locator('#old').isVisible()).toBe(false)
    await page.context().close()
  })

  test('what takes long is said to be on its way still', async () => {
    await open('/')
    let answer = (): void => {}
    const held = new Promise<void>((resolve) => {
      answer = resolve
    })
    await page.route('**/releases*', async (route) => {
      await held
      await route.continue()
    })
    const asked = page.waitForRequest('**/releases*')
    await follow('Releases')
    await asked
    await page.clock.runFor(7_000)
    expect(await page.locator('#still').textContent()).toBe('')
    await page.clock.runFor(2_000)
    expect(await page.locator('#still').textContent()).toBe('Still working…')
    answer()
    await page.getByRole('heading', { level: 1, name: 'Releases' }).waitFor()
    expect(await page.locator('#still').textContent()).toBe('')
    await page.context().close()
  })
})
