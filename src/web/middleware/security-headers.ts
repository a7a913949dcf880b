import type { MiddlewareHandler } from 'hono'
import type { Config } from '../../config.ts'
import type { Env } from '../env.ts'

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  // The one policy our own script makes so that htmx can parse answers of this server.
  'trusted-types htmx',
]

const UNUSED_FEATURES = [
  'camera',
  'display-capture',
  'geolocation',
  'microphone',
  'payment',
  'screen-wake-lock',
  'serial',
  'usb',
]

/**
 * The headers of every answer, errors included. Scripts and styles come from our own files alone, nothing may frame
 * us, and browser features we do not use are off.
 */
export const securityHeaderTable = ({ publicUrl }: Pick<Config, 'publicUrl'>): Readonly<Record<string, string>> => ({
  'Content-Security-Policy': CONTENT_SECURITY_POLICY.join('; '),
  'Permissions-Policy': UNUSED_FEATURES.map((feature) => `${feature}=()`).join(', '),
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'X-DNS-Prefetch-Control': 'off',
  'X-Download-Options': 'noopen',
  'X-Permitted-Cross-Domain-Policies': 'none',
  'X-XSS-Protection': '0',
  // Told over plain http it means nothing, and after a trial on http it would lock the host name out.
  ...(publicUrl.startsWith('https:') && { 'Strict-Transport-Security': 'max-age=31536000' }),
})

/** Puts them on every answer that passes through. */
export function securityHeaders(config: Pick<Config, 'publicUrl'>): MiddlewareHandler<Env> {
  const table = Object.entries(securityHeaderTable(config))
  return async (c, next) => {
    await next()
    for (const [name, value] of table) c.res.headers.set(name, value)
  }
}
