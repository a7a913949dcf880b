import type { Browser, BrowserContext, Page } from 'playwright-core'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type Complaints,
  closeContexts,
  describeInBrowser,
  launchBrowser,
  signedInContext,
  watch,
} from '../support/browser.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

/** A browser without a screen shows every tab, so the tests say themselves which one is hidden. */
const HIDEABLE = `{
  let hidden = false
  Object.defineProperty(document, 'hidden', { get: () => hidden })
  window.setHidden = (value) => {
    hidden = value
    document.dispatchEvent(new Event('visibilitychange'))
  }
}`
/** As on plain http beyond this machine. */
const NO_LOCKS = `Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })`

describeInBrowser('many tabs', () => {
  let browser: Browser
  let server: TestServer
  let context: BrowserContext
  let complaints: Complaints[]

  beforeAll(async () => {
    browser = await launchBrowser()
    return () => closeContexts(browser)
  })
  beforeEach(async () => {
    server = await startTestServer()
    await deploy('0.9.0')
    context = await signedInContext(browser, server, { viewport: { width: 1280, height: 900 } })
    complaints = []
    return async () => {
      await context.close()
      await server.stop()
      expect(complaints.flatMap(({ list }) => list)).toEqual([])
      expect(server.errors).toEqual([])
    }
  })

  const deploy = (version: string) =>
    server.post('/api/v1/deployments', { service: 'checkout-api', version, environment: 'production' })

  async function openTab(...scripts: string[]): Promise<Page> {
    const page = await context.newPage()
    complaints.push(await watch(page))
    for (const content of [HIDEABLE, ...scripts]) await page.addInitScript({ content })
    await page.goto(server.base)
    return page
  }
  async function openTabs(count: number, ...scripts: string[]): Promise<Page[]> {
    const pages: Page[] = []
    while (pages.length < count) pages.push(await openTab(...scripts))
    return pages
  }
  const setHidden = (page: Page, hidden: boolean) => page.evaluate(`setHidden(${hidden})`)
  const shows = (page: Page, version: string) => page.locator('#changes').getByText(version).first()
  const streams = (count: number) => expect.poll(() => server.deps.liveEvents.streams).toBe(count)

  test('that can be seen share one stream, so that a ninth page loads and each hears of news', async () => {
    const pages = await openTabs(8)
    await streams(1)
    const ninth = await openTab()
    await ninth.goto(`${server.base}/defects`)
    await deploy('1.0.0')
    for (const page of pages) await shows(page, '1.0.0').waitFor()
    await streams(1)
  })

  test('that are hidden hold no stream and stand still; seen again they show what they missed', async () => {
    const pages = await openTabs(8)
    const [first, last] = [pages[0] as Page, pages[7] as Page]
    for (const page of pages.slice(0, 7)) await setHidden(page, true)
    const neverSeen = await openTab('setHidden(true)')
    await streams(1)
    await deploy('1.0.0')
    await shows(last, '1.0.0').waitFor()
    expect(await shows(first, '1.0.0').count()).toBe(0)
    await setHidden(last, true)
    await streams(0)

    await setHidden(first, false)
    await shows(first, '1.0.0').waitFor()
    await streams(1)
    await deploy('1.1.0')
    await shows(first, '1.1.0').waitFor()
    expect(await shows(last, '1.1.0').count()).toBe(0)
    for (const page of [last, neverSeen]) {
      await setHidden(page, false)
      await shows(page, '1.1.0').waitFor()
    }
    await streams(1)
  })

  test('without locks have a stream each while they can be seen, and a ninth page loads all the same', async () => {
    const pages: Page[] = []
    for (let i = 0; i < 8; i++) {
      const page = await openTab(NO_LOCKS)
      if (i < 7) await setHidden(page, true)
      pages.push(page)
    }
    await streams(1)
    await openTab(NO_LOCKS)
    await streams(2)
    await deploy('1.0.0')
    await shows(pages[7] as Page, '1.0.0').waitFor()
    await setHidden(pages[0] as Page, false)
    await shows(pages[0] as Page, '1.0.0').waitFor()
  })

  test('miss nothing when the one that listens is closed', async () => {
    const [listening, waiting] = (await openTabs(2)) as [Page, Page]
    await streams(1)
    await deploy('1.0.0')
    await shows(waiting, '1.0.0').waitFor()
    let goOn = () => {}
    const held = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const asked = waiting.waitForRequest('**/events')
    await waiting.route('**/events', async (route) => {
      await held
      await route.continue()
    })
    await listening.close()
    await asked
    await streams(0)
    await deploy('1.1.0')
    goOn()
    await shows(waiting, '1.1.0').waitFor()
  })

  test('say that they are reconnecting, each of them, and take up again', async () => {
    const page = await openTab()
    let isDown = true
    await page.route('**/events', (route) => (isDown ? route.abort() : route.continue()))
    await page.reload()
    const other = await openTab()
    for (const tab of [page, other]) await tab.locator('#live', { hasText: 'Reconnecting' }).waitFor()
    await deploy('1.0.0')
    isDown = false
    for (const tab of [page, other]) await shows(tab, '1.0.0').waitFor()
    for (const tab of [page, other]) await tab.locator('#live', { hasText: 'Live' }).waitFor()
    // Of the requests that were not let through.
    for (const { list } of complaints) list.length = 0
  })
})
