import { brotliCompressSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Bytes at most, compressed, and how far a page may move while it loads. */
const HTML = 25 * 1024
const CSS = 14 * 1024
const JS = 26 * 1024
const SHIFT = 0.02

/** As a string, since the pages' policy forbids what playwright would make of a function. */
const MEASURE = `(() => {
  const observer = new PerformanceObserver(() => {})
  observer.observe({ type: 'layout-shift', buffered: true })
  const shift = observer.takeRecords().reduce((sum, { value, hadRecentInput }) => sum + (hadRecentInput ? 0 : value), 0)
  const loaded = performance.getEntriesByType('resource')
  const size = (ending) => loaded
    .filter(({ name }) => new URL(name).pathname.endsWith(ending))
    .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
  return { shift, css: size('.css'), js: size('.js') }
})()`

/** What a page takes to load: its text as a proxy would compress it, style and script as they came over the wire. */
export async function expectWithinBudget(page: Page, html: Buffer): Promise<void> {
  expect(brotliCompressSync(html).length).toBeLessThanOrEqual(HTML)
  const { shift, css, js } = (await page.evaluate(MEASURE)) as { shift: number; css: number; js: number }
  expect(css).toBeGreaterThan(0)
  expect(css).toBeLessThanOrEqual(CSS)
  expect(js).toBeLessThanOrEqual(JS)
  expect(shift).toBeLessThanOrEqual(SHIFT)
}
