import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { AccessDenied } from '../../access-denied.ts'
import type { Env } from '../../env.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { clientAddress } from '../../middleware/client-address.ts'
import { proxyPersonOf } from '../../middleware/proxy-person.ts'
import { isFromOurPages } from '../../middleware/same-origin.ts'
import { readSessionCookie } from '../../middleware/session-cookie.ts'
import type { Ctx } from '../../routes.ts'

/** Anyone may send these forms, so they are small. */
export const smallBody = bodyLimit({ maxSize: 16 * 1024 })

/** Pages and redirects that depend on the cookie or set it; the guard does this for routes that are not open. */
export const notKept: MiddlewareHandler<Env> = async (c, next) => {
  await next()
  c.res.headers.set('Cache-Control', 'no-store')
}

export function mustBeFromOurPages(c: Ctx, deps: AccessDeps): void {
  if (!isFromOurPages(c, deps.config))
    throw new AccessDenied('origin', 'Nothing was changed: this form was not sent from a page of this server.')
}

/** Reads text fields of a form; a field that is missing or a file is ''. */
export async function readForm(c: Ctx): Promise<(name: string) => string> {
  const form = await c.req.parseBody()
  return (name) => {
    const value = Object.hasOwn(form, name) ? form[name] : undefined
    return typeof value === 'string' ? value : ''
  }
}

export const visitorOf = (c: Ctx, deps: AccessDeps) => ({
  address: clientAddress(c, deps.config),
  userAgent: c.req.header('User-Agent'),
  formerSessionId: readSessionCookie(c, deps.config),
  proxySubject: proxyPersonOf(c, deps)?.subject,
})

/** The fields of a JSON object; of anything else none. */
export async function readJson(c: Ctx): Promise<Readonly<Record<string, unknown>>> {
  const value: unknown = await c.req.json().catch(() => undefined)
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
