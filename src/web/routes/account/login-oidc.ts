import { HTTPException } from 'hono/http-exception'
import { groupsIn } from '../../../core/access/role-map.ts'
import { beginPending, takePending } from '../../../operations/access/pending-sign-in.ts'
import { signInFromOutside } from '../../../operations/access/sign-in-from-outside.ts'
import { type OidcChecks, type OidcPerson, OidcProvider } from '../../../outbound/oidc/oidc-provider.ts'
import { ProviderUnreachable } from '../../../outbound/oidc/provider-fetch.ts'
import { type AccessDeps, signedInUser } from '../../middleware/access.ts'
import { clientAddress } from '../../middleware/client-address.ts'
import { loginPath, ownPath } from '../../middleware/next-path.ts'
import { clearPendingCookie, readPendingCookie, writePendingCookie } from '../../middleware/pending-cookie.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { letIn, loginPageWith, OUTSIDE_REFUSALS } from './sign-in-answers.tsx'
import { notKept, visitorOf } from './sign-in-request.ts'

const OIDC_PATH = '/login/oidc'
/** Registered with the provider. */
const CALLBACK_PATH = `${OIDC_PATH}/callback`
/** Signing in again: the provider must have asked within these seconds. */
const AGAIN_MAX_AGE_S = 60

/** What is remembered while the browser is with the provider. */
interface Journey {
  readonly checks: OidcChecks
  readonly next: string
  readonly onlyFor: number | undefined
}

/** Signing in by an OpenID provider: away with a GET, for a form may lead nowhere else (form-action), and back. */
export function registerOidcRoutes(routes: Routes, deps: AccessDeps): void {
  const { oidc } = deps.config.signIn
  const provider = oidc && new OidcProvider(oidc, { allow: deps.config.outbound.allow }, deps.clock)
  const redirectUri = deps.config.publicUrl + CALLBACK_PATH

  routes.get(OIDC_PATH, 'open', notKept, async (c) => {
    if (!oidc || !provider) throw notConfigured()
    const next = ownPath(c.req.query('next'))
    // Nobody is sent away by a link on a page of somebody else.
    const site = c.req.header('Sec-Fetch-Site')
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return c.redirect(loginPath(next), 303)
    const user = c.req.query('again') === undefined ? undefined : await signedInUser(c, deps)
    try {
      const { url, checks } = await provider.begin(redirectUri, user && AGAIN_MAX_AGE_S)
      const journey: Journey = { checks, next, onlyFor: user?.userId }
      const pending = { kind: 'oidc' as const, userId: null, data: JSON.stringify(journey) }
      const { address } = visitorOf(c, deps)
      const id = await deps.store.transaction((trx) => beginPending(trx, pending, address, deps.clock()))
      writePendingCookie(c, deps.config, id)
      return c.redirect(url, 303)
    } catch (error) {
      if (!(error instanceof ProviderUnreachable)) throw error
      return await unreachable(c, deps, next, error.message)
    }
  })

  routes.get(CALLBACK_PATH, 'open', notKept, async (c) => {
    if (!oidc || !provider) throw notConfigured()
    const id = readPendingCookie(c, deps.config)
    const now = deps.clock()
    // Used up whatever comes of it: a state and a nonce are good for one return.
    const pending = await deps.store.transaction((trx) => takePending(trx, id, 'oidc', now))
    clearPendingCookie(c, deps.config)
    if (!pending) return await refuse(c, deps, '/', 'It took too long, or was begun in another browser.', 'not begun')
    const { checks, next, onlyFor } = JSON.parse(pending.data) as Journey
    const returned = new URL(redirectUri + new URL(c.req.url).search)
    const outcome = await provider.finish(returned, checks, oidc.map?.claim)
    if (outcome.kind === 'unreachable') return await unreachable(c, deps, next, outcome.because)
    if (outcome.kind === 'refused')
      return await refuse(c, deps, next, 'The provider did not confirm who you are.', outcome.because)
    const person = personOf(outcome.person, oidc.map?.claim ?? '')
    const rules = { way: 'oidc', map: oidc.map, defaultRole: oidc.defaultRole, onlyFor } as const
    const signIn = await signInFromOutside(deps.store, person, rules, visitorOf(c, deps), now)
    if (signIn.kind === 'refused') return await refuse(c, deps, next, OUTSIDE_REFUSALS[signIn.because], signIn.because)
    letIn(c, deps, signIn)
    return c.redirect(next, 303)
  })

  routes.get(OIDC_SIGN_OUT_PATH, 'open', notKept, async (c) => {
    if (!provider) throw notConfigured()
    return c.redirect((await provider.endSessionUrl(`${deps.config.publicUrl}/login`)) ?? '/login', 303)
  })
}

/** Where the session of the provider ends; a form may not lead there, a link may. */
export const OIDC_SIGN_OUT_PATH = `${OIDC_PATH}/sign-out`

const notConfigured = () => new HTTPException(404, { message: 'There is nothing at this address.' })

function personOf({ issuer, subject, claims }: OidcPerson, groupsClaim: string) {
  const { email, name, email_verified: isVerified } = claims
  return {
    issuer,
    subject,
    email: typeof email === 'string' && isVerified === true ? email : undefined,
    name: typeof name === 'string' ? name : undefined,
    groups: groupsIn(claims, groupsClaim),
  }
}

async function refuse(c: Ctx, deps: AccessDeps, next: string, told: string, because: string): Promise<Response> {
  deps.metrics.signInFailed('refused')
  const address = clientAddress(c, deps.config)
  deps.log.info({ requestId: c.get('requestId'), address, because }, 'sign-in by the provider failed')
  return await loginPageWith(c, deps, 422, { next, problem: told })
}

async function unreachable(c: Ctx, deps: AccessDeps, next: string, because: string): Promise<Response> {
  deps.log.warn({ requestId: c.get('requestId'), because }, 'the sign-in provider cannot be reached')
  c.header('Retry-After', '30')
  const problem = `${deps.config.signIn.oidc?.label ?? 'The provider'} cannot be reached right now. Try again in a moment.`
  return await loginPageWith(c, deps, 503, { next, problem })
}
