import { labelOf } from '../../../../views/account/field-labels.ts'
import { KeptFormEndedPage, KeptFormPage } from '../../../../views/account/kept-form-page.tsx'
import type { KeptForm } from '../../../core/access/kept-form.ts'
import { findKeptForm } from '../../../operations/access/kept-forms.ts'
import { ciKinds } from '../../../operations/emergency/ci-kinds.ts'
import { channelKinds } from '../../../operations/notifications/channel-kinds.ts'
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
      ? await page(
          c,
          deps,
          { title: 'What you typed' },
          <KeptFormPage form={form} labelOf={labelsOf(form)} csrfToken={csrfTokenOf(c)} />,
        )
      : await page(c, deps, { title: 'Nothing is kept', status: 404 }, <KeptFormEndedPage />)
  })
}

/** The fields of a channel or a CI target are called what its kind calls them. */
function labelsOf(form: KeptForm): (name: string) => string {
  const kind = form.fields.find(([name]) => name === 'kind')?.[1]
  const own = form.action.startsWith('/admin/channels')
    ? channelKinds.find((one) => one.kind === kind)?.fields
    : form.action.startsWith('/emergency/settings/targets')
      ? fieldsOfTarget(kind)
      : undefined
  return (name) => own?.find((field) => field.name === name)?.label ?? labelOf(form, name)
}

function fieldsOfTarget(kind: string | undefined): readonly { readonly name: string; readonly label: string }[] {
  const system = ciKinds().find((one) => one.kind === kind)
  return system ? [...system.fields, { name: 'secret', label: system.secret.label }] : []
}
