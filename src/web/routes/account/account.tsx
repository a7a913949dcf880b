import { HTTPException } from 'hono/http-exception'
import { AccountPage } from '../../../../views/account/account-page.tsx'
import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { isTimeZone, timeZones } from '../../../core/time/time-zone.ts'
import {
  changePassword,
  endSessionOf,
  endSessionsOf,
  listLiveSessions,
  sessionHandle,
} from '../../../operations/access/own-sessions.ts'
import { hashSecretToken } from '../../../operations/access/secret-token.ts'
import { setTimeZone } from '../../../store/access/users.ts'
import { auditActorOf } from '../../actor.ts'
import type { Principal } from '../../env.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { readSessionCookie } from '../../middleware/session-cookie.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'
import { registerAccountLinkRoutes } from './account-links.tsx'
import { registerKeptFormRoutes } from './kept-form.tsx'
import { readForm, registerLoginRoutes } from './login.tsx'
import { registerSecurityRoutes } from './security.tsx'
import { registerSetupAccountRoutes } from './setup-account.tsx'
import { registerTokenRoutes } from './tokens.tsx'

/** Where API tokens are made; other pages link there. */
export { TOKENS_PATH } from './tokens.tsx'

/** Signing in and out, the one-time set-up link, and what a person has here. */
export function registerAccountRoutes(routes: Routes, deps: AccessDeps): void {
  registerLoginRoutes(routes, deps)
  registerSetupAccountRoutes(routes, deps)
  registerSecurityRoutes(routes, deps)
  registerAccountLinkRoutes(routes, deps)
  registerKeptFormRoutes(routes, deps)
  registerTokenRoutes(routes, deps)

  routes.get('/account', 'session', (c) => accountPage(c, deps))

  routes.post('/account/time-zone', 'own', async (c) => {
    const form = await readForm(c)
    const zone = form('suggested') || form('zone')
    if (!isTimeZone(zone))
      return await accountPage(c, deps, { timeZone: { fields: { zone: 'This server does not know that time zone.' } } })
    await setTimeZone(deps.store.db, personOf(c).userId, zone)
    return c.redirect('/account', 303)
  })
  // Where a refused choice leaves the address.
  routes.get('/account/time-zone', 'session', (c) => c.redirect('/account', 303))

  routes.post('/account/password', 'own', async (c) => {
    const form = await readForm(c)
    const { userId, email } = personOf(c)
    const given = { current: form('current'), password: form('password') }
    const by = { actor: auditActorOf(c, deps.config), now: deps.clock() }
    const change = await changePassword(deps.store, { id: userId, email }, given, thisSession(c, deps), by)
    switch (change.kind) {
      case 'changed':
        deps.log.info({ requestId: c.get('requestId'), userId }, 'password changed')
        return c.redirect('/account?password=changed#password', 303)
      case 'refused':
        return await accountPage(c, deps, { password: { fields: { [change.field]: change.message } } })
      case 'throttled':
        return await accountPage(c, deps, {
          password: { fields: {}, form: 'There were too many attempts; try again later.' },
        })
      case 'busy':
        return await accountPage(c, deps, {
          password: { fields: {}, form: 'The server is busy; try again in a moment.' },
        })
    }
  })

  routes.post('/account/sessions/end', 'own', async (c) => {
    const { userId: id, email } = personOf(c)
    const by = { actor: auditActorOf(c, deps.config), now: deps.clock() }
    await endSessionsOf(deps.store, { id, email }, thisSession(c, deps), by)
    return c.redirect('/account#sessions', 303)
  })

  routes.post('/account/sessions/:handle/end', 'own', async (c) => {
    const { userId: id, email } = personOf(c)
    const by = { actor: auditActorOf(c, deps.config), now: deps.clock() }
    if (!(await endSessionOf(deps.store, { id, email }, c.req.param('handle') ?? '', by)))
      throw new HTTPException(404, { message: 'You have no such session.' })
    return c.redirect('/account#sessions', 303)
  })
  // Where a refused form leaves the address.
  routes.get('/account/password', 'session', (c) => c.redirect('/account', 303))
}

/** The hash of the id of the session in which this was sent. */
function thisSession(c: Ctx, deps: AccessDeps): string | undefined {
  const sessionId = readSessionCookie(c, deps.config)
  return sessionId === undefined ? undefined : hashSecretToken(sessionId)
}

async function accountPage(
  c: Ctx,
  deps: AccessDeps,
  refused: { readonly timeZone?: FormProblems; readonly password?: FormProblems } = {},
): Promise<Response> {
  const { userId, name, email, role, services, csrfToken } = personOf(c)
  const now = deps.clock()
  const own = thisSession(c, deps)
  const sessions = (await listLiveSessions(deps.store.db, userId, now)).map((session) => ({
    ...session,
    handle: sessionHandle(session),
    isThis: session.idHash === own,
  }))
  const isChanged = c.req.query('password') === 'changed'
  return await page(
    c,
    deps,
    { title: 'Account', status: refused.timeZone || refused.password ? 422 : 200 },
    <AccountPage
      {...{ name, email, role, services }}
      sessions={{ sessions, path: '/account/sessions', csrfToken, now }}
      password={{ email, problems: refused.password ?? noProblems, isChanged, csrfToken }}
      timeZone={{ zones: timeZones(), chosen: zoneOf(c), problems: refused.timeZone ?? noProblems, csrfToken }}
    />,
  )
}

function personOf(c: Ctx): Extract<Principal, { kind: 'user' }> {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this route is declared without a session')
  return principal
}
