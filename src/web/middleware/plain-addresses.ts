import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Env } from '../env.ts'

/**
 * Refuses an address with an encoded NUL. No name holds one, and PostgreSQL fails on being asked for it, so every
 * handler would have to guard each of its parameters.
 */
export const plainAddresses = (): MiddlewareHandler<Env> => async (c, next) => {
  if (c.req.url.includes('%00')) throw new HTTPException(400, { message: 'The address holds a NUL character (%00).' })
  await next()
}
