import { Secret, TOTP } from 'otpauth'
import type { TotpState } from '../../core/access/second-factor.ts'
import { deleteSessionsOf, setSessionWay } from '../../store/access/sessions.ts'
import {
  confirmTotpSecret,
  countUnusedRecoveryCodes,
  deleteTotp,
  findTotpSecret,
  hasTotp,
  putTotpSecret,
  takeTotpStep,
} from '../../store/access/totp.ts'
import type { Db, Store } from '../../store/database.ts'
import { makeRecoveryCodes, useRecoveryCode } from './recovery-codes.ts'
import type { SealedPlace, SecretBox } from './secret-box.ts'
import { recordSignInChange, type SignInOwner } from './sign-in-audit.ts'
import type { SignInWay } from './sign-in-way.ts'

/** RFC 6238 as every authenticator app knows it. */
const PERIOD_S = 30
const DIGITS = 6
/** Steps before and after ours that are taken too: clocks differ, and typing takes time. */
const WINDOW = 1
/** 160 bits, as RFC 4226 recommends. */
const SECRET_BYTES = 20

export async function totpState(db: Db, userId: number): Promise<TotpState> {
  const secret = await findTotpSecret(db, userId)
  if (!secret) return { kind: 'off' }
  if (secret.confirmedAt === null) return { kind: 'unconfirmed' }
  return { kind: 'on', since: secret.confirmedAt, recoveryCodesLeft: await countUnusedRecoveryCodes(db, userId) }
}

interface Owner {
  readonly userId: number
  readonly email: string
}

/** Makes a secret that counts once a code of it was shown. @returns false when one is in use already */
export async function beginTotp(store: Store, box: SecretBox, userId: number, now: number): Promise<boolean> {
  const secret = new Secret({ size: SECRET_BYTES }).base32
  return await putTotpSecret(store.db, userId, box.seal(placeOf(userId), secret), now)
}

/** What goes into the app, as a link for its camera and as text; undefined once it is confirmed, or was never made. */
export async function unconfirmedTotp(
  db: Db,
  box: SecretBox,
  { userId, email }: Owner,
): Promise<{ uri: string; secret: string } | undefined> {
  const found = await findTotpSecret(db, userId)
  if (!found || found.confirmedAt !== null) return undefined
  const secret = box.open(placeOf(userId), found.sealedSecret)
  return { uri: totpOf(secret, email).toString(), secret }
}

export type TotpConfirmation =
  /** It counts. The codes are shown once. */
  | { readonly kind: 'confirmed'; readonly recoveryCodes: readonly string[] }
  | { readonly kind: 'wrong-code' }
  | { readonly kind: 'nothing-to-confirm' }

/** A first code shows that the app has the secret; from then on signing in asks for one. Ends the other sessions. */
export async function confirmTotp(
  store: Store,
  box: SecretBox,
  owner: SignInOwner,
  typed: string,
  now: number,
): Promise<TotpConfirmation> {
  const { userId, sessionIdHash } = owner
  return await store.transaction(async (trx) => {
    const found = await findTotpSecret(trx, userId)
    if (!found || found.confirmedAt !== null) return { kind: 'nothing-to-confirm' }
    const step = stepOf(box.open(placeOf(userId), found.sealedSecret), typed, now)
    if (step === undefined) return { kind: 'wrong-code' }
    if (!(await confirmTotpSecret(trx, userId, found.sealedSecret, now))) return { kind: 'nothing-to-confirm' }
    await takeTotpStep(trx, userId, step)
    await deleteSessionsOf(trx, userId, sessionIdHash)
    // Password and code were both shown in it.
    await setSessionWay(trx, sessionIdHash, 'password-and-code' satisfies SignInWay)
    const recoveryCodes = await makeRecoveryCodes(trx, userId, now)
    await recordSignInChange(trx, owner, 'second-factor.added', { kind: 'authenticator app' }, now)
    return { kind: 'confirmed', recoveryCodes }
  })
}

/** Signing in asks for no code any more. Ends the other sessions. @returns whether it did until now */
export async function turnOffTotp(store: Store, owner: SignInOwner, now: number): Promise<boolean> {
  return await store.transaction(async (trx) => {
    const wasOn = await hasTotp(trx, owner.userId)
    await deleteTotp(trx, owner.userId)
    if (!wasOn) return false
    await deleteSessionsOf(trx, owner.userId, owner.sessionIdHash)
    await setSessionWay(trx, owner.sessionIdHash, 'password' satisfies SignInWay)
    await recordSignInChange(trx, owner, 'second-factor.removed', { kind: 'authenticator app' }, now)
    return true
  })
}

/** @returns ten new codes, shown once; undefined where no code is asked for */
export async function renewRecoveryCodes(store: Store, owner: SignInOwner, now: number): Promise<string[] | undefined> {
  return await store.transaction(async (trx) => {
    if (!(await hasTotp(trx, owner.userId))) return undefined
    const codes = await makeRecoveryCodes(trx, owner.userId, now)
    await recordSignInChange(trx, owner, 'recovery-codes.made', {}, now)
    return codes
  })
}

/**
 * What was shown besides the password: a code of the app that was not taken before, or a recovery code, used up now.
 * Undefined for neither. Call it in a transaction.
 */
export async function takeSecondFactor(
  trx: Db,
  box: SecretBox,
  userId: number,
  typed: string,
  now: number,
): Promise<'code' | 'recovery-code' | undefined> {
  const found = await findTotpSecret(trx, userId)
  if (!found || found.confirmedAt === null) return undefined
  if (!looksLikeCode(typed)) return (await useRecoveryCode(trx, userId, typed, now)) ? 'recovery-code' : undefined
  const step = stepOf(box.open(placeOf(userId), found.sealedSecret), typed, now)
  return step !== undefined && (await takeTotpStep(trx, userId, step)) ? 'code' : undefined
}

const withoutBlanks = (typed: string): string => typed.replace(/\s/g, '')

const looksLikeCode = (typed: string): boolean => new RegExp(`^\\d{${DIGITS}}$`).test(withoutBlanks(typed))

/** The time step whose code this is, near `now`. */
function stepOf(secret: string, typed: string, now: number): number | undefined {
  if (!looksLikeCode(typed)) return undefined
  const delta = totpOf(secret, '').validate({ token: withoutBlanks(typed), timestamp: now, window: WINDOW })
  return delta === null ? undefined : Math.floor(now / (PERIOD_S * 1000)) + delta
}

const totpOf = (secret: string, email: string): TOTP =>
  new TOTP({
    issuer: 'Postflight',
    label: email,
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD_S,
    secret: Secret.fromBase32(secret),
  })

const placeOf = (userId: number): SealedPlace => ({ purpose: 'totp_secrets.sealed_secret', row: String(userId) })
