import { hasTotp } from '../../store/access/totp.ts'
import { findUserToSignIn, findUserToSignInById, type User } from '../../store/access/users.ts'
import type { Db, Store } from '../../store/database.ts'
import { TurnstileFull } from '../intake/turnstile.ts'
import { PASSWORD_LENGTH, verifyPassword } from './passwords.ts'
import { beginPending, findPending, takePending } from './pending-sign-in.ts'
import type { SecretBox } from './secret-box.ts'
import { hashSecretToken } from './secret-token.ts'
import { beginSession, type Visitor } from './sessions.ts'
import { recordRefusedSignIn, recordSignIn } from './sign-in-audit.ts'
import { beginAttempt, succeeded, unjudged } from './sign-in-throttle.ts'
import type { SignInWay } from './sign-in-way.ts'
import { takeSecondFactor } from './totp.ts'

export interface SignedIn {
  readonly kind: 'signed-in'
  readonly sessionId: string
  readonly userId: number
}

export type SignInFailure =
  /** Unknown address, wrong password, disabled user, not whom it was asked of: alike, on purpose. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'throttled'; readonly until: number }
  /** Too many people are signing in at this moment. */
  | { readonly kind: 'busy' }

/** The password was right; there is no session until a code was as well. `pendingId` is for a cookie. */
export interface CodeNeeded {
  readonly kind: 'code-needed'
  readonly pendingId: string
  readonly userId: number
}

export type SignIn = SignedIn | CodeNeeded | SignInFailure

/** Checks e-mail and password. Takes as long for an unknown address as for a known one. */
export async function signIn(
  store: Store,
  credentials: {
    email: string
    password: string
    /** Who is signed in already, and shows once more that it is them; nobody else will do. */
    onlyFor?: number | undefined
  },
  visitor: Visitor,
  now: number,
): Promise<SignIn> {
  const email = normalEmail(credentials.email)
  const begun = await beginAttempt(store, { email, address: visitor.address }, now)
  if (begun.kind === 'throttled') return begun
  const user = await findUserToSignIn(store.db, email)
  let isRight: boolean
  try {
    // Nobody has such a password; hashing a megabyte of it would only cost.
    const isTooLong = credentials.password.length > 2 * PASSWORD_LENGTH.max
    isRight = !isTooLong && (await verifyPassword(credentials.password, user?.passwordHash))
  } catch (error) {
    if (!(error instanceof TurnstileFull)) throw error
    await unjudged(store, begun.attempt)
    return { kind: 'busy' }
  }
  const isWanted = credentials.onlyFor === undefined || credentials.onlyFor === user?.id
  if (!isRight || !user || user.disabledAt !== null || !isWanted) {
    await recordRefusedSignIn(store, user, visitor, { way: 'password', attempt: begun.attempt }, now)
    return { kind: 'refused' }
  }
  if (await hasTotp(store.db, user.id)) {
    // Not yet a success: else whoever knows the password could guess codes and start anew with every fourth.
    await unjudged(store, begun.attempt)
    const pending = { kind: 'code' as const, userId: user.id, data: hashSecretToken(user.passwordHash) }
    const pendingId = await store.transaction((trx) => beginPending(trx, pending, visitor.address, now))
    return { kind: 'code-needed', pendingId, userId: user.id }
  }
  await succeeded(store, begun.attempt)
  const sessionId = await store.transaction((trx) => signInAs(trx, user, visitor, { way: 'password' }, now))
  return { kind: 'signed-in', sessionId, userId: user.id }
}

export type CodeSignIn =
  | (SignedIn & { readonly by: 'code' | 'recovery-code' })
  | Exclude<SignInFailure, { kind: 'busy' }>
  /** It took too long, was finished already, or was begun by another browser: the password is due again. */
  | { readonly kind: 'ended' }

/** The second step: a code of the app or a recovery code. Wrong ones count as wrong passwords do. */
export async function signInWithCode(
  store: Store,
  box: SecretBox,
  { pendingId, code }: { pendingId: string | undefined; code: string },
  visitor: Visitor,
  now: number,
): Promise<CodeSignIn> {
  const pending = await findPending(store.db, pendingId, 'code', now)
  const user = pending?.userId ? await findUserToSignInById(store.db, pending.userId) : undefined
  // A password that was changed meanwhile ends what was begun with the former one.
  if (!pending || !user || user.disabledAt !== null || pending.data !== hashSecretToken(user.passwordHash))
    return { kind: 'ended' }
  const begun = await beginAttempt(store, { email: user.email, address: visitor.address }, now)
  if (begun.kind === 'throttled') return begun
  const outcome = await store.transaction(async (trx): Promise<CodeSignIn> => {
    const by = await takeSecondFactor(trx, box, user.id, code, now)
    if (!by) return { kind: 'refused' }
    if (!(await takePending(trx, pendingId, 'code', now))) return { kind: 'ended' }
    const sessionId = await signInAs(trx, user, visitor, { way: 'password-and-code', by }, now)
    return { kind: 'signed-in', sessionId, userId: user.id, by }
  })
  if (outcome.kind === 'signed-in') await succeeded(store, begun.attempt)
  if (outcome.kind === 'refused')
    await recordRefusedSignIn(store, user, visitor, { way: 'password-and-code', attempt: begun.attempt }, now)
  return outcome
}

/** Begins the session of somebody who showed who they are, and writes it down. Call it in a transaction. */
export async function signInAs(
  trx: Db,
  user: Pick<User, 'id' | 'email' | 'name'>,
  visitor: Visitor,
  how: { way: SignInWay; by?: string },
  now: number,
): Promise<string> {
  const sessionId = await beginSession(trx, user.id, visitor, now, how)
  await recordSignIn(trx, user, visitor, how, now)
  return sessionId
}

/** The form in which addresses are stored and compared. */
export const normalEmail = (email: string): string => email.trim().toLowerCase()
