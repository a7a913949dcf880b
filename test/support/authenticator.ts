import { Secret, TOTP } from 'otpauth'
import type { SecretBox } from '../../src/operations/access/secret-box.ts'
import type { SignInOwner } from '../../src/operations/access/sign-in-audit.ts'
import { beginTotp, confirmTotp, unconfirmedTotp } from '../../src/operations/access/totp.ts'
import type { Store } from '../../src/store/database.ts'

/** The app on somebody's phone: which code it shows at an instant. */
export const authenticator = (secret: string) => (at: number) =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: at })

/** Who changes how they sign in, from no session of theirs. */
export const ownerOf = (userId: number): SignInOwner => ({
  userId,
  email: 'ana@example.com',
  name: 'Ana',
  sessionIdHash: '',
  address: '192.0.2.1',
})

/** Turns the app on for a person, a minute before `now`, so that the code of `now` was not used yet. */
export async function withAuthenticator(store: Store, box: SecretBox, userId: number, now: number) {
  const before = now - 60_000
  await beginTotp(store, box, userId, before)
  const made = await unconfirmedTotp(store.db, box, { userId, email: 'ana@example.com' })
  if (!made) throw new Error('the secret was not made')
  const codeAt = authenticator(made.secret)
  const confirmation = await confirmTotp(store, box, ownerOf(userId), codeAt(before), before)
  if (confirmation.kind !== 'confirmed') throw new Error(confirmation.kind)
  return { codeAt, secret: made.secret, recoveryCodes: confirmation.recoveryCodes }
}
