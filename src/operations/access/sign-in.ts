import { findUserToSignIn } from '../../store/access/users.ts'
import type { Store } from '../../store/database.ts'
import { TurnstileFull } from '../intake/turnstile.ts'
import { PASSWORD_LENGTH, verifyPassword } from './passwords.ts'
import { beginSession, type Visitor } from './sessions.ts'
import { beginAttempt, succeeded, unjudged } from './sign-in-throttle.ts'

export type SignIn =
  | { readonly kind: 'signed-in'; readonly sessionId: string; readonly userId: number }
  /** Unknown address, wrong password, disabled user: alike, on purpose. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'throttled'; readonly until: number }
  /** Too many people are signing in at this moment. */
  | { readonly kind: 'busy' }

/** Checks e-mail and password and begins a session. Takes as long for an unknown address as for a known one. */
export async function signIn(
  store: Store,
  credentials: { email: string; password: string },
  visitor: Visitor,
  now: number,
): Promise<SignIn> {
  const email = normalEmail(credentials.email)
  const begun = await beginAttempt(store, { email, address: visitor.address }, now)
  if (begun.kind === 'throttled') return begun
  // Nobody has such a password; hashing a megabyte of it would only cost.
  if (credentials.password.length > 2 * PASSWORD_LENGTH.max) return { kind: 'refused' }
  const user = await findUserToSignIn(store.db, email)
  try {
    const right = await verifyPassword(credentials.password, user?.passwordHash)
    if (!right || !user || user.disabledAt !== null) return { kind: 'refused' }
  } catch (error) {
    if (!(error instanceof TurnstileFull)) throw error
    await unjudged(store, begun.attempt)
    return { kind: 'busy' }
  }
  await succeeded(store, begun.attempt)
  const sessionId = await store.transaction((trx) => beginSession(trx, user.id, visitor, now))
  return { kind: 'signed-in', sessionId, userId: user.id }
}

/** The form in which addresses are stored and compared. */
export const normalEmail = (email: string): string => email.trim().toLowerCase()
