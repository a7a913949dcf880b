import {
  FirstAdminPage,
  type FirstAdminPageProps,
  SetupLinkEndedPage,
} from '../../../../views/account/first-admin-page.tsx'
import { noProblems } from '../../../../views/components/form-parts.tsx'
import { createFirstAdmin, isSetupToken } from '../../../operations/access/first-run.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { writeSessionCookie } from '../../middleware/session-cookie.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { mustBeFromOurPages, notKept, readForm, smallBody, visitorOf } from './login.tsx'

/** The one-time link of the first start: whoever holds it becomes the first admin. */
export function registerSetupAccountRoutes(routes: Routes, deps: AccessDeps): void {
  const form = (c: Ctx, status: 200 | 422 | 503, props: FirstAdminPageProps) =>
    page(c, deps, { title: 'Create the first admin', status }, <FirstAdminPage {...props} />)
  const linkEnded = (c: Ctx) => {
    deps.metrics.accessDenied('token')
    return page(c, deps, { title: 'This link does not work', status: 403 }, <SetupLinkEndedPage />)
  }

  routes.get('/setup-account', 'open', notKept, async (c) => {
    const token = c.req.query('token') ?? ''
    if (!(await isSetupToken(deps.store.db, token, deps.clock()))) return await linkEnded(c)
    return await form(c, 200, { token, problems: noProblems })
  })

  routes.post('/setup-account', 'open', notKept, smallBody, async (c) => {
    mustBeFromOurPages(c, deps)
    const field = await readForm(c)
    const token = field('token')
    const person = { email: field('email'), name: field('name'), password: field('password') }
    const outcome = await createFirstAdmin(deps.store, deps.config, token, person, visitorOf(c, deps), deps.clock())
    const typed = { token, email: person.email, name: person.name }
    switch (outcome.kind) {
      case 'created':
        deps.log.info({ requestId: c.get('requestId'), userId: outcome.userId }, 'the first admin was created')
        writeSessionCookie(c, deps.config, outcome.sessionId)
        return c.redirect('/', 303)
      case 'refused': {
        const fields = Object.fromEntries(outcome.problems.map((problem) => [problem.field, problem.message]))
        return await form(c, 422, { ...typed, problems: { fields } })
      }
      case 'busy':
        c.header('Retry-After', '5')
        return await form(c, 503, {
          ...typed,
          problems: { fields: {}, form: 'Not created. The server is busy; try again in a moment.' },
        })
      case 'link-not-valid':
        return await linkEnded(c)
    }
  })
}
