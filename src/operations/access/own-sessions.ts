import { deleteLinksOf } from '../../store/access/account-links.ts'
import { deleteSession, deleteSessionsOf, listSessions, type SessionRow } from '../../store/access/sessions.ts'
import { findUserToSignIn, setPasswordHash } from '../../store/access/users.ts'
import type { Db, Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { TurnstileFull } from '../intake/turnstile.ts'
import { type ByWhom, subjectOf } from './manage-users.ts'
import { hashPassword, PASSWORD_LENGTH, passwordProblem, verifyPassword } from './passwords.ts'
import { SESSION_IDLE_MS } from './sessions.ts'
import { beginAttempt, succeeded, unjudged } from './sign-in-throttle.ts'

interface Person {
  readonly id: number
  readonly email: string
}

/** Under what a page may speak of a session: the beginning of its hash, from which nobody gets to the session. */
const HANDLE_LENGTH = 16
export const sessionHandle = ({ idHash }: Pick<SessionRow, 'idHash'>): string => idHash.slice(0, HANDLE_LENGTH)

export const listLiveSessions = (db: Db, userId: number, now: number): Promise<SessionRow[]> =>
  listSessions(db, userId, now, now - SESSION_IDLE_MS)

/** Ends one session of a person. @returns whether there was one under this handle */
export async function endSessionOf(
  store: Store,
  person: Person,
  handle: string,
  { actor, now }: ByWhom,
): Promise<boolean> {
  return await store.transaction(async (trx) => {
    const session = (await listLiveSessions(trx, person.id, now)).find((one) => sessionHandle(one) === handle)
    if (!session) return false
    await deleteSession(trx, session.idHash)
    await recordAudit(trx, { actor, action: 'session.ended', subject: subjectOf(person) }, now)
    return true
  })
}

/** Ends all sessions of a person, but for one. @param except the hash of the id of that one */
export async function endSessionsOf(
  store: Store,
  person: Person,
  except: string | undefined,
  { actor, now }: ByWhom,
): Promise<number> {
  return await store.transaction(async (trx) => {
    const ended = await deleteSessionsOf(trx, person.id, except)
    await recordAudit(trx, { actor, action: 'sessions.ended', subject: subjectOf(person), change: { ended } }, now)
    return ended
  })
}

export type PasswordChange =
  | { readonly kind: 'changed' }
  | { readonly kind: 'refused'; readonly field: 'current' | 'password'; readonly message: string }
  | { readonly kind: 'throttled'; readonly until: number }
  | { readonly kind: 'busy' }

/**
 * A person's own new password, for which they show the old one; their other sessions and the links to their account end.
 * Guesses at the old one count like those of signing in.
 *
 * @param session the hash of the id of the session that goes on
 */
export async function changePassword(
  store: Store,
  person: Person,
  given: { readonly current: string; readonly password: string },
  session: string | undefined,
  { actor, now }: ByWhom,
): Promise<PasswordChange> {
  const problem = passwordProblem(given.password, person.email)
  if (problem) return { kind: 'refused', field: 'password', message: problem }
  const begun = await beginAttempt(store, { email: person.email, address: actor.address ?? 'unknown' }, now)
  if (begun.kind === 'throttled') return begun
  const wrong: PasswordChange = { kind: 'refused', field: 'current', message: 'This is not your password.' }
  if (given.current.length > 2 * PASSWORD_LENGTH.max) return wrong
  const user = await findUserToSignIn(store.db, person.email)
  let passwordHash: string
  try {
    if (!(await verifyPassword(given.current, user?.passwordHash))) return wrong
    passwordHash = await hashPassword(given.password)
  } catch (error) {
    if (!(error instanceof TurnstileFull)) throw error
    await unjudged(store, begun.attempt)
    return { kind: 'busy' }
  }
  await succeeded(store, begun.attempt)
  await store.transaction(async (trx) => {
    await setPasswordHash(trx, person.id, passwordHash)
    await deleteSessionsOf(trx, person.id, session)
    await deleteLinksOf(trx, person.id)
    await recordAudit(trx, { actor, action: 'password.changed', subject: subjectOf(person) }, now)
  })
  return { kind: 'changed' }
}
