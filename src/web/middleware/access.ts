import type { MiddlewareHandler } from 'hono'
import { sameSecret } from '../../operations/access/secret-token.ts'
import { findLiveSession, touch } from '../../operations/access/sessions.ts'
import { TokenDirectory } from '../../operations/access/token-directory.ts'
import { AccessDenied } from '../access-denied.ts'
import type { Deps } from '../deps.ts'
import type { Env, Principal, Scope } from '../env.ts'
import { problem } from '../problems.ts'
import type { Ctx, Policy } from '../routes.ts'
import { loginPath } from './next-path.ts'
import { isFromOurPages } from './same-origin.ts'
import { readSessionCookie } from './session-cookie.ts'

export type AccessDeps = Pick<Deps, 'config' | 'store' | 'secretBox' | 'metrics' | 'log' | 'clock'>
type User = Extract<Principal, { kind: 'user' }>

/**
 * Turns a route's policy into the middleware that keeps it. Who asks is decided here and nowhere else: by an API token
 * when one is sent along, else by the session cookie.
 */
export function guardFor(deps: AccessDeps): (policy: Policy) => MiddlewareHandler<Env> {
  const tokens = new TokenDirectory(deps.store, deps.clock, (error) =>
    deps.log.warn({ err: error }, 'could not note the use of an API token'),
  )
  return (policy) => async (c, next) => {
    c.set('principal', undefined)
    if (policy === 'open' || policy === 'source') return await next()
    const bearer = policy === 'session' ? undefined : bearerToken(c)
    const asked =
      bearer === undefined ? await bySession(c, deps, policy) : await byToken(c, deps, tokens, bearer, policy)
    if (asked instanceof Response) return asked
    c.set('principal', asked)
    await next()
    if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store')
  }
}

/** A token that was sent is all that counts: a request with a bad one does not fall back to a session. */
async function byToken(
  c: Ctx,
  { metrics }: AccessDeps,
  tokens: TokenDirectory,
  text: string,
  policy: Policy,
): Promise<Principal | Response> {
  const token = await tokens.find(text)
  if (!token) {
    metrics.accessDenied('token')
    return unauthenticated(c, 'error="invalid_token"', 'This API token is unknown, has expired, or was revoked.')
  }
  const scope = scopeOf(policy)
  if (scope !== undefined && !token.scopes.includes(scope)) {
    metrics.accessDenied('scope')
    return problem(c, 403, {
      title: 'Scope missing',
      detail: `This API token lacks the scope ${scope}.`,
      headers: { 'WWW-Authenticate': `Bearer realm="postflight", error="insufficient_scope", scope="${scope}"` },
    })
  }
  return { kind: 'token', tokenId: token.id, name: token.name, scopes: token.scopes }
}

async function bySession(c: Ctx, deps: AccessDeps, policy: Policy): Promise<Principal | Response> {
  const user = await signedInUser(c, deps)
  if (!user)
    return policy === 'session'
      ? toLogin(c)
      : unauthenticated(c, '', `Send an API token with the scope ${scopeOf(policy)}.`)
  if (isSafe(c.req.method)) return user
  if (!isFromOurPages(c, deps.config) || !(await carriesCsrfToken(c, user.csrfToken)))
    throw new AccessDenied(
      'origin',
      'Nothing was changed: this request was not sent from a current page of this server. Reload the page and try again.',
    )
  if (user.role === 'viewer' && !OWN_AFFAIRS.has(c.req.path))
    throw new AccessDenied('role', 'Nothing was changed: your role, viewer, may only read.')
  return user
}

/** What also those may do who may only read: it concerns nobody else. */
const OWN_AFFAIRS: ReadonlySet<string> = new Set([
  '/logout',
  '/preferences/theme',
  '/preferences/defect-columns',
  '/account/time-zone',
  '/account/security/totp',
  '/account/security/totp/confirmation',
  '/account/security/totp/removal',
  '/account/security/recovery-codes',
  '/account/security/passkeys',
  '/account/security/passkeys/options',
  '/account/security/passkeys/removal',
  '/defects/views',
  '/defects/views/change',
])

/** The person whose session cookie this request carries. Also for pages that are open and merely greet. */
export async function signedInUser(c: Ctx, deps: AccessDeps): Promise<User | undefined> {
  const sessionId = readSessionCookie(c, deps.config)
  if (!sessionId) return undefined
  const now = deps.clock()
  const session = await findLiveSession(deps.store.reader, sessionId, now)
  if (!session) return undefined
  // With the disk full, pages must still be read.
  await touch(deps.store, session, now).catch((error) =>
    deps.log.warn({ err: error }, 'could not note the use of a session'),
  )
  const { id: userId, name, email, role, timeZone } = session.user
  const { csrfToken, createdAt: signedInAt } = session
  return { kind: 'user', userId, name, email, role, csrfToken, timeZone, signedInAt }
}

/** Browsers send no foreign page's X-CSRF-Token without asking us first, and we never agree; forms carry it in `_csrf`. */
async function carriesCsrfToken(c: Ctx, expected: string): Promise<boolean> {
  const header = c.req.header('X-CSRF-Token')
  if (header !== undefined) return sameSecret(header, expected)
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(c.req.header('Content-Type') ?? ''))
    return false
  const field = (await c.req.parseBody())._csrf
  return typeof field === 'string' && sameSecret(field, expected)
}

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD'

const scopeOf = (policy: Policy): Scope | undefined => (typeof policy === 'object' ? policy.scope : undefined)

function bearerToken(c: Ctx): string | undefined {
  const [, token] = /^Bearer +(\S+) *$/i.exec(c.req.header('Authorization') ?? '') ?? []
  return token
}

const unauthenticated = (c: Ctx, error: string, detail: string): Response =>
  problem(c, 401, {
    title: 'Not signed in',
    detail,
    headers: { 'WWW-Authenticate': ['Bearer realm="postflight"', error].filter(Boolean).join(', ') },
  })

/** Sends a browser to the sign-in page and back. A part of a page cannot follow a redirect: the whole page must go. */
function toLogin(c: Ctx): Response {
  c.header('Cache-Control', 'no-store')
  if (c.req.header('HX-Request-Type') !== undefined) {
    c.header('HX-Redirect', loginPath(pathOf(c.req.header('HX-Current-URL'))))
    return c.body(null, 401)
  }
  if ((c.req.header('Accept') ?? '').startsWith('text/event-stream')) return c.body(null, 401)
  return c.redirect(c.req.method === 'GET' ? loginPath(pathOf(c.req.url)) : '/login', 303)
}

function pathOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  const { pathname, search } = new URL(url)
  return pathname + search
}
