import { isFresh } from '../../../core/emergency/approval.ts'
import { hashSecretToken } from '../../../operations/access/secret-token.ts'
import type { SignInOwner } from '../../../operations/access/sign-in-audit.ts'
import type { Principal } from '../../env.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { clientAddress } from '../../middleware/client-address.ts'
import { readSessionCookie } from '../../middleware/session-cookie.ts'
import type { Ctx } from '../../routes.ts'

export function personOf(c: Ctx): Extract<Principal, { kind: 'user' }> {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this route is declared without a session')
  return principal
}

/** Who asks to change how they sign in, and in which session. */
export function ownerOf(c: Ctx, deps: AccessDeps): SignInOwner {
  const { userId, email, name } = personOf(c)
  const sessionIdHash = hashSecretToken(readSessionCookie(c, deps.config) ?? '')
  return { userId, email, name, sessionIdHash, address: clientAddress(c, deps.config) }
}

/** Whether they showed in the last ten minutes who they are: a browser left alone must not change how they sign in. */
export const hasSignedInRecently = (c: Ctx, deps: AccessDeps): boolean =>
  isFresh({ kind: 'person', signedInAt: personOf(c).signedInAt }, deps.clock())

/** To the form that renews it, and from there to `next`. */
export const toSignInAgain = (c: Ctx, next: string): Response =>
  c.redirect(`/login?again=1&next=${encodeURIComponent(next)}`, 303)
