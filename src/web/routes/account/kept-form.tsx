import { KeptFormEndedPage, KeptFormPage } from '../../../../views/account/kept-form-page.tsx'
import { findKeptForm } from '../../../operations/access/kept-forms.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { KEPT_FORMS } from '../../middleware/kept-form.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Routes } from '../../routes.ts'
import { personOf } from './recent-sign-in.ts'

/** Where the sign-in leads who had to sign in before a form of theirs was taken: they look at it and send it again. */
export function registerKeptFormRoutes(routes: Routes, deps: AccessDeps): void {
  routes.get(`${KEPT_FORMS}/:id`, 'session', async (c) => {
    const whose = { id: c.req.param('id') ?? '', userId: personOf(c).userId }
    const form = await findKeptForm(deps.store.db, deps.secretBox, whose, deps.clock())
    return form
      ? await page(c, deps, { title: 'What you typed' }, <KeptFormPage form={form} csrfToken={csrfTokenOf(c)} />)
      : await page(c, deps, { title: 'Nothing is kept', status: 404 }, <KeptFormEndedPage />)
  })
}
