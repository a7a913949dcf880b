import { LoginPage, type LoginPageProps } from '../../../../views/account/login-page.tsx'
import { relyingParty } from '../../../operations/access/passkeys.ts'
import { endSession } from '../../../operations/access/sessions.ts'
import { signIn } from '../../../operations/access/sign-in.ts'
import { type AccessDeps, signedInUser } from '../../middleware/access.ts'
import { ownPath } from '../../middleware/next-path.ts'
import { writePendingCookie } from '../../middleware/pending-cookie.ts'
import { clearSessionCookie, readSessionCookie } from '../../middleware/session-cookie.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { codePath, registerCodeRoutes } from './code.tsx'
import { registerPasskeyLoginRoutes } from './login-passkey.ts'
import { letIn, signInFailure } from './sign-in-answers.ts'
import { mustBeFromOurPages, notKept, readForm, smallBody, visitorOf } from './sign-in-request.ts'

export { mustBeFromOurPages, notKept, readForm, smallBody, visitorOf } from './sign-in-request.ts'

export function registerLoginRoutes(routes: Routes, deps: AccessDeps): void {
  routes.get('/login', 'open', notKept, async (c) => {
    const next = ownPath(c.req.query('next'))
    // `again`: who is signed in shows once more who they are, as sending to CI asks for.
    const asked = c.req.query('again') !== undefined
    const user = await signedInUser(c, deps)
    if (user && !asked) return c.redirect(next, 303)
    return await loginPage(c, deps, 200, { next, again: user && { email: user.email } })
  })

  routes.post('/login', 'open', notKept, smallBody, async (c) => {
    // Without it another site could sign a browser in to an account of its own choice.
    mustBeFromOurPages(c, deps)
    const form = await readForm(c)
    const [email, next] = [form('email'), ownPath(form('next'))]
    const user = form('again') === '' ? undefined : await signedInUser(c, deps)
    const credentials = { email, password: form('password'), onlyFor: user?.userId }
    const outcome = await signIn(deps.store, credentials, visitorOf(c, deps), deps.clock())
    switch (outcome.kind) {
      case 'signed-in':
        letIn(c, deps, outcome)
        return c.redirect(next, 303)
      case 'code-needed':
        writePendingCookie(c, deps.config, outcome.pendingId)
        return c.redirect(codePath(next), 303)
      default: {
        const { status, problem } = signInFailure(c, deps, outcome, 'The e-mail or the password is not right.')
        return await loginPage(c, deps, status, { next, email, again: user && { email: user.email }, problem })
      }
    }
  })
  registerCodeRoutes(routes, deps)
  registerPasskeyLoginRoutes(routes, deps)

  routes.post('/logout', 'own', async (c) => {
    const sessionId = readSessionCookie(c, deps.config)
    if (sessionId) await endSession(deps.store, sessionId)
    clearSessionCookie(c, deps.config)
    return c.redirect('/login', 303)
  })
}

/** The form, after a failure with what was typed but the password, and why. */
function loginPage(
  c: Ctx,
  deps: AccessDeps,
  status: 200 | 422 | 429 | 503,
  { problem, ...props }: Omit<LoginPageProps, 'passkeys'>,
): Promise<Response> {
  const passkeys = relyingParty(deps.config.publicUrl) !== undefined
  const said = problem && `Not signed in. ${problem}`
  return page(c, deps, { title: 'Sign in', status }, <LoginPage {...props} passkeys={passkeys} problem={said} />)
}
