import {
  addPasskey,
  beginPasskey,
  type PasskeyAddition,
  relyingParty,
  removePasskey,
} from '../../../operations/access/passkeys.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { clearPendingCookie, readPendingCookie, writePendingCookie } from '../../middleware/pending-cookie.ts'
import { problem } from '../../problems.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { openWays } from './identities.ts'
import { CHANGES_SIGN_IN, ownerOf } from './recent-sign-in.ts'
import { readForm, readJson, smallBody } from './sign-in-request.ts'

const PASSKEYS_PATH = '/account/security/passkeys'

const REFUSALS: Record<Extract<PasskeyAddition, { kind: 'refused' }>['because'], string> = {
  ended: 'It took too long. Try again.',
  'not-genuine': 'The authenticator did not answer what was asked, or did not ask for a finger or a PIN.',
  known: 'This passkey is registered already.',
  'too-many': 'You have twenty passkeys; remove one first.',
}

/**
 * Adding and removing passkeys; the script of the page speaks to the authenticator.
 * @param refused the page they stand on, with why one stays
 */
export function registerPasskeyRoutes(
  routes: Routes,
  deps: AccessDeps,
  refused: (c: Ctx, message: string) => Promise<Response>,
): void {
  const party = relyingParty(deps.config)

  routes.post(`${PASSKEYS_PATH}/options`, CHANGES_SIGN_IN, async (c) => {
    if (!party) return notHere(c)
    const { options, pendingId } = await beginPasskey(deps.store, party, ownerOf(c, deps), deps.clock())
    writePendingCookie(c, deps.config, pendingId)
    return c.json(options)
  })

  routes.post(PASSKEYS_PATH, CHANGES_SIGN_IN, smallBody, async (c) => {
    if (!party) return notHere(c)
    const { message, name } = await readJson(c)
    const owner = ownerOf(c, deps)
    const made = { pendingId: readPendingCookie(c, deps.config), message, name: typeof name === 'string' ? name : '' }
    const outcome = await addPasskey(deps.store, party, owner, made, deps.clock())
    clearPendingCookie(c, deps.config)
    if (outcome.kind === 'refused')
      return problem(c, 422, { title: 'Not added', detail: `Not added. ${REFUSALS[outcome.because]}` })
    deps.log.info({ requestId: c.get('requestId'), userId: owner.userId }, 'passkey added')
    return c.json({ next: '/account/security' })
  })

  routes.post(`${PASSKEYS_PATH}/removal`, CHANGES_SIGN_IN, async (c) => {
    const owner = ownerOf(c, deps)
    const id = Number((await readForm(c))('id'))
    const outcome = await removePasskey(
      deps.store,
      owner,
      Number.isSafeInteger(id) ? id : 0,
      openWays(deps.config),
      deps.clock(),
    )
    if (outcome.kind === 'refused') return await refused(c, outcome.message)
    if (outcome.kind === 'removed')
      deps.log.info({ requestId: c.get('requestId'), userId: owner.userId }, 'passkey removed')
    return c.redirect('/account/security', 303)
  })

  // Where a refused form leaves the address.
  routes.get(`${PASSKEYS_PATH}/removal`, 'session', (c) => c.redirect('/account/security', 303))
}

const notHere = (c: Ctx): Response =>
  problem(c, 422, { detail: 'Passkeys need https and a host name, or localhost, as PUBLIC_URL.' })
