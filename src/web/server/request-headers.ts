import type { Ctx } from '../routes.ts'

/**
 * All headers of a request: names in lower case, and one that came twice joined with `, `, so that no check takes the
 * first of two for the only one. On a real server they come from the socket: web Headers cost ten times as much, and
 * Node's own object drops the second Authorization.
 */
export function requestHeaders(c: Ctx): Record<string, string> {
  const raw = c.env?.incoming?.rawHeaders
  if (!raw) return c.req.header()
  const headers: Record<string, string> = {}
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase()
    const value = raw[i + 1] as string
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value
  }
  return headers
}
