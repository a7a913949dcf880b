import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { cleanLine } from '../../core/text/text.ts'
import type { Ctx } from '../routes.ts'

/** A sentence about what was just done, shown once by the page that the browser is sent to. */

const COOKIE = 'said'
const LONGEST = 300

export function say(c: Ctx, sentence: string): void {
  setCookie(c, COOKIE, sentence, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: 60 })
}

/** What was said last, if it was not shown yet. */
export function whatWasSaid(c: Ctx): string | undefined {
  const sentence = getCookie(c, COOKIE)
  if (sentence === undefined) return undefined
  deleteCookie(c, COOKIE, { path: '/' })
  return cleanLine(sentence, LONGEST) || undefined
}
