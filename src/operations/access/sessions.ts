import {
  deleteEndedSessions,
  deleteSession,
  findSession,
  insertSession,
  type Session,
  touchSession,
} from '../../store/access/sessions.ts'
import type { Db, Store } from '../../store/database.ts'
import { isLocked } from '../../store/dialect.ts'
import { hashSecretToken, makeSecretToken } from './secret-token.ts'
import type { SignInWay } from './sign-in-way.ts'

const HOUR = 3_600_000
export const SESSION_IDLE_MS = 12 * HOUR
export const SESSION_LONGEST_MS = 7 * 24 * HOUR
/** So long after its end a session still tells whose it was, which opens nothing: what they had typed is kept for them. */
export const ENDED_KNOWN_MS = 24 * HOUR
/** How exact "last seen" is; a write for every page would be one too many. */
const TOUCH_EVERY_MS = 60_000

export interface Visitor {
  readonly address: string
  readonly userAgent?: string | undefined
  /** The session id the browser came with, if any; it ends when another begins. */
  readonly formerSessionId?: string | undefined
  /** Whom the proxy in front names, where one is trusted to; the session ends when it names somebody else. */
  readonly proxySubject?: string | undefined
}

/**
 * Begins a session under a new id and ends the one the browser had: an id planted before signing in is worth nothing.
 * Call it in a transaction.
 *
 * @returns the session id for the cookie; the store keeps only its hash
 */
export async function beginSession(
  trx: Db,
  userId: number,
  visitor: Visitor,
  now: number,
  { way = 'password' }: { way?: SignInWay } = {},
): Promise<string> {
  await deleteEndedSessions(trx, now - ENDED_KNOWN_MS, now - ENDED_KNOWN_MS - SESSION_IDLE_MS)
  if (visitor.formerSessionId !== undefined) await deleteSession(trx, hashSecretToken(visitor.formerSessionId))
  const sessionId = makeSecretToken()
  await insertSession(trx, {
    idHash: hashSecretToken(sessionId),
    userId,
    csrfToken: makeSecretToken(),
    createdAt: now,
    expiresAt: now + SESSION_LONGEST_MS,
    userAgent: visitor.userAgent?.slice(0, 300),
    address: visitor.address.slice(0, 64),
    way,
    subject: visitor.proxySubject,
  })
  return sessionId
}

/** The session in force under this id; undefined when there is none, it ended, or its user was disabled. */
export async function findLiveSession(db: Db, sessionId: string, now: number): Promise<Session | undefined> {
  const session = await findSession(db, hashSecretToken(sessionId))
  if (!session || session.user.disabledAt !== null) return undefined
  return now >= endOf(session) ? undefined : session
}

/** The session under this id that ended by itself within a day: no proof of anything but whose it was. */
export async function findEndedSession(db: Db, sessionId: string, now: number): Promise<Session | undefined> {
  const session = await findSession(db, hashSecretToken(sessionId))
  if (!session || session.user.disabledAt !== null) return undefined
  const end = endOf(session)
  return now >= end && now < end + ENDED_KNOWN_MS ? session : undefined
}

const endOf = ({ expiresAt, lastSeenAt }: Session): number => Math.min(expiresAt, lastSeenAt + SESSION_IDLE_MS)

/** Notes that the session was used; at most once a minute, and not while the database is locked: the next page will. */
export async function touch(store: Store, session: Session, now: number): Promise<void> {
  if (now - session.lastSeenAt < TOUCH_EVERY_MS) return
  await touchSession(store.notes, session, now).catch((error) => {
    if (!isLocked(error)) throw error
  })
}

export async function endSession(store: Store, sessionId: string): Promise<void> {
  await deleteSession(store.db, hashSecretToken(sessionId))
}
