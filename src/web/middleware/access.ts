import type { MiddlewareHandler } from 'hono'
import { mayAs, ROLE_OF_SCOPE, type Role, roleName, whoMay } from '../../core/access/role.ts'
import { isFresh } from '../../core/emergency/approval.ts'
import { sameSecret } from '../../operations/access/secret-token.ts'
import { findEndedSession, findLiveSession, touch } from '../../operations/access/sessions.ts'
import { TokenDirectory } from '../../operations/access/token-directory.ts'
import { AccessDenied } from '../access-denied.ts'
import type { Deps } from '../deps.ts'
import type { Env, Principal } from '../env.ts'
import { problem } from '../problems.ts'
import { type Ctx, type Policy, scopeOf } from '../routes.ts'
import { limitWords } from '../service-limit.ts'
import { wantsPart } from '../wants-part.ts'
import { keepTyped } from './kept-form.ts'
import { loginAgainPath, loginPath, ownPath } from './next-path.ts'
import { proxyPersonOf } from './proxy-person.ts'
import { isFromOurPages } from './same-origin.ts'
import { readSessionCookie } from './session-cookie.ts'

export type AccessDeps = Pick<Deps, 'config' | 'store' | 'secretBox' | 'accountMailer' | 'metrics' | 'log' | 'clock'>
type User = Extract<Principal, { kind: 'user' }>

const OUTDATED = 'X-Token-Outdated'

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
    const bearer = scopeOf(policy) === undefined ? undefined : bearerToken(c)
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
  const { id: tokenId, name, scopes, services } = token
  const principal = { kind: 'token', tokenId, name, scopes, services } as const
  if (!isSafe(c.req.method)) mustNotBeLimited(principal, policy)
  return principal
}

async function bySession(c: Ctx, deps: AccessDeps, policy: Policy): Promise<Principal | Response> {
  const user = await signedInUser(c, deps, { isUse: !isByItself(c, policy) })
  if (!user)
    return scopeOf(policy) === undefined
      ? await toLogin(c, deps, policy)
      : unauthenticated(c, '', `Send an API token with the scope ${scopeOf(policy)}.`)
  const changes = !isSafe(c.req.method)
  if (changes && (!isFromOurPages(c, deps.config) || !(await carriesCsrfToken(c, user.csrfToken)))) {
    // A page of ours that has outlived its session asks for the token of the new one, and sends again.
    c.header(OUTDATED, 'yes')
    throw new AccessDenied(
      'origin',
      'Nothing was changed: this request was not sent from a current page of this server. Reload the page and try again.',
    )
  }
  if (lacksSecondFactor(user, deps) && !LEADS_TO_SECOND_FACTOR.test(c.req.path)) {
    if (policy === 'session' || policy === 'passive') return go(c, '/account/security')
    throw new AccessDenied('role', 'Your role asks for more than a password: set up an authenticator app first.')
  }
  const needed = roleFor(policy, changes)
  if (!mayAs(user.role, needed)) throw new AccessDenied('role', refusalOf(user.role, needed, changes))
  if (changes) mustNotBeLimited(user, policy)
  if (asksForRecent(policy) && !isFresh({ kind: 'person', signedInAt: user.signedInAt }, deps.clock()))
    return await toLoginAgain(c, deps, user, policy)
  return user
}

/**
 * Whether an open page asks by itself, as long as nobody closes it: by its route, or because it is a part of the page that
 * refreshes itself (what people click or send gives them whole pages). Who forges it lets their own session end.
 */
const isByItself = (c: Ctx, policy: Policy): boolean => policy === 'passive' || (isSafe(c.req.method) && wantsPart(c))

/** A password alone was enough to come in, and is not for what this role may do. */
const lacksSecondFactor = ({ role, way }: User, { config }: AccessDeps): boolean =>
  way === 'password' && config.signIn.secondFactorRoles.includes(role)

const LEADS_TO_SECOND_FACTOR = /^\/(account\/security|logout|preferences)(\/|$)/

/** A route that says nothing of the role is there to be read. */
function roleFor(policy: Policy, changes: boolean): Role {
  if (policy === 'own') return 'viewer'
  if (typeof policy !== 'object') return changes ? 'engineer' : 'viewer'
  return policy.role ?? ('scope' in policy ? ROLE_OF_SCOPE[policy.scope] : 'admin')
}

function refusalOf(role: Role, needed: Role, changes: boolean): string {
  if (!changes) return `This is for ${whoMay(needed)}; your role is ${roleName(role)}.`
  return role === 'viewer'
    ? 'Nothing was changed: your role, viewer, may only read.'
    : `Nothing was changed: this is for ${whoMay(needed)}; your role is ${roleName(role)}.`
}

