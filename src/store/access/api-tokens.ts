import { isScope, type Scope } from '../../core/access/scope.ts'
import { readServiceLimit, type ServiceLimit, writeServiceLimit } from '../../core/access/service-limit.ts'
import type { Db } from '../database.ts'

export interface ApiToken {
  readonly id: number
  readonly name: string
  /** First characters, for people to recognise it. */
  readonly prefix: string
  readonly scopes: readonly Scope[]
  /** Of which services it may change things. */
  readonly services: ServiceLimit
  /** By whom; null: nobody knows any more. */
  readonly madeBy: string | null
  readonly createdAt: number
  /** null: never */
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly revokedAt: number | null
  /** The one that takes over; null: none. */
  readonly successorId: number | null
}

export interface NewApiToken {
  readonly name: string
  readonly prefix: string
  readonly tokenHash: string
  readonly scopes: readonly Scope[]
  readonly services: ServiceLimit
  readonly madeBy: string
  readonly createdAt: number
  readonly expiresAt: number
}

export async function insertApiToken(db: Db, token: NewApiToken): Promise<number> {
  const { id } = await db
    .insertInto('api_tokens')
    .values({
      name: token.name,
      prefix: token.prefix,
      token_hash: token.tokenHash,
      scopes: token.scopes.join(','),
      services: writeServiceLimit(token.services),
      made_by: token.madeBy,
      created_at: token.createdAt,
      expires_at: token.expiresAt,
      last_used_at: null,
      revoked_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Also an expired or revoked one; the caller judges. */
export async function findApiTokenByHash(db: Db, tokenHash: string): Promise<ApiToken | undefined> {
  const row = await db.selectFrom('api_tokens').select(COLUMNS).where('token_hash', '=', tokenHash).executeTakeFirst()
  return row && asApiToken(row)
}

/** Newest first, revoked ones too. */
export async function listApiTokens(db: Db): Promise<ApiToken[]> {
  const rows = await db.selectFrom('api_tokens').select(COLUMNS).orderBy('id', 'desc').limit(500).execute()
  return rows.map(asApiToken)
}

export async function hasApiTokens(db: Db): Promise<boolean> {
  return (await db.selectFrom('api_tokens').select('id').limit(1).executeTakeFirst()) !== undefined
}

/** @returns whether there was such a token, still in force */
export async function revokeToken(db: Db, id: number, now: number): Promise<boolean> {
  const revoked = await db
    .updateTable('api_tokens')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return revoked !== undefined
}

export async function findApiTokenById(db: Db, id: number): Promise<ApiToken | undefined> {
  const row = await db.selectFrom('api_tokens').select(COLUMNS).where('id', '=', id).executeTakeFirst()
  return row && asApiToken(row)
}

/** A token hands over to `successorId` and ends at `endsAt`. @returns false when it was revoked or has one already */
export async function setSuccessor(db: Db, id: number, successorId: number, endsAt: number): Promise<boolean> {
  const set = await db
    .updateTable('api_tokens')
    .set({ successor_id: successorId, expires_at: endsAt })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where('successor_id', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return set !== undefined
}

export async function setTokenLastUsed(db: Db, id: number, now: number): Promise<void> {
  await db.updateTable('api_tokens').set({ last_used_at: now }).where('id', '=', id).execute()
}

const COLUMNS = [
  'id',
  'name',
  'prefix',
  'scopes',
  'services',
  'made_by',
  'created_at',
  'expires_at',
  'last_used_at',
  'revoked_at',
  'successor_id',
] as const

const asApiToken = (row: {
  id: number
  name: string
  prefix: string
  scopes: string
  services: string | null
  made_by: string | null
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
  successor_id: number | null
}): ApiToken => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  scopes: row.scopes.split(',').filter(isScope),
  services: readServiceLimit(row.services),
  madeBy: row.made_by,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
  successorId: row.successor_id,
})
