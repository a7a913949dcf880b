import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext } from '../support/browser.ts'
import { sendBusyWeek } from '../support/busy-week.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

/** Half of a screen, a tablet on its side and upright: neither a phone nor wide. */
const WIDTHS = [1180, 960, 768]

describeInBrowser('between a phone and a wide window', () => {
  let browser: Browser
  let server: TestServer
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    await sendBusyWeek(server)
    page = await (await signedInContext(browser, server)).newPage()
  })
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
  })

  test.each(WIDTHS)('titles of defects can be read in lists, at %i', async (width) => {
    await page.setViewportSize({ width, height: 800 })
    for (const path of ['/defects', '/', '/releases/checkout-api/4.18.0', '/services/checkout-api']) {
      await page.goto(server.base + path)
      const cell = await page.locator('.t-defects td.with-id, main td.clip.with-id').first().boundingBox()
      expect([path, (cell?.width ?? 0) >= 240]).toEqual([path, true])
      expect([path, await page.evaluate('document.documentElement.scrollWidth - innerWidth')]).toEqual([path, 0])
    }
  })

  test.each(WIDTHS)('the choice of columns opens within the window, at %i', async (width) => {
    await page.setViewportSize({ width, height: 800 })
    await page.goto(`${server.base}/defects`)
    await page.locator('summary', { hasText: 'Columns' }).click()
    const menu = (await page.locator('.columns .pop').boundingBox()) ?? { x: -1, width: 0 }
    expect(menu.x).toBeGreaterThanOrEqual(0)
    expect(menu.x + menu.width).toBeLessThanOrEqual(width)
  })
})
