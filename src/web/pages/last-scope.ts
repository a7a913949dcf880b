import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { withQuery } from '../../../views/paths.ts'
import type { Ctx } from '../routes.ts'

/**
 * What part of the world somebody last looked at on a page, by page and person. It counts only when the address says
 * nothing, and then the browser is sent to the address that says it: a copied address always shows the same.
 */

export type ScopedPage = '/' | '/releases' | '/trends'
type Scope = Readonly<Record<string, string | undefined>>

const COOKIES: Record<ScopedPage, string> = {
  '/': 'scope_overview',
  '/releases': 'scope_releases',
  '/trends': 'scope_trends',
}
const A_YEAR_S = 365 * 24 * 3600
const LONGEST = 1_000

/** Sends the browser to where it was on this page, when the address says nothing and there is anything to say. */
export function backToLastScope(c: Ctx, page: ScopedPage): Response | undefined {
  if (new URL(c.req.url).search !== '') return undefined
  const [, userId, query] = /^(\d+)\?(.+)$/.exec(getCookie(c, COOKIES[page]) ?? '') ?? []
  if (query === undefined || userId !== idOf(c)) return undefined
  const kept = Object.fromEntries(new URLSearchParams(query.slice(0, LONGEST)))
  return c.redirect(withQuery(page, kept), 302)
}

/** `scope` without what was not understood; one that says nothing is forgotten. Refreshes of a page change nothing. */
export function rememberScope(c: Ctx, page: ScopedPage, scope: Scope): void {
  if (new URL(c.req.url).search === '') return
  const query = withQuery('', scope)
  if (query === '' || query.length > LONGEST) deleteCookie(c, COOKIES[page], { path: '/' })
  else setCookie(c, COOKIES[page], idOf(c) + query, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: A_YEAR_S })
}

function idOf(c: Ctx): string {
  const principal = c.get('principal')
  return principal?.kind === 'user' ? String(principal.userId) : ''
}
