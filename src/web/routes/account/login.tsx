import { endSession, findLiveSession } from '../../../operations/access/sessions.ts'
import { signIn } from '../../../operations/access/sign-in.ts'
import { type AccessDeps, signedInUser } from '../../middleware/access.ts'
import { ownPath } from '../../middleware/next-path.ts'
import { writePendingCookie } from '../../middleware/pending-cookie.ts'
import { clearSessionCookie, readSessionCookie } from '../../middleware/session-cookie.ts'
import type { Routes } from '../../routes.ts'
import { codeStep, registerCodeRoutes } from './code.tsx'
import { registerOidcRoutes } from './login-oidc.ts'
import { registerPasskeyLoginRoutes } from './login-passkey.ts'
import { signInByProxy } from './login-proxy.ts'
import { letIn, loginPageWith, signedIn, signInFailure } from './sign-in-answers.tsx'
import { mustBeFromOurPages, notKept, readForm, smallBody, visitorOf } from './sign-in-request.ts'

export { mustBeFromOurPages, notKept, readForm, smallBody, visitorOf } from './sign-in-request.ts'

export function registerLoginRoutes(routes: Routes, deps: AccessDeps): void {
  routes.get('/login', 'open', notKept, async (c) => {
    const next = ownPath(c.req.query('next'))
    // `again`: who is signed in shows once more who they are, as sending to CI asks for.
    const asked = c.req.query('again') !== undefined
    const user = await signedInUser(c, deps)
    if (user && !asked) return signedIn(c, next)
    const signedOut = c.req.query('signed-out') !== undefined
    // Not again: the proxy cannot say that they showed it just now.
    const answer = user || signedOut ? undefined : await signInByProxy(c, deps, next)
    if (answer) return answer
    return await loginPageWith(c, deps, 200, { next, signedOut }, user)
  })

  routes.post('/login', 'open', notKept, smallBody, async (c) => {
    // Without it another site could sign a browser in to an account of its own choice.
    mustBeFromOurPages(c, deps)
    if (!deps.config.signIn.passwords)
      return await loginPageWith(c, deps, 422, { next: '/', problem: 'Passwords are switched off on this server.' })
    const form = await readForm(c)
    const [email, next] = [form('email'), ownPath(form('next'))]
    const user = form('again') === '' ? undefined : await signedInUser(c, deps)
    const credentials = { email, password: form('password'), onlyFor: user?.userId }
    const outcome = await signIn(deps.store, credentials, visitorOf(c, deps), deps.clock())
    switch (outcome.kind) {
      case 'signed-in':
        letIn(c, deps, outcome)
        return signedIn(c, next)
      case 'code-needed':
        writePendingCookie(c, deps.config, outcome.pendingId)
        return await codeStep(c, deps, next)
      default: {
        const { status, problem } = signInFailure(c, deps, outcome, 'The e-mail or the password is not right.')
        return await loginPageWith(c, deps, status, { next, email, problem }, user)
      }
    }
  })

  // For a page that stayed while its session ended: it sends its forms with the token of the new one.
  routes.post('/login/session', 'open', notKept, async (c) => {
    mustBeFromOurPages(c, deps)
    const user = await signedInUser(c, deps, { isUse: false })
    return c.json(user ? { person: String(user.userId), email: user.email, csrfToken: user.csrfToken } : null)
  })

  registerCodeRoutes(routes, deps)
  registerPasskeyLoginRoutes(routes, deps)
  registerOidcRoutes(routes, deps)

  routes.post('/logout', 'own', async (c) => {
    const sessionId = readSessionCookie(c, deps.config) ?? ''
    const session = await findLiveSession(deps.store.reader, sessionId, deps.clock())
    await endSession(deps.store, sessionId)
    clearSessionCookie(c, deps.config)
    // Provider or proxy would let them in again without asking; that page says so.
    const isKnownElsewhere = session?.way === 'oidc' || session?.way === 'proxy'
    return c.redirect(isKnownElsewhere ? '/login?signed-out=here' : '/login', 303)
  })
}
