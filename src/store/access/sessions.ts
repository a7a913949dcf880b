import type { Db } from '../database.ts'
import { asUser, USER_COLUMNS, type User } from './users.ts'

export interface Session {
  readonly idHash: string
  readonly csrfToken: string
  readonly createdAt: number
  readonly lastSeenAt: number
  /** Ends then, however much it was used. */
  readonly expiresAt: number
  /** How it began. */
  readonly way: string
  /** Whom the proxy named when it began by its word. */
  readonly subject: string | null
  readonly user: User
}

export interface NewSession {
  readonly idHash: string
  readonly userId: number
  readonly csrfToken: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly userAgent: string | undefined
  readonly address: string | undefined
  readonly way: string
  readonly subject: string | undefined
}

export async function insertSession(db: Db, session: NewSession): Promise<void> {
  await db
    .insertInto('sessions')
    .values({
      id_hash: session.idHash,
      user_id: session.userId,
      csrf_token: session.csrfToken,
      created_at: session.createdAt,
      last_seen_at: session.createdAt,
      expires_at: session.expiresAt,
      user_agent: session.userAgent ?? null,
      address: session.address ?? null,
      way: session.way,
      subject: session.subject ?? null,
    })
    .execute()
  await db.updateTable('users').set({ last_seen_at: session.createdAt }).where('id', '=', session.userId).execute()
}

/** Also one that has ended; the caller judges. */
export async function findSession(db: Db, idHash: string): Promise<Session | undefined> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['csrf_token', 'sessions.created_at', 'sessions.last_seen_at', 'expires_at', 'way', 'subject'])
    .select('users.id')
    .select(USER_COLUMNS)
    .where('id_hash', '=', idHash)
    .executeTakeFirst()
  if (!row) return undefined
  return {
    idHash,
    csrfToken: row.csrf_token,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    expiresAt: row.expires_at,
    way: row.way,
    subject: row.subject,
    user: asUser(row),
  }
}

export async function touchSession(db: Db, session: Session, now: number): Promise<void> {
  await db.updateTable('sessions').set({ last_seen_at: now }).where('id_hash', '=', session.idHash).execute()
  await db.updateTable('users').set({ last_seen_at: now }).where('id', '=', session.user.id).execute()
}

export interface SessionRow {
  readonly idHash: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly userAgent: string | undefined
  readonly address: string | undefined
}

/** Those of one person that are in force at `now`, the one last used first. */
export async function listSessions(db: Db, userId: number, now: number, idleSince: number): Promise<SessionRow[]> {
  const rows = await db
    .selectFrom('sessions')
    .select(['id_hash', 'created_at', 'last_seen_at', 'user_agent', 'address'])
    .where('user_id', '=', userId)
    .where('expires_at', '>', now)
    .where('last_seen_at', '>', idleSince)
    .orderBy('last_seen_at', 'desc')
    .orderBy('id_hash')
    .limit(200)
    .execute()
  return rows.map((row) => ({
    idHash: row.id_hash,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    userAgent: row.user_agent ?? undefined,
    address: row.address ?? undefined,
  }))
}

/** @param except the one that goes on @returns how many ended */
export async function deleteSessionsOf(db: Db, userId: number, except?: string): Promise<number> {
  const deleted = await db
    .deleteFrom('sessions')
    .where('user_id', '=', userId)
    .$if(except !== undefined, (query) => query.where('id_hash', '<>', except ?? ''))
    .executeTakeFirst()
  return Number(deleted.numDeletedRows)
}

/** Once there is more, or less, to show than when it began. */
export async function setSessionWay(db: Db, idHash: string, way: string): Promise<void> {
  await db.updateTable('sessions').set({ way }).where('id_hash', '=', idHash).execute()
}

export async function deleteSession(db: Db, idHash: string): Promise<void> {
  await db.deleteFrom('sessions').where('id_hash', '=', idHash).execute()
}

/** Removes what can no longer be used: expired at `now`, or not seen since `idleSince`. @returns how many */
export async function deleteEndedSessions(db: Db, now: number, idleSince: number): Promise<number> {
  const deleted = await db
    .deleteFrom('sessions')
    .where((eb) => eb.or([eb('expires_at', '<=', now), eb('last_seen_at', '<=', idleSince)]))
    .executeTakeFirst()
  return Number(deleted.numDeletedRows)
}
