import { brotliCompressSync, constants } from 'node:zlib'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Bytes at most, compressed, and how far a page may move while it loads. */
const HTML = 25 * 1024
const CSS = 14 * 1024
const JS = 26 * 1024
/** What draws charts, on pages that have some. */
const CHARTS = 60 * 1024
/** What speaks to authenticators, once somebody uses one. */
const PASSKEYS = 4 * 1024
const SHIFT = 0.02

/** As a string, since the pages' policy forbids what playwright would make of a function. */
const MEASURE = `(() => {
  const observer = new PerformanceObserver(() => {})
  observer.observe({ type: 'layout-shift', buffered: true })
  const shift = observer.takeRecords().reduce((sum, { value, hadRecentInput }) => sum + (hadRecentInput ? 0 : value), 0)
  const loaded = performance.getEntriesByType('resource')
  const size = (ending) => loaded
    .filter(({ name }) => ending.test(new URL(name).pathname))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
  const scripts = document.querySelectorAll('script[src]').length
  return { shift, scripts, css: size(/\\.css$/), js: size(/\\/(?!charts-|passkeys-)[^/]+\\.js$/),
    charts: size(/\\/charts-[^/]+\\.js$/), passkeys: size(/\\/passkeys-[^/]+\\.js$/) }
})()`

/** What a page takes to load: its text as a proxy would compress it, style and script as they came over the wire. */
export async function expectWithinBudget(page: Page, html: Buffer): Promise<void> {
  expect(compressed(html)).toBeLessThanOrEqual(HTML)
  const { shift, scripts, css, js, charts, passkeys } = (await page.evaluate(MEASURE)) as Record<
    'shift' | 'scripts' | 'css' | 'js' | 'charts' | 'passkeys',
    number
  >
  expect(css).toBeGreaterThan(0)
  expect(css).toBeLessThanOrEqual(CSS)
  // What is shared with people outside has none.
  expect(js > 0).toBe(scripts > 0)
  expect(js).toBeLessThanOrEqual(JS)
  expect(charts).toBeLessThanOrEqual(CHARTS)
  expect(passkeys).toBeLessThanOrEqual(PASSKEYS)
  expect(shift).toBeLessThanOrEqual(SHIFT)
}

/** Bytes at most: to compress as well as can be takes ten times as long, and few pages are so large that it matters. */
function compressed(html: Buffer): number {
  const quickly = brotliCompressSync(html, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).length
  return quickly <= HTML ? quickly : brotliCompressSync(html).length
}
