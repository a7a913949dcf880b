import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { LoginPage } from '../../../../views/account/login-page.tsx'
import { endSession } from '../../../operations/access/sessions.ts'
import { type SignIn, signIn } from '../../../operations/access/sign-in.ts'
import { AccessDenied } from '../../access-denied.ts'
import type { Env } from '../../env.ts'
import { type AccessDeps, signedInUser } from '../../middleware/access.ts'
import { clientAddress } from '../../middleware/client-address.ts'
import { ownPath } from '../../middleware/next-path.ts'
import { isFromOurPages } from '../../middleware/same-origin.ts'
import { clearSessionCookie, readSessionCookie, writeSessionCookie } from '../../middleware/session-cookie.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'

/** Anyone may send these forms, so they are small. */
export const smallBody = bodyLimit({ maxSize: 16 * 1024 })

/** Pages and redirects that depend on the cookie or set it; the guard does this for routes that are not open. */
export const notKept: MiddlewareHandler<Env> = async (c, next) => {
  await next()
  c.res.headers.set('Cache-Control', 'no-store')
}

export function registerLoginRoutes(routes: Routes, deps: AccessDeps): void {
  routes.get('/login', 'open', notKept, async (c) => {
    const next = ownPath(c.req.query('next'))
    // `again`: who is signed in shows the password once more, as sending to CI asks for.
    if (c.req.query('again') === undefined && (await signedInUser(c, deps))) return c.redirect(next, 303)
    return await page(c, deps, { title: 'Sign in' }, <LoginPage next={next} />)
  })

  routes.post('/login', 'open', notKept, smallBody, async (c) => {
    // Without it another site could sign a browser in to an account of its own choice.
    mustBeFromOurPages(c, deps)
    const form = await readForm(c)
    const email = form('email')
    const outcome = await signIn(deps.store, { email, password: form('password') }, visitorOf(c, deps), deps.clock())
    const next = ownPath(form('next'))
    if (outcome.kind !== 'signed-in') {
      deps.metrics.signInFailed(outcome.kind)
      deps.log.info(
        { requestId: c.get('requestId'), address: clientAddress(c, deps.config), outcome: outcome.kind },
        'sign-in failed',
      )
      return await refuse(c, deps, outcome, { next, email })
    }
    deps.log.info({ requestId: c.get('requestId'), userId: outcome.userId }, 'signed in')
    writeSessionCookie(c, deps.config, outcome.sessionId)
    return c.redirect(next, 303)
  })

  routes.post('/logout', 'own', async (c) => {
    const sessionId = readSessionCookie(c, deps.config)
    if (sessionId) await endSession(deps.store, sessionId)
    clearSessionCookie(c, deps.config)
    return c.redirect('/login', 303)
  })
}

/** The form again, with what was typed but the password, and why. */
async function refuse(
  c: Ctx,
  deps: AccessDeps,
  outcome: Exclude<SignIn, { kind: 'signed-in' }>,
  typed: { next: string; email: string },
): Promise<Response> {
  const again = (status: 422 | 429 | 503, problem: string) =>
    page(c, deps, { title: 'Sign in', status }, <LoginPage {...typed} problem={`Not signed in. ${problem}`} />)
  switch (outcome.kind) {
    case 'refused':
      return await again(422, 'The e-mail or the password is not right.')
    case 'throttled': {
      const seconds = Math.max(1, Math.ceil((outcome.until - deps.clock()) / 1000))
      c.header('Retry-After', String(seconds))
      const wait = seconds <= 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
      return await again(429, `There were too many attempts; try again in ${wait}.`)
    }
    case 'busy':
      c.header('Retry-After', '5')
      return await again(503, 'Many people are signing in right now; try again in a moment.')
  }
}

export function mustBeFromOurPages(c: Ctx, deps: AccessDeps): void {
  if (!isFromOurPages(c, deps.config))
    throw new AccessDenied('origin', 'Nothing was changed: this form was not sent from a page of this server.')
}

/** Reads text fields of a form; a field that is missing or a file is ''. */
export async function readForm(c: Ctx): Promise<(name: string) => string> {
  const form = await c.req.parseBody()
  return (name) => {
    const value = Object.hasOwn(form, name) ? form[name] : undefined
    return typeof value === 'string' ? value : ''
  }
}

export const visitorOf = (c: Ctx, deps: AccessDeps) => ({
  address: clientAddress(c, deps.config),
  userAgent: c.req.header('User-Agent'),
  formerSessionId: readSessionCookie(c, deps.config),
})
