import { setCookie } from 'hono/cookie'
import { showColumns } from '../../defect-columns.ts'
import { ownPath } from '../../middleware/next-path.ts'
import { THEME_COOKIE } from '../../render.tsx'
import type { Routes } from '../../routes.ts'

const A_YEAR_S = 365 * 24 * 3600

/** What a person sets for this browser alone. */
export function registerPreferenceRoutes(routes: Routes): void {
  routes.post('/preferences/theme', 'own', async (c) => {
    const form = await c.req.parseBody()
    const theme = form.theme === 'light' || form.theme === 'dark' ? form.theme : 'system'
    setCookie(c, THEME_COOKIE, theme, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: A_YEAR_S })
    return c.redirect(ownPath(typeof form.next === 'string' ? form.next : undefined), 303)
  })

  routes.post('/preferences/defect-columns', 'own', async (c) => {
    const form = await c.req.formData()
    const next = form.get('next')
    showColumns(
      c,
      form.getAll('column').filter((column) => typeof column === 'string'),
    )
    return c.redirect(ownPath(typeof next === 'string' ? next : undefined), 303)
  })
}
