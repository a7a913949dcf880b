import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Actor } from '../../src/core/emergency/approval.ts'
import { openEmergency } from '../../src/operations/emergency/open-emergency.ts'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext } from '../support/browser.ts'
import { sendBusyWeek } from '../support/busy-week.ts'
import { makeReports } from '../support/reports.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

/** What an A4 sheet has between its margins, in CSS pixels. */
const SHEET = { width: 673, height: 970 }
/** The same sheet on its side. */
const WIDE = { width: 1002, height: 641 }

describeInBrowser('on paper', () => {
  let browser: Browser
  let server: TestServer
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    await sendBusyWeek(server)
    await makeReports(server.deps.store, 'a-link-that-was-made')
    const actor: Actor = { id: 'user:9', name: 'Ben', kind: 'person', mayFire: true, signedInAt: undefined }
    const wish = { service: 'checkout-api', environment: 'production', strategy: 'hotfix', version: '4.18.9' }
    await openEmergency(
      server.deps,
      { ...wish, ref: 'hotfix/capture', reason: 'Captures fail with 409.', defectIds: [1] },
      { actor, formKey: 'x', now: Date.now() },
    )
    const context = await signedInContext(browser, server, { viewport: SHEET, colorScheme: 'dark' })
    page = await context.newPage()
  })
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
  })

  const print = async (path: string) => {
    await page.goto(server.base + path)
    await page.locator('html.js').waitFor()
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await page.evaluate(`dispatchEvent(new Event('beforeprint'))`)
  }

  test.each([
    ['/', '#running'],
    ['/releases/checkout-api/4.18.0', '#defects'],
    ['/defects/PF-1', '#suspect'],
    ['/trends?range=30d', '#releases'],
    ['/emergency/ER-1', '#timeline'],
    ['/reports/1', '#curve'],
    ['/reports/2', '#flow'],
  ])('%s keeps what it says, and loses what it offers', async (path, panel) => {
    await print(path)
    expect(await page.locator(panel).isVisible()).toBe(true)
    for (const gone of ['.side', '.tabbar', '.top', 'main button', 'main .btn.dng', 'main .csv'])
      expect([gone, await page.locator(gone).filter({ visible: true }).count()]).toEqual([gone, 0])
    expect(await page.locator('.printed').textContent()).toContain(path)
    // Nothing is cut off at the right, and tables are tables, not the rows of a phone.
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    for (const head of await page.locator('main table.t:not(details table, .rpt-here table) thead:not(.vh-head)').all())
      expect(await head.isVisible()).toBe(true)
    expect(await page.evaluate(`getComputedStyle(document.documentElement).colorScheme`)).toBe('light')
    expect((await page.pdf({ format: 'A4' })).byteLength).toBeGreaterThan(5_000)
  })

  test.each([
    ['/defects', 240],
    ['/releases', 0],
  ])('%s lies on its side, fits, and has each heading over its own column', async (path, room) => {
    await page.setViewportSize(WIDE)
    await print(path)
    await page.setViewportSize(WIDE)
    expect(await page.evaluate(`getComputedStyle(document.body).page`)).toBe('wide')
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    const shown = (cells: string) => page.locator(cells).filter({ visible: true }).count()
    expect(await shown('main table.t thead th')).toBe(await shown('main table.t tbody tr:first-child > *'))
    expect(await page.locator('main table.t .ttl').first().isVisible()).toBe(true)
    const clip = page.locator('main table.t tbody td:has(> .ttl)').first()
    expect((await clip.boundingBox())?.width).toBeGreaterThan(room)
    expect(await page.getByText('Two to four').filter({ visible: true }).count()).toBe(0)
    // What is printed is so as well, not only what the rules say.
    const pdf = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1')
    expect(pdf).toMatch(/MediaBox ?\[0 0 84[12](\.\d+)? 59[56]/)
    await page.setViewportSize(SHEET)
  })

  test.each(['/', '/services/checkout-api'])('%s fits with a title that has no place to break', async (path) => {
    await server.post('/api/v1/defects', {
      ...{ id: 'long', service: 'checkout-api', environment: 'production', version: '4.18.0', severity: 'S1' },
      title: `${'org.example.payments.capture.'.repeat(4)}CaptureFailedException`,
    })
    await print(path)
    await page.getByText('CaptureFailedException').first().waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
  })

  test('an emergency release offers nothing', async () => {
    await print('/emergency/ER-1')
    expect(await page.locator('main summary').filter({ visible: true }).allTextContents()).toEqual([])
    expect(await page.getByText('Pressing twice').isVisible()).toBe(false)
  })

  test('a chart that was not drawn yet stands there as its table', async () => {
    await print('/trends?range=30d')
    const undrawn = await page.locator('figure[data-chart]:not([data-drawn])').count()
    expect(undrawn).toBeGreaterThan(0)
    expect(await page.locator('figure[data-chart]:not([data-drawn])').filter({ visible: true }).count()).toBe(0)
    expect(await page.locator('details.chart-data[open] table').filter({ visible: true }).count()).toBeGreaterThan(0)
    const open = await page.locator('details.chart-data[open]').count()
    expect(open).toBeGreaterThanOrEqual(undrawn)
    await page.evaluate(`dispatchEvent(new Event('afterprint'))`)
    expect(await page.locator('details.chart-data[open]').count()).toBe(0)
  })

  test('the status of a defect is told though its menu is gone', async () => {
    await print('/defects/PF-1')
    expect(await page.locator('.act summary').first().isVisible()).toBe(true)
    expect(await page.locator('.act .pop').filter({ visible: true }).count()).toBe(0)
  })

  test('a report has the addresses behind its links, and not who may read it', async () => {
    await print('/reports/1')
    expect(await page.locator('#sharing').isVisible()).toBe(false)
    const address = await page.evaluate(`getComputedStyle(document.querySelector('#defects a'), '::after').content`)
    expect(address).toContain(`${server.base}/defects/PF-1`)
  })
})
