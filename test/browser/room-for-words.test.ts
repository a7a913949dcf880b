import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext } from '../support/browser.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

const DAY = 86_400_000
const TITLE = 'After upgrading the queue from 5.13.1 to 5.15.7 consumers of durable topics lose their place at start'

/** Large counts, long titles and old releases on a screen of 1280 pixels. */
describeInBrowser('a screen of 1280 pixels', () => {
  let browser: Browser
  let server: TestServer
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    const at = (days: number) => new Date(server.deps.clock() - days * DAY).toISOString()
    const place = { service: 'message-queue', environment: 'production' }
    await server.post(
      '/api/v1/deployments',
      Array.from({ length: 8 }, (_, i) => ({ ...place, version: `5.${i}.0`, finishedAt: at(3_000 - 40 * i) })),
    )
    // As long as names and versions are.
    await server.post(
      '/api/v1/deployments',
      Array.from({ length: 3 }, (_, i) => ({
        ...{ service: 'payments-worker', environment: 'production', version: `2026.47.${i}` },
        finishedAt: at(0.5 - 0.1 * i),
      })),
    )
    const defect = (severity: string, n: number) => ({
      ...place,
      ...{ id: `${severity}-${n}`, title: `${n} ${TITLE}`, severity, detectedAt: at(2_700 - (n % 8)) },
    })
    const some = (severity: string, n: number) => Array.from({ length: n }, (_, i) => defect(severity, i + 1))
    await server.post('/api/v1/defects', [...some('S1', 130), ...some('S2', 20), ...some('S4', 150)])
    for (const part of [0, 1])
      await server.post(
        '/api/v1/defects',
        some('S3', 1_200).filter((_, i) => i % 2 === part),
      )
    await server.deps.processor.runUntilIdle()
    page = await (await signedInContext(browser, server, { viewport: { width: 1280, height: 820 } })).newPage()
  })
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
  })

  test.each([721, 1024, 1101, 1200, 1261, 1280, 1366, 1400, 1440])(
    'or of %i has room for the counts of all severities of what runs',
    async (width) => {
      await page.setViewportSize({ width, height: 820 })
      await page.goto(`${server.base}/?env=production`)
      await page.evaluate('document.fonts.ready.then(() => true)')
      const box = page.locator('.tw', { has: page.locator('table.t-judged') }).first()
      expect(await box.locator('td.num', { hasText: '1,200' }).isVisible()).toBe(true)
      const over = "(box => box.scrollWidth - box.clientWidth)(document.querySelector('table.t-judged').closest('.tw'))"
      expect(await page.evaluate(over)).toBe(0)
      await page.setViewportSize({ width: 1280, height: 820 })
    },
  )

  const openReleases = async (width: number) => {
    await page.setViewportSize({ width, height: 820 })
    await page.goto(`${server.base}/releases`)
    await page.evaluate('document.fonts.ready.then(() => true)')
  }

  test.each([1101, 1200, 1280, 1366, 1380, 1440])('or of %i draws what is usual of releases', async (width) => {
    await openReleases(width)
    expect(await page.locator('.t-releases .usual').first().isVisible()).toBe(true)
  })

  test.each([1366, 1400, 1440])('or of %i has room for all columns of releases', async (width) => {
    await openReleases(width)
    const over = "(box => box.scrollWidth - box.clientWidth)(document.querySelector('.t-releases').closest('.tw'))"
    expect(await page.evaluate(over)).toBe(0)
    await page.setViewportSize({ width: 1280, height: 820 })
  })

  test('counts the same defects alike wherever it does', async () => {
    await page.goto(`${server.base}/?env=production`)
    await page.getByText('150 open S1 and S2 defects have no owner').waitFor()
    expect(await page.locator('main').getByText('99+').count()).toBe(0)
  })

  test('gives the title of a defect the whole line when its buttons leave too little', async () => {
    await page.goto(`${server.base}/defects/PF-1`)
    const [title, actions] = [page.locator('main h1'), page.locator('main .ph .act')]
    const box = await title.boundingBox()
    const below = await actions.boundingBox()
    expect(box?.width).toBeGreaterThan(900)
    expect(below?.y).toBeGreaterThanOrEqual((box?.y ?? 0) + (box?.height ?? 0))
  })
})
