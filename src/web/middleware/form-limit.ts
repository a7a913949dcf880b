import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { formatBytes } from '../../../views/format.ts'
import type { Env } from '../env.ts'

/** They count while they read, and refuse before they hold it all: web/server/body.ts. */
const READS_ITS_OWN_BODY = /^\/(hooks|api)\//

/** Refuses forms larger than `maxBytes` before anything, the check of their CSRF token included, reads them. */
export function formLimit(maxBytes: number): MiddlewareHandler<Env> {
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new HTTPException(413, {
        message: `Nothing was changed: a form may take ${formatBytes(maxBytes)} at most.`,
      })
    },
  })
  return (c, next) => (READS_ITS_OWN_BODY.test(c.req.path) ? next() : limit(c, next))
}
