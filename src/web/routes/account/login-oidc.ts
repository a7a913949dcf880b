import { HTTPException } from 'hono/http-exception'
import { type OidcFinish, OidcSignIn } from '../../../operations/access/oidc-sign-in.ts'
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
/** Where the session of the provider ends; a form may not lead there, a link may. */
export const OIDC_SIGN_OUT_PATH = `${OIDC_PATH}/sign-out`

/** Signing in by an OpenID provider: away with a GET, for a form may lead nowhere else (form-action), and back. */
export function registerOidcRoutes(routes: Routes, deps: AccessDeps): void {
  const { store, clock, config } = deps
  const { oidc } = config.signIn
  const outbound = { allow: config.outbound.allow }
  const signIn = oidc && new OidcSignIn(oidc, { store, outbound, clock }, config.publicUrl + CALLBACK_PATH)

  routes.get(OIDC_PATH, 'open', notKept, async (c) => {
    if (!signIn) throw notConfigured()
    const next = ownPath(c.req.query('next'))
    // Nobody is sent away by a link on a page of somebody else.
    const site = c.req.header('Sec-Fetch-Site')
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return c.redirect(loginPath(next), 303)
    const user = c.req.query('again') === undefined ? undefined : await signedInUser(c, deps)
    const begun = await signIn.begin(next, user?.userId, visitorOf(c, deps).address)
    if (begun.kind === 'unreachable') return await unreachable(c, deps, begun)
    writePendingCookie(c, config, begun.pendingId)
    return c.redirect(begun.url, 303)
  })

  routes.get(CALLBACK_PATH, 'open', notKept, async (c) => {
    if (!signIn) throw notConfigured()
    const pendingId = readPendingCookie(c, config)
    const finished = await signIn.finish(pendingId, new URL(c.req.url).search, visitorOf(c, deps))
    clearPendingCookie(c, config)
    if (finished.kind === 'unreachable') return await unreachable(c, deps, finished)
    if (finished.kind === 'refused') return await refuse(c, deps, finished)
    letIn(c, deps, finished.signedIn)
    return c.redirect(finished.next, 303)
  })

  routes.get(OIDC_SIGN_OUT_PATH, 'open', notKept, async (c) => {
    if (!signIn) throw notConfigured()
    return c.redirect((await signIn.endSessionUrl(`${config.publicUrl}/login`)) ?? '/login', 303)
  })
}

const notConfigured = () => new HTTPException(404, { message: 'There is nothing at this address.' })

const REFUSALS: Record<Extract<OidcFinish, { kind: 'refused' }>['refusal'], string> = {
  ...OUTSIDE_REFUSALS,
  'not-begun': 'It took too long, or was begun in another browser.',
  'not-confirmed': 'The provider did not confirm who you are.',
}

async function refuse(
  c: Ctx,
  deps: AccessDeps,
  { next, refusal, because }: Extract<OidcFinish, { kind: 'refused' }>,
): Promise<Response> {
  deps.metrics.signInFailed('refused')
  const address = clientAddress(c, deps.config)
  deps.log.info({ requestId: c.get('requestId'), address, because }, 'sign-in by the provider failed')
  return await loginPageWith(c, deps, 422, { next, problem: REFUSALS[refusal] })
}

async function unreachable(
  c: Ctx,
  deps: AccessDeps,
  { next, because }: { readonly next: string; readonly because: string },
): Promise<Response> {
  deps.log.warn({ requestId: c.get('requestId'), because }, 'the sign-in provider cannot be reached')
  c.header('Retry-After', '30')
  const problem = `${deps.config.signIn.oidc?.label ?? 'The provider'} cannot be reached right now. Try again in a moment.`
  return await loginPageWith(c, deps, 503, { next, problem })
}
