import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { closeContexts, describeInBrowser, launchBrowser, signedInContext } from '../support/browser.ts'
import { startTestServer, type TestServer } from '../support/running-server.ts'

const DAY = 86_400_000
const MONTHS = 14

/** A label as it was written: where its middle is, how wide it is and how high it stands, in pixels of the canvas. */
interface Written {
  readonly text: string
  readonly at: number
  readonly width: number
  readonly y: number
}

/** Keeps what is written on canvases, by the id of the panel. */
const RECORD = `
  window.written = {}
  const { fillText } = CanvasRenderingContext2D.prototype
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y, ...rest) {
    const place = this.getTransform().transformPoint({ x, y })
    const ratio = this.canvas.width / this.canvas.clientWidth
    const width = this.measureText(text).width
    const middle = { left: width / 2, right: -width / 2, start: width / 2, end: -width / 2, center: 0 }[this.textAlign]
    const id = this.canvas.closest('[id]')?.id ?? ''
    ;(window.written[id] ??= {})[text + '@' + Math.round(place.x)] = {
      text, at: place.x / ratio + middle, width, y: Math.round(place.y / ratio),
    }
    return fillText.call(this, text, x, y, ...rest)
  }`

describeInBrowser('charts on a phone', () => {
  let browser: Browser
  let server: TestServer
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    server = await startTestServer()
    const now = server.deps.clock() - 300 * DAY
    const at = (n: number) => new Date(now - (MONTHS - n) * 30 * DAY).toISOString()
    const all = Array.from({ length: MONTHS }, (_, i) => i + 1)
    const place = { service: 'checkout-api', environment: 'production' }
    await server.post(
      '/api/v1/deployments',
      all.map((n) => ({ ...place, version: `1.${n}.0`, finishedAt: at(n) })),
    )
    await server.post(
      '/api/v1/defects',
      all.flatMap((n) =>
        [1, 2, 3, 4].map((nth) => ({
          ...place,
          ...{ id: `d${n}-${nth}`, title: `Fault ${n}-${nth}`, severity: 'S1', status: 'fixed', version: `1.${n}.0` },
          ...{ detectedAt: at(n), resolvedAt: new Date(Date.parse(at(n)) + nth * DAY).toISOString() },
        })),
      ),
    )
    await server.deps.processor.runUntilIdle()
    const look = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
    const context = await signedInContext(browser, server, look)
    await context.addInitScript(RECORD)
    page = await context.newPage()
  })
  afterAll(async () => {
    await closeContexts(browser)
    await server?.stop()
  })

  test.each([
    '/trends?service=checkout-api&env=production&range=365d&until=',
    '/trends?service=checkout-api&env=production&range=90d&until=',
  ])('%s has few dates below a plot, none over another', async (path) => {
    const until = new Date(server.deps.clock() - 290 * DAY).toISOString().slice(0, 10)
    await page.goto(`${server.base}${path}${until}`)
    for (const id of ['lives', 'releases', 'flow']) {
      await page.locator(`#${id} figure`).scrollIntoViewIfNeeded()
      await page.locator(`#${id} figure[data-drawn]`).waitFor()
      const dates = await lowest(id)
      expect(dates.length, id).toBeGreaterThan(1)
      expect(dates.length, id).toBeLessThanOrEqual(5)
      expect(covering(dates), id).toEqual([])
    }
  })

  test('the overview of a year ago has few dates, none over another', async () => {
    const ends = [430, 416].map((days) => new Date(server.deps.clock() - days * DAY).toISOString())
    await page.goto(`${server.base}/?env=production&from=${ends[0]}&to=${ends[1]}`)
    await page.evaluate('document.fonts.ready.then(() => true)')
    const dates = await page.evaluate<Written[]>(`
      [...document.querySelectorAll('#new-defects svg[role=img] > text')].map((label) => {
        const { left, width, bottom } = label.getBoundingClientRect()
        return { text: label.textContent, at: left + width / 2, width, y: bottom }
      }).filter(({ width }) => width > 0)`)
    expect(dates.some(({ text }) => /\d{4}$/.test(text))).toBe(true)
    expect(dates.length).toBeLessThanOrEqual(5)
    expect(covering(dates)).toEqual([])
    expect(Math.max(...dates.map(({ at, width }) => at + width / 2))).toBeLessThanOrEqual(390)
  })

  test('the table behind the chart of the overview scrolls within its box', async () => {
    const ends = [430, 416].map((days) => new Date(server.deps.clock() - days * DAY).toISOString())
    await page.goto(`${server.base}/?env=production&from=${ends[0]}&to=${ends[1]}`)
    await page.locator('#new-defects summary').click()
    await page.locator('#new-defects table').waitFor()
    const [box, table] = await page.evaluate<[number, number]>(`
      ['#new-defects .tw', '#new-defects table'].map((of) => document.querySelector(of).getBoundingClientRect().width)`)
    expect(table).toBeGreaterThan(box)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  })

  /** What stands lowest in a chart, from the left: the dates of its x axis. */
  async function lowest(id: string): Promise<Written[]> {
    const all = Object.values(await page.evaluate<Record<string, Written>>(`window.written[${JSON.stringify(id)}]`))
    const bottom = Math.max(...all.map(({ y }) => y))
    return all.filter(({ y, text }) => text !== '' && bottom - y < 4).sort((a, b) => a.at - b.at)
  }
})

/** Labels that begin before the one to the left of them has ended. */
const covering = (labels: readonly Written[]): string[] =>
  labels.flatMap((label, i) => {
    const before = labels[i - 1]
    return before && label.at - label.width / 2 < before.at + before.width / 2 ? [`${before.text} | ${label.text}`] : []
  })
