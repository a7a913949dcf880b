import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext } from '../support/browser.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

const HOUR_MS = 3_600_000

describeInBrowser('what runs and what changed, side by side', () => {
  let browser: Browser
  let server: TestServer
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => closeContexts(browser))
  beforeEach(async () => {
    server = await startTestServer()
    page = await (await signedInContext(browser, server, { viewport: { width: 1440, height: 900 } })).newPage()
    return () => server.stop()
  })

  const deploy = (service: string, hoursAgo: number, version: string) =>
    server.post('/api/v1/deployments', {
      service,
      environment: 'production',
      version,
      finishedAt: new Date(Date.now() - hoursAgo * HOUR_MS).toISOString(),
    })

  /** Bottoms of the panels, of what stands in them, and the top of what comes below. */
  const edges = async () => {
    await page.goto(server.base)
    return (await page.evaluate(`(() => {
      const box = (selector) => document.querySelector(selector).getBoundingClientRect()
      return {
        running: box('#running').bottom,
        changes: box('#changes').bottom,
        rows: box('#running tbody tr:last-child').bottom,
        foot: box('#changes .pn-f').bottom,
        below: box('.kpi').top,
      }
    })()`)) as Record<'running' | 'changes' | 'rows' | 'foot' | 'below', number>
  }

  test.each([
    ['many changes of one service', 12, 1],
    ['nothing new', 0, 0],
  ])('with %s they end together, and nothing sticks out', async (_what, changes, least) => {
    await deploy('checkout-api', 24 * 30, '1.0.0')
    for (let i = 0; i < changes; i++) await deploy('checkout-api', 30 - i, `1.${i + 1}.0`)
    const { running, changes: changed, rows, foot, below } = await edges()
    expect(Math.abs(running - changed)).toBeLessThanOrEqual(1)
    expect(rows).toBeLessThanOrEqual(running)
    expect(foot).toBeLessThanOrEqual(changed)
    expect(below).toBeGreaterThan(changed)
    expect(await page.locator('#changes .feed li').count()).toBeGreaterThanOrEqual(least)
  })
})
