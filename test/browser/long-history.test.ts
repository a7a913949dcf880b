import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext } from '../support/browser.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

const DAY = 86_400_000
const RELEASES = 26
const shaOf = (n: number): string => n.toString(16).padStart(2, '0').repeat(20)

/** A year of commits that were deployed, two years ago: long versions, full dates, and a table of twelve months. */
describeInBrowser('a long and old history on a phone', () => {
  let browser: Browser
  let server: TestServer
  let page: Page
  let end: number

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    end = server.deps.clock() - 700 * DAY
    const at = (n: number) => new Date(end - (RELEASES - n) * 14 * DAY).toISOString()
    const all = Array.from({ length: RELEASES }, (_, i) => i + 1)
    const place = { service: 'configuration', environment: 'production' }
    await server.post(
      '/api/v1/deployments',
      all.map((n) => ({ ...place, version: shaOf(n), finishedAt: at(n) })),
    )
    await server.post(
      '/api/v1/defects',
      all.map((n) => ({
        ...place,
        id: `d${n}`,
        title: `Queries of ${'very '.repeat(n)}large tables time out`,
        detectedAt: at(n),
      })),
    )
    await server.deps.processor.runUntilIdle()
    const look = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
    page = await (await signedInContext(browser, server, look)).newPage()
  })
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
  })

  test.each(['/trends', '/trends/delivery', '/trends/quality'])('%s fits the screen', async (path) => {
    const until = new Date(end).toISOString().slice(0, 10)
    await expectNoWider(`${path}?service=configuration&env=production&range=365d&until=${until}`)
  })

  test.each(['/', '/releases', '/defects', '/defects/PF-26', '/live', '/services/configuration', '/calendar'])(
    '%s fits the screen',
    expectNoWider,
  )

  test('a release fits the screen', () => expectNoWider(`/releases/configuration/${shaOf(26)}`))

  async function expectNoWider(path: string) {
    await page.goto(server.base + path)
    // Fonts and charts have their say.
    await page.evaluate('document.fonts.ready.then(() => true)')
    expect(await page.evaluate('document.documentElement.scrollWidth - 390')).toBeLessThanOrEqual(0)
  }
})
