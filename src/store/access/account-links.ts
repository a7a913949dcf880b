import { asRole, type Role } from '../../core/access/role.ts'
import { readServiceLimit, type ServiceLimit, writeServiceLimit } from '../../core/access/service-limit.ts'
import type { Db } from '../database.ts'

export interface Invitation {
  readonly kind: 'invitation'
  readonly id: number
  readonly email: string
  readonly name: string | undefined
  readonly role: Role
  readonly services: ServiceLimit
  readonly madeBy: string
  readonly expiresAt: number
}

export interface ResetLink {
  readonly kind: 'reset'
  readonly id: number
  readonly userId: number
  readonly email: string
  readonly expiresAt: number
}

export type AccountLink = Invitation | ResetLink

type NewLink = (Omit<Invitation, 'id'> | (Omit<ResetLink, 'id'> & { readonly madeBy: string })) & {
  readonly tokenHash: string
  readonly madeAt: number
}

/** An earlier link of the same kind for the same address ends. */
export async function replaceAccountLink(trx: Db, link: NewLink): Promise<number> {
  await trx.deleteFrom('account_links').where('kind', '=', link.kind).where('email', '=', link.email).execute()
  await trx.deleteFrom('account_links').where('expires_at', '<=', link.madeAt).execute()
  const own =
    link.kind === 'invitation'
      ? { name: link.name ?? null, role: link.role, services: writeServiceLimit(link.services), user_id: null }
      : { name: null, role: null, services: null, user_id: link.userId }
  const { id } = await trx
    .insertInto('account_links')
    .values({
      kind: link.kind,
      token_hash: link.tokenHash,
      email: link.email,
      ...own,
      made_by: link.madeBy,
      made_at: link.madeAt,
      expires_at: link.expiresAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The link with this hash, in force at `now`. */
export async function findAccountLink(
  db: Db,
  tokenHash: string,
  now: number,
): Promise<Invitation | ResetLink | undefined> {
  const row = await db
    .selectFrom('account_links')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row && asLink(row)
}

/** Whether or not it is in force. */
export async function findAccountLinkById(db: Db, id: number): Promise<AccountLink | undefined> {
  const row = await db.selectFrom('account_links').selectAll().where('id', '=', id).executeTakeFirst()
  return row && asLink(row)
}

/** Uses a link up, or withdraws it. Of several that try at once, exactly one gets it. */
export async function takeAccountLink(trx: Db, id: number): Promise<Invitation | ResetLink | undefined> {
  const row = await trx.deleteFrom('account_links').where('id', '=', id).returningAll().executeTakeFirst()
  return row && asLink(row)
}

/** In force at `now`, by address. */
export async function listInvitations(db: Db, now: number): Promise<Invitation[]> {
  const rows = await db
    .selectFrom('account_links')
    .selectAll()
    .where('kind', '=', 'invitation')
    .where('expires_at', '>', now)
    .orderBy('email')
    .limit(500)
    .execute()
  return rows.map(asLink).filter((link) => link.kind === 'invitation')
}

/** No link leads to this account any more. */
export async function deleteLinksOf(trx: Db, userId: number): Promise<void> {
  await trx.deleteFrom('account_links').where('user_id', '=', userId).execute()
}

function asLink(row: {
  id: number
  kind: 'invitation' | 'reset'
  email: string
  name: string | null
  role: string | null
  services: string | null
  user_id: number | null
  made_by: string
  expires_at: number
}): Invitation | ResetLink {
  const { id, email } = row
  if (row.kind === 'reset') return { kind: 'reset', id, userId: row.user_id ?? 0, email, expiresAt: row.expires_at }
  return {
    kind: 'invitation',
    id,
    email,
    name: row.name ?? undefined,
    role: asRole(row.role ?? ''),
    services: readServiceLimit(row.services),
    madeBy: row.made_by,
    expiresAt: row.expires_at,
  }
}
