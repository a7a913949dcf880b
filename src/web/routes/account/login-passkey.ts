import { beginPasskeySignIn, relyingParty } from '../../../operations/access/passkeys.ts'
import { signInWithPasskey } from '../../../operations/access/sign-in-with-passkey.ts'
import { type AccessDeps, signedInUser } from '../../middleware/access.ts'
import { ownPath } from '../../middleware/next-path.ts'
import { readPendingCookie, writePendingCookie } from '../../middleware/pending-cookie.ts'
import { problem } from '../../problems.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { letIn, signInFailure } from './sign-in-answers.tsx'
import { mustBeFromOurPages, notKept, readJson, smallBody, visitorOf } from './sign-in-request.ts'

/** Signing in with a passkey; the script of the sign-in page speaks to the authenticator. */
export function registerPasskeyLoginRoutes(routes: Routes, deps: AccessDeps): void {
  const party = relyingParty(deps.config)

  routes.post('/login/passkey/options', 'open', notKept, smallBody, async (c) => {
    mustBeFromOurPages(c, deps)
    if (!party) return notHere(c)
    const { address } = visitorOf(c, deps)
    const { options, pendingId } = await beginPasskeySignIn(deps.store, party, address, deps.clock())
    writePendingCookie(c, deps.config, pendingId)
    return c.json(options)
  })

  routes.post('/login/passkey', 'open', notKept, smallBody, async (c) => {
    mustBeFromOurPages(c, deps)
    if (!party) return notHere(c)
    const { message, next, again } = await readJson(c)
    const user = again === true ? await signedInUser(c, deps) : undefined
    const shown = { pendingId: readPendingCookie(c, deps.config), message, onlyFor: user?.userId }
    const outcome = await signInWithPasskey(deps.store, party, shown, visitorOf(c, deps), deps.clock())
    if (outcome.kind === 'signed-in') {
      letIn(c, deps, outcome)
      return c.json({ next: ownPath(typeof next === 'string' ? next : undefined) })
    }
    const refusal = 'This passkey is not known here, or its answer did not hold.'
    const { status, problem: detail } = signInFailure(c, deps, outcome, refusal)
    return problem(c, status, { title: 'Not signed in', detail: `Not signed in. ${detail}` })
  })
}

const notHere = (c: Ctx): Response =>
  problem(c, 422, { detail: 'Passkeys need https and a host name, or localhost, as PUBLIC_URL.' })
