import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext, watch } from '../support/browser.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

describeInBrowser('the charts', () => {
  let browser: Browser
  let server: TestServer

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    await sendQuarter(server)
  })
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
  })

  async function open(path: string, options: Parameters<typeof signedInContext>[2] = {}) {
    const context = await signedInContext(browser, server, { viewport: { width: 1280, height: 900 }, ...options })
    const page = await context.newPage()
    const complaints = options?.javaScriptEnabled === false ? { list: [] } : await watch(page)
    await page.goto(server.base + path)
    return { page, complaints, close: () => context.close() }
  }

  test('are drawn when they come near, without a complaint of the browser', async () => {
    const low = { viewport: { width: 1280, height: 300 } }
    const { page, complaints, close } = await open('/trends?service=checkout-api&range=90d', low)
    await page.locator('#releases figure[data-drawn]').waitFor()
    expect(await inked(page, '#releases canvas')).toBeGreaterThan(500)
    // What is far below is not drawn yet, and is once it is scrolled to.
    expect(await page.locator('#lives figure[data-drawn]').count()).toBe(0)
    await page.locator('#lives').scrollIntoViewIfNeeded()
    await page.locator('#lives figure[data-drawn]').waitFor()
    expect(complaints.list).toEqual([])
    await close()
  })

  test('are drawn on a page that was come to by a link, and the script is fetched once', async () => {
    const { page, complaints, close } = await open('/defects')
    const fetched: string[] = []
    page.on('request', (request) => /charts-/.test(request.url()) && fetched.push(request.url()))
    for (let i = 0; i < 2; i++) {
      await page.getByRole('navigation').first().getByRole('link', { name: 'Trends' }).click()
      await page.locator('#releases figure[data-drawn]').waitFor()
      await page
        .getByRole('navigation')
        .first()
        .getByRole('link', { name: /^Defects/ })
        .click()
      await page.getByRole('heading', { level: 1, name: 'Defects' }).waitFor()
    }
    expect(fetched).toHaveLength(1)
    expect(complaints.list).toEqual([])
    await close()
  })

  test('may bring data along into a page, and no script', async () => {
    const { page, complaints, close } = await open('/defects')
    await page.route('**/trends', async (route) => {
      const answer = await route.fetch()
      const body = (await answer.text()).replace('</main>', '<script>window.ran = true</script></main>')
      await route.fulfill({ response: answer, body })
    })
    await page.getByRole('navigation').first().getByRole('link', { name: 'Trends' }).click()
    await expect.poll(() => complaints.list.join()).toContain('htmx expressions are disabled')
    expect(await page.evaluate('window.ran')).toBeUndefined()
    await close()
  })

  test('tell their points by arrow keys, and lead to the defects behind one', async () => {
    const { page, complaints, close } = await open('/trends?service=checkout-api&range=90d')
    const figure = page.locator('#flow figure')
    await figure.scrollIntoViewIfNeeded()
    await page.locator('#flow figure[data-drawn]').waitFor()
    await figure.focus()
    await page.keyboard.press('End')
    await page.locator('#say', { hasText: 'Week of' }).waitFor({ state: 'attached' })
    const last = await page.locator('#say').textContent()
    expect(last).toMatch(/Week of .+\. \d+ found, \d+ fixed/)
    await page.keyboard.press('ArrowLeft')
    expect(await page.locator('#say').textContent()).not.toBe(last)
    await page.keyboard.press('Enter')
    await page.getByText('First seen from').waitFor()
    const told = Number(/(\d+) found/.exec(last ?? '')?.[1] ?? 0)
    expect(told).toBeGreaterThanOrEqual(0)
    expect(complaints.list).toEqual([])
    await close()
  })

  test('take the colours of another theme when it changes', async () => {
    const { page, close } = await open('/trends?service=checkout-api&range=90d', { colorScheme: 'light' })
    await page.locator('#releases figure[data-drawn]').waitFor()
    const before = await pixels(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(() => pixels(page)).not.toBe(before)
    await close()
  })

  test('stand as tables on a page without JavaScript', async () => {
    const { page, close } = await open('/trends?service=checkout-api&range=90d', { javaScriptEnabled: false })
    expect(await page.locator('figure.chart').first().isVisible()).toBe(false)
    expect(await page.locator('#releases details.chart-data table').isVisible()).toBe(true)
    expect(await page.locator('#flow details.chart-data table').isVisible()).toBe(true)
    await close()
  })

  test('have their tables closed where they are drawn, to be opened', async () => {
    const { page, close } = await open('/trends?service=checkout-api&range=90d')
    await page.locator('#releases figure[data-drawn]').waitFor()
    const table = page.locator('#releases details.chart-data table')
    expect(await table.isVisible()).toBe(false)
    await page.locator('#releases summary').click()
    expect(await table.isVisible()).toBe(true)
    // A number among all links of the page says what it counts.
    const link = table.getByRole('link', { name: /^\d+ Defects, checkout-api \d/ }).first()
    expect(await link.textContent()).toMatch(/^\d+$/)
    await close()
  })
})

/** How many pixels of a canvas are not empty. */
const inked = (page: Page, selector: string): Promise<number> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector(${JSON.stringify(selector)})
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let n = 0
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) n++
    return n
  })()`)

const pixels = (page: Page): Promise<string> => page.evaluate(`document.querySelector('#releases canvas').toDataURL()`)

/** A release a week, with two defects each, of which one is fixed after a day. */
async function sendQuarter(server: TestServer): Promise<void> {
  const now = server.deps.clock()
  const iso = (at: number) => new Date(at).toISOString()
  const weeks = Array.from({ length: 12 }, (_, i) => ({ n: i + 1, at: now - (12 - i) * 7 * DAY + HOUR }))
  await server.post(
    '/api/v1/deployments',
    weeks.map(({ n, at }) => ({
      ...{ service: 'checkout-api', version: `1.${n}.0`, environment: 'production', finishedAt: iso(at) },
    })),
  )
  await server.post(
    '/api/v1/defects',
    weeks.flatMap(({ n, at }) =>
      ['S1', 'S3'].map((severity) => ({
        ...{ id: `${severity}-${n}`, title: `Fault ${severity} ${n}`, service: 'checkout-api', severity },
        ...{ environment: 'production', version: `1.${n}.0`, occurredAt: iso(at + DAY) },
      })),
    ),
  )
  await server.post(
    '/api/v1/defects',
    weeks.map(({ n, at }) => ({
      ...{ id: `S1-${n}`, title: `Fault S1 ${n}`, service: 'checkout-api', severity: 'S1' },
      ...{ environment: 'production', status: 'fixed', resolvedAt: iso(at + 2 * DAY) },
    })),
  )
  await server.deps.processor.runUntilIdle()
}
