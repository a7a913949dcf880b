import { CodePage } from '../../../../views/account/code-page.tsx'
import { findPending } from '../../../operations/access/pending-sign-in.ts'
import { signInWithCode } from '../../../operations/access/sign-in.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { loginPath, ownPath } from '../../middleware/next-path.ts'
import { clearPendingCookie, readPendingCookie } from '../../middleware/pending-cookie.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { wantsPart } from '../../wants-part.ts'
import { letIn, loginPageWith, signedIn, signInFailure, signInStep } from './sign-in-answers.tsx'
import { mustBeFromOurPages, notKept, readForm, smallBody, visitorOf } from './sign-in-request.ts'

const CODE_PATH = '/login/code'

const codePath = (next: string): string => (next === '/' ? CODE_PATH : `${CODE_PATH}?next=${encodeURIComponent(next)}`)

/** What follows the password when it is not enough: a page of its own, or the next thing that the dialog shows. */
export const codeStep = async (c: Ctx, deps: AccessDeps, next: string): Promise<Response> =>
  wantsPart(c) ? await codePage(c, deps, 200, { next }) : c.redirect(codePath(next), 303)

/** The second step of signing in. Whoever did not just give their password is sent back to the first. */
export function registerCodeRoutes(routes: Routes, deps: AccessDeps): void {
  routes.get(CODE_PATH, 'open', notKept, async (c) => {
    const next = ownPath(c.req.query('next'))
    const pending = await findPending(deps.store.db, readPendingCookie(c, deps.config), 'code', deps.clock())
    return pending ? await codePage(c, deps, 200, { next }) : c.redirect(loginPath(next), 303)
  })

  routes.post(CODE_PATH, 'open', notKept, smallBody, async (c) => {
    mustBeFromOurPages(c, deps)
    const form = await readForm(c)
    const next = ownPath(form('next'))
    const outcome = await signInWithCode(
      deps.store,
      deps.secretBox,
      { pendingId: readPendingCookie(c, deps.config), code: form('code') },
      visitorOf(c, deps),
      deps.clock(),
    )
    switch (outcome.kind) {
      case 'signed-in':
        letIn(c, deps, outcome)
        return signedIn(c, next)
      case 'ended':
        clearPendingCookie(c, deps.config)
        return wantsPart(c)
          ? await loginPageWith(c, deps, 422, { next, problem: 'It took too long: start over with your password.' })
          : c.redirect(loginPath(next), 303)
      default: {
        const refusal = 'That code is not right, or was used already. The app shows a new one every 30 seconds.'
        const { status, problem } = signInFailure(c, deps, outcome, refusal)
        return await codePage(c, deps, status, { next, problem })
      }
    }
  })
}

const codePage = (
  c: Ctx,
  deps: AccessDeps,
  status: 200 | 422 | 429 | 503,
  props: { next: string; problem?: string },
): Promise<Response> => signInStep(c, deps, status, ({ place }) => <CodePage {...props} place={place} />)
