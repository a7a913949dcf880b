import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { RunOnly, RunOptions } from 'axe-core'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { describe, expect } from 'vitest'
import { isLoopbackHost } from './loopback-only.ts'
import type { TestServer } from './running-server.ts'

/** CHROMIUM_PATH, or where Debian and others put it. */
const executablePath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path))

/** Tests that need a browser: run where there is one, else skipped with a line that says so. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (!executablePath) console.log('skipped: no Chromium here')
  describe.skipIf(!executablePath)(name, tests)
}

let launched: Promise<Browser> | undefined

/** One for all files that this process runs; it ends with the process. */
export function launchBrowser(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']
  // Each page loads axe anew and runs it for a second: to optimize it as for hours takes longer than it then saves.
  const compiling = '--always-sparkplug --no-turbofan --min-semi-space-size=64 --max-semi-space-size=64'
  launched ??= chromium.launch({
    ...(executablePath && { executablePath }),
    // Root may not have a sandbox; the pages are our own.
    // What is not of this machine goes to a proxy that is not there. Playwright's own option would send it what is, too.
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--proxy-server=http://127.0.0.1:9'],
      ...[`--js-flags=${compiling}`, ...quiet],
    ],
  })
  return launched
}

/** What a file leaves behind of the browser: nothing. */
export async function closeContexts(browser: Browser | undefined): Promise<void> {
  await Promise.all((browser?.contexts() ?? []).map((context) => context.close()))
}

/** A context in which Ana is signed in. */
export async function signedInContext(
  browser: Browser,
  server: TestServer,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  // What moves without end would be painted without end.
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
  // As long as it takes on a machine with everything else that it does: what is waited for ends the waiting.
  context.setDefaultTimeout(90_000)
  await context.addCookies([{ name: 'sid', value: server.session, url: server.base, httpOnly: true, sameSite: 'Lax' }])
  return context
}

/** Everything on a page that a browser complains about, or that leaves this machine, since watching began. */
export interface Complaints {
  readonly list: string[]
}

const NOTE_VIOLATIONS = `addEventListener('securitypolicyviolation', (event) =>
  noteViolation(event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile))`

export async function watch(page: Page): Promise<Complaints> {
  const list: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') list.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => list.push(`uncaught: ${error.message}`))
  page.on('requestfailed', (request) => {
    // A page that is left ends its event stream, and an answer nobody waits for any more.
    if (request.failure()?.errorText !== 'net::ERR_ABORTED') list.push(`failed: ${request.url()}`)
  })
  // Seen only: to hold and let go each request would take a good part of the time that a page takes to load.
  page.on('request', (request) => {
    const url = new URL(request.url())
    if (!['data:', 'blob:', 'about:'].includes(url.protocol) && !isLoopbackHost(url.hostname))
      list.push(`request to ${url.host}`)
  })
  // A page is looked at as one sees it for the first time, when fonts and styles may come late.
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true })
  await page.exposeFunction('noteViolation', (what: string) => {
    list.push(`content security policy: ${what}`)
  })
  await page.addInitScript({ content: NOTE_VIOLATIONS })
  return { list }
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** Colours that it has read before: it reads those of every element and of all around it. */
const READ_ONCE = `{
  const { prototype } = axe.commons.color.Color
  const read = prototype.parseString
  const known = new Map()
  prototype.parseString = function (text) {
    const colour = known.get(text)
    if (colour) return Object.assign(this, colour)
    read.call(this, text)
    known.set(text, { r: this.r, g: this.g, b: this.b, alpha: this.alpha })
    return this
  }
}`
const AXE = `${readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')}\n${READ_ONCE}`
const COLOURS = ['color-contrast', 'link-in-text-block']

/** No violation of WCAG 2.2 A and AA nor of axe's good practices; the failure names rule and elements. */
export const expectAccessible = (page: Page): Promise<void> => expectNoViolations(page, { type: 'tag', values: RULES })

/** The rules that look at colours alone, after a page that was accessible has changed them. */
export const expectReadable = (page: Page): Promise<void> => expectNoViolations(page, { type: 'rule', values: COLOURS })

async function expectNoViolations(page: Page, runOnly: RunOnly): Promise<void> {
  // Once for a page as it is loaded. In the page alone: there are no frames of other sites.
  if (!(await page.evaluate('Boolean(window.axe)'))) await page.evaluate(AXE)
  // What is well is neither named nor sent here: that took longer than to look at it.
  const options: RunOptions = { runOnly, resultTypes: ['violations'] }
  const said = await page.evaluate(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.map(({ id, help, nodes }) =>
      id + ': ' + help + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' · ')))`)
  expect(said).toEqual([])
}
