import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  closeContexts,
  describeInBrowser,
  expectAccessible,
  expectReadable,
  launchBrowser,
  watch,
} from '../support/browser.ts'

/** A page with one of everything that the other browser tests are there to notice. */
const BAD_PAGE = `<!doctype html><html lang="en"><title>Bad</title><main><h1>Bad</h1>
  <p style="color: #eee">hardly to be read</p><img src="http://192.0.2.1/pixel.png">
  <script src="/throws.js"></script><script>document.title = 'ran'</script></main>`

/** A page that is well, until it is dark. */
const NIGHT_BLIND_PAGE = `<!doctype html><html lang="en"><title>Dark</title><main><h1>Dark</h1></main>
  <style>@media (prefers-color-scheme: dark) { html { background: #111; color: #333 } }</style>`

describeInBrowser('watching a page', () => {
  let browser: Browser
  let server: Server
  let styled = 0
  beforeAll(async () => {
    browser = await launchBrowser()
    server = createServer((request, response) => {
      if (request.url === '/throws.js') return response.end("console.error('said so'); throw new Error('thrown')")
      if (request.url === '/style.css') {
        styled++
        return response.setHeader('Cache-Control', 'max-age=3600').setHeader('Content-Type', 'text/css').end('p {}')
      }
      if (request.url === '/styled')
        return response.setHeader('Content-Type', 'text/html').end('<link rel="stylesheet" href="/style.css">')
      if (request.url === '/dark') return response.setHeader('Content-Type', 'text/html').end(NIGHT_BLIND_PAGE)
      const policy = "default-src 'self'; img-src *; style-src 'self'; script-src 'self'"
      response.setHeader('Content-Security-Policy', policy)
      return response.setHeader('Content-Type', 'text/html').end(BAD_PAGE)
    }).listen(0, '127.0.0.1')
    await new Promise((listening) => server.once('listening', listening))
  })
  afterAll(async () => {
    await closeContexts(browser)
    server?.close()
  })

  test('notices console errors, uncaught errors, policy violations, requests abroad and what axe finds', async () => {
    const page = await (await browser.newContext()).newPage()
    const complaints = await watch(page)
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    // The browser tells of them one by one, some after the page is there.
    for (const complaint of [
      ...['console: said so', 'uncaught: thrown', 'request to 192.0.2.1'],
      ...['style-src-attr', 'script-src-elem'].map((what) => `content security policy: ${what} inline`),
    ])
      await expect.poll(() => complaints.list.join('\n')).toContain(complaint)
    await expect(expectAccessible(page)).rejects.toMatchObject({ actual: [expect.stringContaining('image-alt')] })
  })
  test('notices colours that are hard to read in the dark alone, and what is wrong on the page after it', async () => {
    const page = await (await browser.newContext({ colorScheme: 'light' })).newPage()
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/dark`)
    await expectAccessible(page)
    await expectReadable(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect(expectReadable(page)).rejects.toMatchObject({ actual: [expect.stringContaining('color-contrast')] })
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    await expect(expectAccessible(page)).rejects.toMatchObject({ actual: [expect.stringContaining('image-alt')] })
  })

  test('loads everything anew on each page', async () => {
    const page = await (await browser.newContext()).newPage()
    await watch(page)
    for (let i = 0; i < 2; i++) await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/styled`)
    expect(styled).toBe(2)
  })
})
