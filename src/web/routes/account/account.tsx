import { HTTPException } from 'hono/http-exception'
import { AccountPage } from '../../../../views/account/account-page.tsx'
import { TokensPage, type TokensPageProps } from '../../../../views/account/tokens-page.tsx'
import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { isTimeZone, timeZones } from '../../../core/time/time-zone.ts'
import { createApiToken, isInForce, revokeApiToken, TokenRefused } from '../../../operations/access/api-tokens.ts'
import { type ApiToken, listApiTokens } from '../../../store/access/api-tokens.ts'
import { setTimeZone } from '../../../store/access/users.ts'
import type { Principal } from '../../env.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'
import { readForm, registerLoginRoutes } from './login.tsx'
import { registerSecurityRoutes } from './security.tsx'
import { registerSetupAccountRoutes } from './setup-account.tsx'

const DAY = 24 * 3_600_000
const TOKEN_DAYS = ['30', '90', '365']
const NEW_TOKEN = { name: '', scopes: ['deployments:write', 'defects:write'], days: '365' }

/** Where API tokens are made; other pages link there. */
export const TOKENS_PATH = '/account/tokens'

/** Signing in and out, the one-time set-up link, and what a person has here. */
export function registerAccountRoutes(routes: Routes, deps: AccessDeps): void {
  registerLoginRoutes(routes, deps)
  registerSetupAccountRoutes(routes, deps)
  registerSecurityRoutes(routes, deps)

  routes.get('/account', 'session', (c) => accountPage(c, deps))

  routes.post('/account/time-zone', 'own', async (c) => {
    const form = await readForm(c)
    const zone = form('suggested') || form('zone')
    if (!isTimeZone(zone))
      return await accountPage(c, deps, { fields: { zone: 'This server does not know that time zone.' } })
    await setTimeZone(deps.store.db, personOf(c).userId, zone)
    return c.redirect('/account', 303)
  })
  // Where a refused choice leaves the address.
  routes.get('/account/time-zone', 'session', (c) => c.redirect('/account', 303))

  routes.get(TOKENS_PATH, { role: 'admin' }, async (c) => {
    return await tokensPage(c, deps, 200, {})
  })

  routes.post(TOKENS_PATH, { role: 'admin', recent: { keep: ['name', 'scopes', 'days'] } }, async (c) => {
    const { name, scopes, days } = await readNewToken(c)
    const now = deps.clock()
    try {
      const created = await createApiToken(deps.store, { name, scopes, expiresAt: now + Number(days) * DAY }, now)
      deps.log.info(
        { requestId: c.get('requestId'), userId: personOf(c).userId, tokenId: created.id },
        'API token created',
      )
      // Not a redirect: this answer is the one place where the token is ever shown.
      return await tokensPage(c, deps, 200, { created: { name, token: created.token } })
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      const field = scopes.length === 0 ? 'scopes' : 'name'
      return await tokensPage(c, deps, 422, {
        typed: { name, scopes, days },
        problems: { fields: { [field]: error.message } },
      })
    }
  })

  routes.post(`${TOKENS_PATH}/:id/revocation`, { role: 'admin', recent: true }, async (c) => {
    const id = Number(c.req.param('id'))
    if (!Number.isSafeInteger(id) || !(await revokeApiToken(deps.store, id, deps.clock())))
      throw new HTTPException(404, { message: 'There is no such token in force.' })
    deps.log.info({ requestId: c.get('requestId'), userId: personOf(c).userId, tokenId: id }, 'API token revoked')
    return c.redirect(TOKENS_PATH, 303)
  })
}

async function accountPage(c: Ctx, deps: AccessDeps, problems?: FormProblems): Promise<Response> {
  const { name, email, role, csrfToken } = personOf(c)
  const timeZone = { zones: timeZones(), chosen: zoneOf(c), problems: problems ?? noProblems, csrfToken }
  return await page(
    c,
    deps,
    { title: 'Account', status: problems ? 422 : 200 },
    <AccountPage {...{ name, email, role, timeZone }} />,
  )
}

async function tokensPage(
  c: Ctx,
  deps: AccessDeps,
  status: 200 | 422,
  {
    created,
    typed = NEW_TOKEN,
    problems = noProblems,
  }: Partial<Pick<TokensPageProps, 'created' | 'typed' | 'problems'>>,
): Promise<Response> {
  const now = deps.clock()
  const tokens = (await listApiTokens(deps.store.reader)).map((token) => ({ ...token, state: stateOf(token, now) }))
  const { csrfToken } = personOf(c)
  return await page(
    c,
    deps,
    { title: 'API tokens', status, crumbs: [{ text: 'Account', href: '/account' }, { text: 'API tokens' }] },
    <TokensPage {...{ tokens, created, typed, problems, csrfToken, now }} />,
  )
}

const stateOf = (token: ApiToken, now: number): 'in force' | 'expired' | 'revoked' =>
  token.revokedAt !== null ? 'revoked' : isInForce(token, now) ? 'in force' : 'expired'

async function readNewToken(c: Ctx): Promise<{ name: string; scopes: string[]; days: string }> {
  const form = await c.req.formData()
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const days = text(form.get('days'))
  return {
    name: text(form.get('name')).trim(),
    scopes: form.getAll('scopes').map(text),
    days: TOKEN_DAYS.includes(days) ? days : NEW_TOKEN.days,
  }
}

function personOf(c: Ctx): Extract<Principal, { kind: 'user' }> {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this route is declared without a session')
  return principal
}
