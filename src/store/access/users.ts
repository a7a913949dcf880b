import { asRole, type Role } from '../../core/access/role.ts'
import { readServiceLimit, type ServiceLimit, writeServiceLimit } from '../../core/access/service-limit.ts'
import type { Db } from '../database.ts'

export interface User {
  readonly id: number
  /** Lower case. */
  readonly email: string
  readonly name: string
  readonly role: Role
  /** Of which services they may change things. */
  readonly services: ServiceLimit
  readonly disabledAt: number | null
  /** IANA name. */
  readonly timeZone: string
}

export interface NewUser {
  readonly email: string
  readonly name: string
  readonly role: string
  readonly services?: ServiceLimit
  readonly passwordHash: string
  /** False: the hash is of nothing that anybody knows. */
  readonly hasPassword?: boolean
  readonly createdAt: number
}

/** @returns the id; throws a unique violation when the e-mail address is taken */
export async function insertUser(db: Db, user: NewUser): Promise<number> {
  const { id } = await db
    .insertInto('users')
    .values({
      email: user.email,
      name: user.name,
      role: user.role,
      services: writeServiceLimit(user.services),
      password_hash: user.passwordHash,
      has_password: user.hasPassword === false ? 0 : 1,
      created_at: user.createdAt,
      disabled_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function hasUsers(db: Db): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) !== undefined
}

export type UserToSignIn = User & { readonly passwordHash: string }

/** With the password hash: for signing in, and for nothing else. */
export const findUserToSignIn = (db: Db, email: string): Promise<UserToSignIn | undefined> =>
  findToSignIn(db, 'email', email)

/** The same, of somebody who showed who they are. */
export const findUserToSignInById = (db: Db, id: number): Promise<UserToSignIn | undefined> =>
  findToSignIn(db, 'id', id)

async function findToSignIn(db: Db, by: 'email' | 'id', value: string | number): Promise<UserToSignIn | undefined> {
  const row = await db.selectFrom('users').selectAll().where(by, '=', value).executeTakeFirst()
  if (!row) return undefined
  return { ...asUser(row), passwordHash: row.password_hash }
}

export const USER_COLUMNS = ['email', 'name', 'role', 'services', 'disabled_at', 'time_zone'] as const

export const asUser = (row: {
  id: number
  email: string
  name: string
  role: string
  services: string | null
  disabled_at: number | null
  time_zone: string
}): User => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: asRole(row.role),
  services: readServiceLimit(row.services),
  disabledAt: row.disabled_at,
  timeZone: row.time_zone,
})

export async function setTimeZone(db: Db, userId: number, timeZone: string): Promise<void> {
  await db.updateTable('users').set({ time_zone: timeZone }).where('id', '=', userId).execute()
}

/** Which columns of the list of defects they leave out, as `setHiddenColumns` was told. */
export async function findHiddenColumns(db: Db, userId: number): Promise<readonly string[]> {
  const row = await db
    .selectFrom('users')
    .select('hidden_defect_columns')
    .where('id', '=', userId)
    .executeTakeFirstOrThrow()
  return row.hidden_defect_columns.split(',')
}

export async function setHiddenColumns(db: Db, userId: number, columns: readonly string[]): Promise<void> {
  await db
    .updateTable('users')
    .set({ hidden_defect_columns: columns.join(',') })
    .where('id', '=', userId)
    .execute()
}

/** Those who can be given something to do, by name. */
export async function listActiveUsers(db: Db): Promise<{ id: number; name: string; email: string }[]> {
  return await db
    .selectFrom('users')
    .select(['id', 'name', 'email'])
    .where('disabled_at', 'is', null)
    .orderBy('name')
    .orderBy('id')
    .execute()
}

export interface UserRow extends User {
  readonly createdAt: number
  /** To the minute; null: never. */
  readonly lastSeenAt: number | null
}

const ROW_COLUMNS = ['id', ...USER_COLUMNS, 'created_at', 'last_seen_at'] as const

/** Everybody, by name; disabled people last. */
export async function listUsers(db: Db): Promise<UserRow[]> {
  const rows = await db.selectFrom('users').select(ROW_COLUMNS).orderBy('name').orderBy('id').limit(2_000).execute()
  return rows
    .map((row) => ({ ...asUser(row), createdAt: row.created_at, lastSeenAt: row.last_seen_at }))
    .sort((a, b) => Number(a.disabledAt !== null) - Number(b.disabledAt !== null))
}

export async function findUser(db: Db, id: number): Promise<UserRow | undefined> {
  const row = await db.selectFrom('users').select(ROW_COLUMNS).where('id', '=', id).executeTakeFirst()
  return row && { ...asUser(row), createdAt: row.created_at, lastSeenAt: row.last_seen_at }
}

export async function findUserByEmail(db: Db, email: string): Promise<UserRow | undefined> {
  const row = await db.selectFrom('users').select(ROW_COLUMNS).where('email', '=', email).executeTakeFirst()
  return row && { ...asUser(row), createdAt: row.created_at, lastSeenAt: row.last_seen_at }
}

export async function setRoleAndLimit(trx: Db, id: number, role: Role, services: ServiceLimit): Promise<void> {
  await trx
    .updateTable('users')
    .set({ role, services: writeServiceLimit(services) })
    .where('id', '=', id)
    .execute()
}

/** @param at since when they may no longer sign in; null: they may */
export async function setDisabled(trx: Db, id: number, at: number | null): Promise<void> {
  await trx.updateTable('users').set({ disabled_at: at }).where('id', '=', id).execute()
}

export async function setPasswordHash(trx: Db, id: number, passwordHash: string): Promise<void> {
  await trx.updateTable('users').set({ password_hash: passwordHash, has_password: 1 }).where('id', '=', id).execute()
}

/** Whether there is a password that signs them in. */
export async function hasPassword(db: Db, id: number): Promise<boolean> {
  const row = await db.selectFrom('users').select('has_password').where('id', '=', id).executeTakeFirst()
  return row?.has_password === 1
}

/** Nobody else who holds this user goes on until the transaction ends. */
export async function holdUser(trx: Db, id: number): Promise<void> {
  await trx
    .updateTable('users')
    .set((eb) => ({ email: eb.ref('email') }))
    .where('id', '=', id)
    .execute()
}
