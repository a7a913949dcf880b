import { setCookie } from 'hono/cookie'
import { ownPath } from '../middleware/next-path.ts'
import { THEME_COOKIE } from '../render.tsx'
import type { Routes } from '../routes.ts'

const A_YEAR_S = 365 * 24 * 3600

/** What a person sets for this browser alone. */
export function registerPreferenceRoutes(routes: Routes): void {
  routes.post('/preferences/theme', 'session', async (c) => {
    const form = await c.req.parseBody()
    const theme = form.theme === 'light' || form.theme === 'dark' ? form.theme : 'system'
    setCookie(c, THEME_COOKIE, theme, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: A_YEAR_S })
    return c.redirect(ownPath(typeof form.next === 'string' ? form.next : undefined), 303)
  })
}
