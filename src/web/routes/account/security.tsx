import { RecoveryCodesPage } from '../../../../views/account/recovery-codes-page.tsx'
import { SecurityPage } from '../../../../views/account/security-page.tsx'
import { TotpPage } from '../../../../views/account/totp-page.tsx'
import { unlinkIdentity } from '../../../operations/access/outside-identities.ts'
import { relyingParty } from '../../../operations/access/passkeys.ts'
import {
  beginTotp,
  confirmTotp,
  renewRecoveryCodes,
  totpState,
  turnOffTotp,
  unconfirmedTotp,
} from '../../../operations/access/totp.ts'
import { listPasskeys } from '../../../store/access/passkeys.ts'
import { auditActorOf } from '../../actor.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { identitiesOf, openWays } from './identities.ts'
import { registerPasskeyRoutes } from './passkeys.ts'
import { CHANGES_SIGN_IN, hasSignedInRecently, ownerOf, personOf } from './recent-sign-in.ts'
import { readForm } from './sign-in-request.ts'

export const SECURITY_PATH = '/account/security'
const TOTP_PATH = `${SECURITY_PATH}/totp`
const RECOVERY_PATH = `${SECURITY_PATH}/recovery-codes`
const IDENTITY_REMOVAL = `${SECURITY_PATH}/identities/removal`

/** How a person signs in, as far as it is theirs to say. Every change asks for a recent sign-in. */
export function registerSecurityRoutes(routes: Routes, deps: AccessDeps): void {
  routes.get(SECURITY_PATH, 'session', (c) => securityPage(c, deps))

  routes.post(IDENTITY_REMOVAL, CHANGES_SIGN_IN, async (c) => {
    const owner = ownerOf(c, deps)
    const handle = (await readForm(c))('identity')
    const how = { open: openWays(deps.config), session: owner.sessionIdHash }
    const by = { actor: auditActorOf(c, deps.config), now: deps.clock() }
    const outcome = await unlinkIdentity(deps.store, { ...owner, id: owner.userId }, handle, how, by)
    if (outcome.kind === 'refused') return await securityPage(c, deps, { identities: outcome.message })
    if (outcome.kind === 'unlinked')
      deps.log.info({ requestId: c.get('requestId'), userId: owner.userId }, 'an outside identity was unlinked')
    return c.redirect(SECURITY_PATH, 303)
  })

  routes.post(TOTP_PATH, CHANGES_SIGN_IN, async (c) => {
    await beginTotp(deps.store, deps.secretBox, personOf(c).userId, deps.clock())
    return c.redirect(TOTP_PATH, 303)
  })

  // The secret is on this page until a code of it was shown, so it asks for what making it asked for.
  routes.get(TOTP_PATH, CHANGES_SIGN_IN, (c) => totpPage(c, deps))

  routes.post(`${TOTP_PATH}/confirmation`, CHANGES_SIGN_IN, async (c) => {
    const { userId } = personOf(c)
    const code = (await readForm(c))('code')
    const outcome = await confirmTotp(deps.store, deps.secretBox, ownerOf(c, deps), code, deps.clock())
    switch (outcome.kind) {
      case 'confirmed':
        deps.log.info({ requestId: c.get('requestId'), userId }, 'authenticator app turned on')
        return await codesPage(c, deps, outcome.recoveryCodes)
      case 'wrong-code':
        return await totpPage(
          c,
          deps,
          'That is not the code the app shows now. Check that the clock of the phone is right.',
        )
      case 'nothing-to-confirm':
        return c.redirect(SECURITY_PATH, 303)
    }
  })

  routes.post(`${TOTP_PATH}/removal`, CHANGES_SIGN_IN, async (c) => {
    const { userId } = personOf(c)
    if (await turnOffTotp(deps.store, ownerOf(c, deps), deps.clock()))
      deps.log.info({ requestId: c.get('requestId'), userId }, 'authenticator app turned off')
    return c.redirect(SECURITY_PATH, 303)
  })

  routes.post(RECOVERY_PATH, CHANGES_SIGN_IN, async (c) => {
    const { userId } = personOf(c)
    const codes = await renewRecoveryCodes(deps.store, ownerOf(c, deps), deps.clock())
    if (!codes) return c.redirect(SECURITY_PATH, 303)
    deps.log.info({ requestId: c.get('requestId'), userId }, 'recovery codes made anew')
    return await codesPage(c, deps, codes)
  })

  registerPasskeyRoutes(routes, deps, (c, message) => securityPage(c, deps, { passkeys: message }))

  // Where a refused form, or codes that were shown, leave the address.
  routes.get(`${TOTP_PATH}/confirmation`, 'session', (c) => c.redirect(TOTP_PATH, 303))
  routes.get(RECOVERY_PATH, 'session', (c) => c.redirect(SECURITY_PATH, 303))
  routes.get(IDENTITY_REMOVAL, 'session', (c) => c.redirect(SECURITY_PATH, 303))
}

/** @param stays why something was not taken away, by its panel */
async function securityPage(
  c: Ctx,
  deps: AccessDeps,
  stays: { readonly passkeys?: string; readonly identities?: string } = {},
): Promise<Response> {
  const { userId, csrfToken, role, way } = personOf(c)
  const totp = await totpState(deps.store.reader, userId)
  const passkeys = relyingParty(deps.config) ? await listPasskeys(deps.store.reader, userId) : undefined
  const identities = {
    identities: await identitiesOf(deps.store.reader, userId),
    path: IDENTITY_REMOVAL,
    problems: problemsOf(stays.identities),
    csrfToken,
    now: deps.clock(),
  }
  const required = way === 'password' && deps.config.signIn.secondFactorRoles.includes(role)
  const recent = hasSignedInRecently(c, deps)
  const passkeyProblems = problemsOf(stays.passkeys)
  const props = { totp, passkeys, passkeyProblems, identities, required, recent, csrfToken, now: deps.clock() }
  return await page(
    c,
    deps,
    meta('Sign-in', stays.passkeys || stays.identities ? 422 : 200),
    <SecurityPage {...props} />,
  )
}

const problemsOf = (why: string | undefined) => ({ fields: {}, form: why && `Nothing was changed. ${why}` })

async function totpPage(c: Ctx, deps: AccessDeps, problem?: string): Promise<Response> {
  const secret = await unconfirmedTotp(deps.store.db, deps.secretBox, personOf(c))
  if (!secret) return c.redirect(SECURITY_PATH, 303)
  const props = { ...secret, problem, csrfToken: csrfTokenOf(c) }
  return await page(c, deps, meta('Authenticator app', problem ? 422 : 200), <TotpPage {...props} />)
}

/** Not a redirect: this answer is the one place where the codes are ever shown. */
const codesPage = (c: Ctx, deps: AccessDeps, codes: readonly string[]): Promise<Response> =>
  page(c, deps, meta('Recovery codes'), <RecoveryCodesPage codes={codes} />)

const meta = (title: string, status: 200 | 422 = 200) => ({
  title,
  status,
  crumbs: [
    { text: 'Account', href: '/account' },
    ...(title === 'Sign-in' ? [] : [{ text: 'Sign-in', href: SECURITY_PATH }]),
    { text: title },
  ],
})
