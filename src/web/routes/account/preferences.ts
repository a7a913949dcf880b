import { setCookie } from 'hono/cookie'
import { DEFECT_COLUMNS } from '../../../../views/defects/columns-menu.tsx'
import { setHiddenColumns } from '../../../store/access/users.ts'
import type { Deps } from '../../deps.ts'
import { ownPath } from '../../middleware/next-path.ts'
import { THEME_COOKIE } from '../../render.tsx'
import type { Routes } from '../../routes.ts'
import { personOf } from './recent-sign-in.ts'

const A_YEAR_S = 365 * 24 * 3600

/** How pages look to a person: the theme in this browser, the columns wherever they sign in. */
export function registerPreferenceRoutes(routes: Routes, { store }: Pick<Deps, 'store'>): void {
  routes.post('/preferences/theme', 'own', async (c) => {
    const form = await c.req.parseBody()
    const theme = form.theme === 'light' || form.theme === 'dark' ? form.theme : 'system'
    setCookie(c, THEME_COOKIE, theme, { path: '/', sameSite: 'Lax', httpOnly: true, maxAge: A_YEAR_S })
    return c.redirect(ownPath(typeof form.next === 'string' ? form.next : undefined), 303)
  })

  routes.post('/preferences/defect-columns', 'own', async (c) => {
    const form = await c.req.formData()
    const next = form.get('next')
    const shown = form.getAll('column')
    const hidden = DEFECT_COLUMNS.filter((column) => !shown.includes(column))
    await setHiddenColumns(store.db, personOf(c).userId, hidden)
    return c.redirect(ownPath(typeof next === 'string' ? next : undefined), 303)
  })
}
