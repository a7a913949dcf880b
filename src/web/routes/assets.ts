import type { Ctx, Routes } from '../routes.ts'
import { type StaticFile, staticFiles } from '../server/static-files.ts'

/** Styles, script and fonts. Their names hold a hash of what is in them, so a browser never has to ask again. */
export function registerAssetRoutes(routes: Routes): void {
  routes.get('/assets/:name', 'open', (c) => {
    const files = staticFiles()
    const file = files.byName.get(c.req.param('name') ?? '')
    if (file) return send(c, file)
    const detail = files.byName.size === 0 ? 'The client files are not built. Run: npm run build:client' : 'Not found'
    return c.text(`${detail}\n`, 404, { 'Cache-Control': 'no-store' })
  })
}

function send(c: Ctx, file: StaticFile): Response {
  const headers: Record<string, string> = {
    'Cache-Control': 'public, max-age=31536000, immutable',
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  }
  if (matches(c.req.header('If-None-Match'), file.etag)) return c.body(null, 304, headers)
  headers['Content-Type'] = file.type
  const accepted = encodings(c.req.header('Accept-Encoding'))
  if (file.brotli && accepted.has('br')) return c.body(file.brotli, 200, { ...headers, 'Content-Encoding': 'br' })
  if (file.gzip && accepted.has('gzip')) return c.body(file.gzip, 200, { ...headers, 'Content-Encoding': 'gzip' })
  return c.body(file.body, 200, headers)
}

const matches = (header: string | undefined, etag: string): boolean =>
  header
    ?.split(',')
    .map((part) => part.trim().replace(/^W\//, ''))
    .some((part) => part === '*' || part === etag) === true

function encodings(header: string | undefined): Set<string> {
  const accepted = new Set<string>()
  for (const part of (header ?? '').split(',')) {
    const [name = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase())
    if (!parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))) accepted.add(name)
  }
  return accepted
}
