import { HTTPException } from 'hono/http-exception'
import { replaceNowQuestion, revokeTokenQuestion } from '../../../../views/account/token-questions.tsx'
import { TokensPage, type TokensPageProps } from '../../../../views/account/tokens-page.tsx'
import { noProblems } from '../../../../views/components/form-parts.tsx'
import { parseServiceNames } from '../../../core/access/service-limit.ts'
import { isInForce, TokenRefused } from '../../../operations/access/api-tokens.ts'
import {
  makeToken,
  OVERLAP_HOURS,
  revokeTokenOf,
  rotateToken,
  USUAL_OVERLAP_HOURS,
} from '../../../operations/access/manage-tokens.ts'
import { type ApiToken, findApiTokenById, listApiTokens } from '../../../store/access/api-tokens.ts'
import { listServiceNames } from '../../../store/services/services.ts'
import { auditActorOf } from '../../actor.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { askFirst, isConfirmed, registerConfirmed } from '../confirmed.tsx'
import { readForm } from './login.tsx'

export const TOKENS_PATH = '/account/tokens'

const DAY_MS = 24 * 3_600_000
const TOKEN_DAYS = ['30', '90', '365']
const SERVICES_OFFERED = 500
const NEW_TOKEN = { name: '', scopes: ['deployments:write', 'defects:write'], services: '', days: '365' }

/** API tokens: made, replaced and revoked by admins. No token can do any of it. */
export function registerTokenRoutes(routes: Routes, deps: AccessDeps): void {
  const byOf = (c: Ctx) => ({ actor: auditActorOf(c, deps.config), now: deps.clock() })
  const noteOf = (c: Ctx, tokenId: number) => ({
    requestId: c.get('requestId'),
    actor: auditActorOf(c, deps.config).id,
    tokenId,
  })

  routes.get(TOKENS_PATH, { role: 'admin' }, (c) => tokensPage(c, deps, 200, { typed: NEW_TOKEN }))

  routes.post(TOKENS_PATH, ADMINS_NOW, async (c) => {
    const typed = await readNewToken(c)
    const { name, scopes } = typed
    const services = typed.services === '' ? undefined : parseServiceNames(typed.services)
    const by = byOf(c)
    try {
      const expiresAt = by.now + Number(typed.days) * DAY_MS
      const created = await makeToken(deps.store, { name, scopes, services, expiresAt }, by)
      deps.log.info(noteOf(c, created.id), 'API token created')
      // Not a redirect: this answer is the one place where the token is ever shown.
      return await tokensPage(c, deps, 200, { created: { name, token: created.token } })
    } catch (error) {
      if (!(error instanceof TokenRefused)) throw error
      const field = scopes.length === 0 ? 'scopes' : 'name'
      return await tokensPage(c, deps, 422, { typed, problems: { fields: { [field]: error.message } } })
    }
  })

  registerConfirmed(routes, deps, `${TOKENS_PATH}/:id/revocation`, ADMINS_NOW, {
    find: (c) => tokenInForce(c, deps),
    ask: (_c, token) => ({ ...IN_TOKENS, ...revokeTokenQuestion(token, deps.clock()) }),
    does: async (c, { id }) => {
      if (!(await revokeTokenOf(deps.store, id, byOf(c)))) throw noSuchToken()
      deps.log.info(noteOf(c, id), 'API token revoked')
      return c.redirect(TOKENS_PATH, 303)
    },
  })

  routes.post(`${TOKENS_PATH}/:id/replacement`, ADMINS_NOW, async (c) => {
    const token = await tokenInForce(c, deps)
    const { id } = token
    const form = await readForm(c)
    const hours = OVERLAP_HOURS.find((one) => String(one) === form('overlap')) ?? USUAL_OVERLAP_HOURS
    const by = byOf(c)
    if (hours === 0 && token.successorId === null && !isConfirmed(form))
      return await askFirst(c, deps, { ...IN_TOKENS, ...replaceNowQuestion(token, by.now) })
    const rotation = await rotateToken(deps.store, id, hours, by)
    if (rotation.kind === 'not-found') throw noSuchToken()
    if (rotation.kind === 'has-successor')
      throw new HTTPException(409, { message: 'Nothing was changed: this token was replaced already.' })
    const { created, name, oldEndsAt } = rotation
    deps.log.info(noteOf(c, id), 'API token replaced')
    return await tokensPage(c, deps, 200, { created: { name, token: created.token, oldEndsAt } })
  })
  // Where the form leaves the address.
  routes.get(`${TOKENS_PATH}/:id/replacement`, { role: 'admin' }, (c) => c.redirect(TOKENS_PATH, 303))
}

const ADMINS_NOW = { role: 'admin', recent: true } as const
const IN_TOKENS = {
  active: 'admin',
  crumbs: [
    { text: 'Admin', href: '/admin' },
    { text: 'API tokens', href: TOKENS_PATH },
  ],
} as const

/** @throws HTTPException when there is none */
async function tokenInForce(c: Ctx, { store, clock }: AccessDeps): Promise<ApiToken> {
  const id = idIn(c)
  const token = id === undefined ? undefined : await findApiTokenById(store.db, id)
  if (!token || !isInForce(token, clock())) throw noSuchToken()
  return token
}

const noSuchToken = () => new HTTPException(404, { message: 'There is no such token in force.' })

const idIn = (c: Ctx): number | undefined => {
  const text = c.req.param('id') ?? ''
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
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
  // Not the reader, which may lag behind the writer: what was just made must be there.
  const tokens = (await listApiTokens(deps.store.db)).map((token) => ({ ...token, state: stateOf(token, now) }))
  const services = await listServiceNames(deps.store.reader, SERVICES_OFFERED)
  return await page(
    c,
    deps,
    {
      title: 'API tokens',
      active: 'admin',
      status,
      crumbs: [{ text: 'Admin', href: '/admin' }, { text: 'API tokens' }],
    },
    <TokensPage {...{ tokens, created, typed, services, problems, csrfToken: csrfTokenOf(c), now }} />,
  )
}

const stateOf = (token: ApiToken, now: number): 'in force' | 'expired' | 'revoked' =>
  token.revokedAt !== null ? 'revoked' : isInForce(token, now) ? 'in force' : 'expired'

async function readNewToken(c: Ctx): Promise<TokensPageProps['typed']> {
  const form = await c.req.formData()
  const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '')
  const all = (name: string) => form.getAll(name).map(text)
  const days = all('days')[0] ?? ''
  return {
    name: all('name')[0] ?? '',
    scopes: all('scopes'),
    services: all('services')[0] ?? '',
    days: TOKEN_DAYS.includes(days) ? days : NEW_TOKEN.days,
  }
}
