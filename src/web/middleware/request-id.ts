import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { Env } from '../env.ts'
import type { Ctx } from '../routes.ts'

/** Names every request with an id of our own, on every answer and in the log; a caller's id never replaces it. */
export const requestIds = (): MiddlewareHandler<Env> => async (c, next) => {
  const requestId = nameRequest(c)
  const upstream = c.req.header('X-Request-Id')
  c.set('upstreamRequestId', upstream !== undefined && /^[\w.=+/-]{1,128}$/.test(upstream) ? upstream : undefined)
  await next()
  c.res.headers.set('X-Request-Id', requestId)
}

/** Gives the request an id of ours; what answers it past the middleware puts it on the answer itself. */
export function nameRequest(c: Ctx): string {
  const requestId = randomUUID()
  c.set('requestId', requestId)
  return requestId
}
