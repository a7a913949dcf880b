import { getCookie, setCookie } from 'hono/cookie'
import type { CookieOptions } from 'hono/utils/cookie'
import type { Config } from '../../config.ts'
import { SESSION_LONGEST_MS } from '../../operations/access/sessions.ts'
import type { Ctx } from '../routes.ts'

export type Where = Pick<Config, 'publicUrl'>

const NAME = 'sid'

/** Over https the cookie is `__Host-sid`, which no other host and no plain page can set; over plain http it is `sid`. */
export const overHttps = ({ publicUrl }: Where): boolean => publicUrl.startsWith('https:')

export const readSessionCookie = (c: Ctx, where: Where): string | undefined =>
  overHttps(where) ? getCookie(c, NAME, 'host') : getCookie(c, NAME)

export const writeSessionCookie = (c: Ctx, where: Where, sessionId: string): void =>
  setCookie(c, NAME, sessionId, { ...cookieAttributes(where), maxAge: SESSION_LONGEST_MS / 1000 })

export const clearSessionCookie = (c: Ctx, where: Where): void =>
  setCookie(c, NAME, '', { ...cookieAttributes(where), maxAge: 0 })

export const cookieAttributes = (where: Where): CookieOptions => ({
  path: '/',
  httpOnly: true,
  sameSite: 'Lax',
  ...(overHttps(where) && { secure: true, prefix: 'host' }),
})
