import { isTrustedProxy } from '../../core/access/trusted-proxies.ts'
import type { OutsidePerson } from '../../operations/access/sign-in-from-outside.ts'
import type { Deps } from '../deps.ts'
import type { Ctx } from '../routes.ts'

/** Whoever is linked by the word of the proxy has this as their issuer. */
export const PROXY_ISSUER = 'proxy'
const LONGEST = 254

/**
 * Who a trusted proxy says this is. Only the peer of the connection itself can be one: a header from anybody else says
 * nothing, and is counted.
 */
export function proxyPersonOf(
  c: Ctx,
  { config, metrics }: Pick<Deps, 'config' | 'metrics'>,
): OutsidePerson | undefined {
  const { proxy, trustedProxies = [] } = config.signIn
  const subject = proxy && header(c, proxy.userHeader)
  if (!proxy || subject === undefined) return undefined
  if (!isTrustedProxy(c.env?.incoming?.socket?.remoteAddress ?? '', trustedProxies)) {
    metrics.accessDenied('proxy')
    return undefined
  }
  const email = proxy.emailHeader ? header(c, proxy.emailHeader) : subject
  return {
    issuer: PROXY_ISSUER,
    subject,
    email: email !== undefined && /^[^\s@]+@[^\s@]+$/.test(email) ? email : undefined,
    name: undefined,
    groups: proxy.groupsHeader
      ? (header(c, proxy.groupsHeader, 8_000) ?? '').split(',').map((group) => group.trim())
      : [],
  }
}

function header(c: Ctx, name: string, longest = LONGEST): string | undefined {
  const value = c.req.header(name)?.trim() ?? ''
  return value === '' || value.length > longest ? undefined : value
}