/** Where no handler looks at the services concerned, whoever is limited to some may change nothing. */
function mustNotBeLimited(principal: Principal, policy: Policy): void {
  if (principal.services === undefined || policy === 'own' || (typeof policy === 'object' && policy.perService)) return
  throw new AccessDenied('service', `Nothing was changed: this concerns all services, and ${limitWords(principal)}.`)
}

/**
 * The person whose session cookie this request carries. Also for pages that are open and merely greet.
 * @param isUse whether it shows that they are there, which keeps the session from ending
 */
export async function signedInUser(
  c: Ctx,
  deps: Pick<Deps, 'config' | 'store' | 'clock' | 'log' | 'metrics'>,
  { isUse } = { isUse: true },
): Promise<User | undefined> {
  const sessionId = readSessionCookie(c, deps.config)
  if (!sessionId) return undefined
  const now = deps.clock()
  const session = await findLiveSession(deps.store.reader, sessionId, now)
  if (!session) return undefined
  // Begun behind a proxy that named somebody: it is for as long as the proxy names the same.
  if (session.subject !== null && session.subject !== proxyPersonOf(c, deps)?.subject) return undefined
  // With the disk full, pages must still be read.
  if (isUse)
    await touch(deps.store, session, now).catch((error) =>
      deps.log.warn({ err: error }, 'could not note the use of a session'),
    )
  const { id: userId, name, email, role, services, timeZone } = session.user
  const { csrfToken } = session
  // A proxy lets people through without asking them again.
  const signedInAt = session.way === 'proxy' ? 0 : session.createdAt
  return { kind: 'user', userId, name, email, role, services, csrfToken, timeZone, signedInAt, way: session.way }
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

const asksForRecent = (policy: Policy): boolean =>
  typeof policy === 'object' && 'recent' in policy && policy.recent === true

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

/**
 * Sends a browser to the sign-in page and back, or to what was typed in the session that has ended. A part of a page
 * cannot follow a redirect: the whole page must go.
 */
async function toLogin(c: Ctx, deps: AccessDeps, policy: Policy): Promise<Response> {
  if ((c.req.header('Accept') ?? '').startsWith('text/event-stream')) {
    c.header('Cache-Control', 'no-store')
    return c.body(null, 401)
  }
  const kept = isSafe(c.req.method) ? undefined : await keepOfEnded(c, deps, policy)
  if (kept !== undefined) return go(c, loginPath(kept))
  if (c.req.header('HX-Request-Type') !== undefined) return go(c, loginPath(pathOf(c.req.header('HX-Current-URL'))))
  return go(c, c.req.method === 'GET' ? loginPath(pathOf(c.req.url)) : '/login')
}

/** Nobody is let in by this: the form must be from our page and carry the token of the session that has ended. */
async function keepOfEnded(c: Ctx, deps: AccessDeps, policy: Policy): Promise<string | undefined> {
  const sessionId = readSessionCookie(c, deps.config)
  if (!sessionId || !isFromOurPages(c, deps.config)) return undefined
  const session = await findEndedSession(deps.store.reader, sessionId, deps.clock())
  if (!session || !(await carriesCsrfToken(c, session.csrfToken))) return undefined
  return await keepTyped(c, deps, { userId: session.user.id, policy, back: cameFrom(c) })
}

/**
 * To the sign-in page although somebody is signed in, and back to the page they were on, or to what they had typed there. Also
 * for handlers of forms that ask for a recent sign-in in some cases only.
 */
export async function toLoginAgain(
  c: Ctx,
  deps: Pick<Deps, 'store' | 'secretBox' | 'clock' | 'log'>,
  { userId }: Pick<User, 'userId'>,
  policy: Policy,
): Promise<Response> {
  if (isSafe(c.req.method)) return go(c, loginAgainPath(pathOf(c.req.url)))
  const back = cameFrom(c)
  return go(c, loginAgainPath((await keepTyped(c, deps, { userId, policy, back })) ?? back))
}

/** The page of ours that a form stood on, without what it asked for. */
const cameFrom = (c: Ctx): string => ownPath(pathOf(c.req.header('Referer'))?.split('?')[0])

function go(c: Ctx, path: string): Response {
  c.header('Cache-Control', 'no-store')
  if (c.req.header('HX-Request-Type') === undefined) return c.redirect(path, 303)
  c.header('HX-Redirect', path)
  return c.body(null, 401)
}

function pathOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  const { pathname, search } = new URL(url)
  return pathname + search
}
