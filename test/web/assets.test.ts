import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { staticFiles } from '../../src/web/server/static-files.ts'
import { openPages } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

const onSqlite = testStoresOn('sqlite')
const css = staticFiles().url('app.css') ?? '/assets/not-built'
const anonymous = async () => (await openPages(onSqlite)).app

// `npm test` builds them first.
describe.skipIf(staticFiles().byName.size === 0)('styles, script and fonts', () => {
  test('may be kept for ever, because their names change with what is in them', async () => {
    const app = await anonymous()
    for (const role of ['app.css', 'app.js', 'sans.woff2', 'mono.woff2', 'icon.svg'] as const) {
      const answer = await app.request(staticFiles().url(role) ?? '')
      expect(answer.status).toBe(200)
      expect(answer.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable')
    }
    expect((await app.request(css)).headers.get('Content-Type')).toBe('text/css; charset=utf-8')
  })

  test('come compressed to whom that is fine, and are the same for all', async () => {
    const app = await anonymous()
    const bytes = async (encoding: string) => {
      const answer = await app.request(css, { headers: { 'Accept-Encoding': encoding } })
      return { encoding: answer.headers.get('Content-Encoding'), body: Buffer.from(await answer.arrayBuffer()) }
    }
    const plain = await bytes('identity')
    const brotli = await bytes('gzip, deflate, br')
    const gzip = await bytes('br;q=0, gzip')
    expect([plain.encoding, brotli.encoding, gzip.encoding]).toEqual([null, 'br', 'gzip'])
    expect(brotliDecompressSync(brotli.body)).toEqual(plain.body)
    expect(gunzipSync(gzip.body)).toEqual(plain.body)
  })

  test('are not sent again to whom has them', async () => {
    const app = await anonymous()
    const etag = (await app.request(css)).headers.get('ETag') ?? ''
    const again = await app.request(css, { headers: { 'If-None-Match': `"other", W/${etag}` } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await app.request(css, { headers: { 'If-None-Match': '"other"' } })).status).toBe(200)
  })

  test('nothing else of the machine is served', async () => {
    const app = await anonymous()
    for (const path of ['/assets/manifest.json', '/assets/..%2f..%2fpackage.json', '/assets/none.js'])
      expect((await app.request(path)).status).toBe(404)
  })

  test('pages name the files that are there', async () => {
    const pages = await openPages(onSqlite)
    const html = await pages.read('/setup')
    expect(html).toContain(`href="${css}"`)
    expect(html).toContain(`src="${staticFiles().url('app.js')}"`)
  })
})
