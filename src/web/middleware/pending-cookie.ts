import { getCookie, setCookie } from 'hono/cookie'
import { PENDING_LASTS_MS } from '../../operations/access/pending-sign-in.ts'
import type { Ctx } from '../routes.ts'
import { cookieAttributes, overHttps, type Where } from './session-cookie.ts'

/** Ties a sign-in that is under way to the browser that began it. Not a session: it opens nothing. */
const NAME = 'signin'

export const readPendingCookie = (c: Ctx, where: Where): string | undefined =>
  overHttps(where) ? getCookie(c, NAME, 'host') : getCookie(c, NAME)

export const writePendingCookie = (c: Ctx, where: Where, id: string): void =>
  setCookie(c, NAME, id, { ...cookieAttributes(where), maxAge: PENDING_LASTS_MS / 1000 })

export function clearPendingCookie(c: Ctx, where: Where): void {
  if (readPendingCookie(c, where) !== undefined) setCookie(c, NAME, '', { ...cookieAttributes(where), maxAge: 0 })
}
