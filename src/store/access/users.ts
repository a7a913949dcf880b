import type { Db } from '../database.ts'

export interface User {
  readonly id: number
  /** Lower case. */
  readonly email: string
  readonly name: string
  readonly role: string
  readonly disabledAt: number | null
  /** IANA name. */
  readonly timeZone: string
}

export interface NewUser {
  readonly email: string
  readonly name: string
  readonly role: string
  readonly passwordHash: string
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
      password_hash: user.passwordHash,
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
  const { id, email, name, role, disabled_at: disabledAt, time_zone: timeZone, password_hash: passwordHash } = row
  return { id, email, name, role, disabledAt, timeZone, passwordHash }
}

export async function setTimeZone(db: Db, userId: number, timeZone: string): Promise<void> {
  await db.updateTable('users').set({ time_zone: timeZone }).where('id', '=', userId).execute()
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
