import { isIP } from 'node:net'
import type { Config } from '../../config.ts'
import { addressBehind } from '../../core/access/trusted-proxies.ts'
import type { Ctx } from '../routes.ts'

/**
 * The address the caller comes from, for throttling and the session list: of those in X-Forwarded-For the last that is
 * none of TRUSTED_PROXIES, when one of them is the peer.
 *
 * Where none is named: we do not speak TLS, so an https PUBLIC_URL means a proxy stands before us and every socket is the
 * proxy's. Then the last X-Forwarded-For entry counts, the one that proxy wrote itself. Earlier entries are the caller's
 * own words.
 */
export function clientAddress(c: Ctx, config: Pick<Config, 'publicUrl' | 'signIn'>): string {
  const peer = c.env?.incoming?.socket?.remoteAddress
  const forwardedFor = c.req.header('X-Forwarded-For')
  const { trustedProxies } = config.signIn
  if (trustedProxies) return addressBehind(peer ?? 'unknown', forwardedFor, trustedProxies)
  if (config.publicUrl.startsWith('https:')) {
    const last = forwardedFor?.split(',').at(-1)?.trim() ?? ''
    if (isIP(last)) return last
  }
  return peer ?? 'unknown'
}
