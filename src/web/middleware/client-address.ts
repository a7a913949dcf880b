import { isIP } from 'node:net'
import type { Config } from '../../config.ts'
import type { Ctx } from '../routes.ts'

/**
 * The address the caller comes from, for throttling and the session list.
 *
 * We do not speak TLS, so an https PUBLIC_URL means a proxy stands before us and every socket is the proxy's: then the
 * last X-Forwarded-For entry counts, the one that proxy wrote itself. Earlier entries are the caller's own words.
 */
export function clientAddress(c: Ctx, config: Pick<Config, 'publicUrl'>): string {
  if (config.publicUrl.startsWith('https:')) {
    const last = c.req.header('X-Forwarded-For')?.split(',').at(-1)?.trim() ?? ''
    if (isIP(last)) return last
  }
  return c.env?.incoming?.socket?.remoteAddress ?? 'unknown'
}
