import { isScope, SCOPES, type Scope } from '../../core/access/scope.ts'
import { MOST_SERVICES_IN_LIMIT, type ServiceLimit } from '../../core/access/service-limit.ts'
import { type ApiToken, findApiTokenByHash, insertApiToken, revokeToken } from '../../store/access/api-tokens.ts'
import type { Db, Store } from '../../store/database.ts'
import { hashSecretToken, makeSecretToken } from './secret-token.ts'

const TOKEN_MARK = 'pf_'
const PREFIX_LENGTH = TOKEN_MARK.length + 6
export const TOKEN_LASTS_AT_MOST_MS = 365 * 24 * 3_600_000

/** The token asked for cannot be made; the message says why, for people. */
export class TokenRefused extends Error {}

export interface CreatedToken {
  readonly id: number
  /** Shown once; the store keeps its hash. */
  readonly token: string
  readonly prefix: string
  readonly expiresAt: number
}

export interface WantedToken {
  readonly name: string
  readonly scopes: readonly string[]
  /** Of which services it may change things; absent: of all. */
  readonly services?: ServiceLimit
  readonly expiresAt?: number | undefined
  /** Who makes it, for people; absent: whoever has the server. */
  readonly madeBy?: string | undefined
}

/**
 * Makes an API token. It ends after a year, or earlier when told.
 * @throws TokenRefused for a bad name, scope or end
 */
export async function createApiToken(
  store: Pick<Store, 'db'>,
  wanted: WantedToken,
  now: number,
): Promise<CreatedToken> {
  const name = wanted.name.trim()
  if (name === '' || [...name].length > 100) throw new TokenRefused('A token needs a name of 1 to 100 characters.')
  const expiresAt = wanted.expiresAt ?? now + TOKEN_LASTS_AT_MOST_MS
  if (!(expiresAt > now && expiresAt <= now + TOKEN_LASTS_AT_MOST_MS))
    throw new TokenRefused('A token must end in the future, within a year.')
  const token = TOKEN_MARK + makeSecretToken()
  const prefix = token.slice(0, PREFIX_LENGTH)
  const scopes = knownScopes(wanted.scopes)
  const tokenHash = hashSecretToken(token)
  const services = knownServices(wanted.services)
  const madeBy = wanted.madeBy ?? ON_THE_SERVER
  const id = await insertApiToken(store.db, {
    ...{ name, prefix, tokenHash, scopes, services, madeBy, createdAt: now, expiresAt },
  })
  return { id, token, prefix, expiresAt }
}

/** Who made what was made by a command. */
export const ON_THE_SERVER = 'a command on the server'

/** Names of services need not be known here: a token is often made before the first deployment. */
function knownServices(wanted: ServiceLimit): ServiceLimit {
  if (wanted === undefined) return undefined
  if (wanted.length === 0) throw new TokenRefused('A token limited to services needs the name of one at least.')
  if (wanted.length > MOST_SERVICES_IN_LIMIT || wanted.some((name) => [...name].length > 200))
    throw new TokenRefused(`Name at most ${MOST_SERVICES_IN_LIMIT} services, of 200 characters each.`)
  return wanted
}

function knownScopes(wanted: readonly string[]): Scope[] {
  const unknown = wanted.find((scope) => !isScope(scope))
  if (unknown !== undefined) throw new TokenRefused(`There is no scope “${unknown}”; choose from ${SCOPES.join(', ')}.`)
  if (wanted.length === 0) throw new TokenRefused(`A token needs at least one scope: ${SCOPES.join(', ')}.`)
  return SCOPES.filter((scope) => wanted.includes(scope))
}

/** The token in force with this text; undefined when unknown, expired or revoked. */
export async function findApiToken(db: Db, token: string, now: number): Promise<ApiToken | undefined> {
  if (!token.startsWith(TOKEN_MARK)) return undefined
  const found = await findApiTokenByHash(db, hashSecretToken(token))
  return found && isInForce(found, now) ? found : undefined
}

export const isInForce = (token: ApiToken, now: number): boolean =>
  token.revokedAt === null && (token.expiresAt === null || now < token.expiresAt)

/** The token stops working within seconds (token-directory.ts). @returns whether it was in force until now */
export const revokeApiToken = (store: Pick<Store, 'db'>, id: number, now: number): Promise<boolean> =>
  revokeToken(store.db, id, now)
