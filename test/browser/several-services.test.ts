import type { Browser, BrowserContextOptions } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext, watch } from '../support/browser.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

const NAMES = ['admin', 'billing', 'checkout-api', 'mailer', 'orders', 'payments', 'search', 'stock', 'storefront']

describeInBrowser('a choice of several services', () => {
  let browser: Browser
  let server: TestServer

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    await server.post(
      '/api/v1/deployments',
      NAMES.map((service) => ({ service, version: '1.0.0', environment: 'production', status: 'succeeded' })),
    )
    await server.post(
      '/api/v1/defects',
      NAMES.map((service) => ({ service, title: `Fault of ${service}`, severity: 'S2', environment: 'production' })),
    )
  })
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
    expect(server?.errors).toEqual([])
  })

  async function open(path: string, options: BrowserContextOptions = {}) {
    const context = await signedInContext(browser, server, { viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    const complaints = options.javaScriptEnabled === false ? { list: [] } : await watch(page)
    await page.goto(server.base + path)
    const address = () => page.url().replace(server.base, '')
    const runs = async () => await page.locator('#running tbody td:first-child a').allInnerTexts()
    return { page, complaints, address, runs, close: () => context.close() }
  }

  test('is made by ticks, which count together when they are sent', async () => {
    const { page, complaints, address, runs, close } = await open('/?range=7d')
    await page.locator('details.many summary').click()
    await page.getByLabel('search', { exact: true }).check()
    await page.getByLabel('mailer', { exact: true }).check()
    // The first tick asked for nothing yet.
    expect(address()).toBe('/?range=7d')
    await page.getByRole('button', { name: 'Show these' }).click()
    await page.locator('summary', { hasText: '2 chosen' }).waitFor()
    expect(new URL(page.url()).searchParams.getAll('service')).toEqual(['mailer', 'search'])
    expect(await runs()).toEqual(['mailer', 'search'])
    // Another menu keeps them.
    await page.locator('select[name=range]').selectOption('24h')
    await page.waitForURL(/range=24h/)
    expect(await runs()).toEqual(['mailer', 'search'])
    await page.getByRole('link', { name: /^All \d+ open$/ }).click()
    await page.waitForURL(/\/defects\?/)
    await page.locator('summary', { hasText: '2 chosen' }).waitFor()
    expect(await page.locator('tbody tr').count()).toBe(2)
    expect(complaints.list).toEqual([])
    await close()
  })

  test('of one alone takes one press, and so do all of them again', async () => {
    const { page, complaints, address, runs, close } = await open('/?range=7d&service=mailer,search')
    await page.locator('details.many summary').click()
    await page.getByRole('link', { name: 'Only stock' }).click()
    await page.locator('summary', { hasText: 'stock' }).waitFor()
    expect([address(), await runs()]).toEqual(['/?service=stock&env=production&range=7d', ['stock']])
    await page.locator('details.many summary').click()
    await page.getByRole('link', { name: 'All services' }).click()
    await page.locator('summary', { hasText: 'All' }).waitFor()
    expect(await runs()).toHaveLength(NAMES.length)
    expect(complaints.list).toEqual([])
    await close()
  })

  test('out of many is found by typing, without a mouse', async () => {
    const { page, complaints, runs, close } = await open('/?range=7d')
    await page.locator('details.many summary').focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.type('sto')
    expect(await page.locator('details.many li:visible').count()).toBe(2)
    // More than one is left: nothing is ticked, and nothing is sent.
    await page.keyboard.press('Enter')
    expect(await page.locator('details.many input:checked').count()).toBe(0)
    await page.keyboard.type('ref')
    await page.keyboard.press('Enter')
    expect(await page.getByLabel('storefront', { exact: true }).isChecked()).toBe(true)
    expect(await page.locator('details.many li:visible').count()).toBe(NAMES.length)
    await page.keyboard.type('nothing')
    await page.getByText('No service is called so.').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Show these' }).waitFor({ state: 'hidden' })
    await page.locator('details.many summary').click()
    await page.getByRole('button', { name: 'Show these' }).click()
    await page.locator('summary', { hasText: 'storefront' }).waitFor()
    expect(await runs()).toEqual(['storefront'])
    expect(complaints.list).toEqual([])
    await close()
  })

  test('goes along from page to page, until all of them are chosen again', async () => {
    const { page, complaints, close } = await open('/?range=7d')
    const nav = page.getByRole('navigation', { name: 'Main', exact: true })
    const go = async (name: string, path: string) => {
      await nav.getByRole('link', { name: new RegExp(`^${name}`) }).click()
      await page.waitForURL(server.base + path)
      await nav.locator('[aria-current=page]', { hasText: name }).waitFor()
    }
    await page.locator('details.many summary').click()
    await page.getByRole('link', { name: 'Only stock' }).click()
    await page.locator('summary', { hasText: 'stock' }).waitFor()
    await go('Releases', '/releases?service=stock&range=7d')
    await go('Defects', '/defects?service=stock')
    expect(await page.locator('tbody tr').count()).toBe(1)
    await go('Trends', '/trends?service=stock')
    // A page without services, and a name that is typed, lead back to where one was.
    await go('Reports', '/reports')
    await go('Calendar', '/calendar?service=stock')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('releases')
    await page.getByRole('option', { name: /^Releases/ }).waitFor()
    await page.getByRole('option', { name: /^Releases/ }).click()
    await page.waitForURL(`${server.base}/releases?service=stock&range=7d`)
    await go('Overview', '/?service=stock&range=7d')
    // A part that refreshes itself leaves the links as they are.
    await page.locator('main').dispatchEvent('refresh')
    await page.waitForLoadState('networkidle')
    expect(await nav.getByRole('link', { name: /^Defects/ }).getAttribute('href')).toBe('/defects?service=stock')
    // One row for what nobody owns, of all the others together.
    await page.getByRole('link', { name: '1 more in other services' }).click()
    await page.locator('summary', { hasText: 'All' }).waitFor()
    await go('Defects', '/defects?service=')
    expect(await page.locator('tbody tr').count()).toBe(NAMES.length)
    await go('Releases', '/releases?range=7d')
    expect(complaints.list).toEqual([])
    await close()
  })

  test('needs no script, and fits a phone', async () => {
    const { page, runs, close } = await open('/releases?service=stock', {
      javaScriptEnabled: false,
      viewport: { width: 390, height: 844 },
    })
    await page.locator('details.many summary').click()
    await page.getByLabel('orders', { exact: true }).check()
    const box = await page.locator('details.many .pop').boundingBox()
    expect(box && [box.x >= 0, box.x + box.width <= 390, box.y >= 0, box.y + box.height <= 844]).toEqual(
      Array.from({ length: 4 }, () => true),
    )
    await page.getByRole('button', { name: 'Show these' }).click()
    expect(await page.locator('tbody tr').count()).toBe(2)
    await page.goto(`${server.base}/?service=orders&service=stock`)
    expect(await runs()).toEqual(['orders', 'stock'])
    await close()
  })
})
