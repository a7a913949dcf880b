import { isFresh } from '../../../core/emergency/approval.ts'
import { hashSecretToken } from '../../../operations/access/secret-token.ts'
import type { Principal } from '../../env.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { readSessionCookie } from '../../middleware/session-cookie.ts'
import type { Ctx } from '../../routes.ts'

export function personOf(c: Ctx): Extract<Principal, { kind: 'user' }> {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this route is declared without a session')
  return principal
}

/** The session that asks, for what ends all others. */
export const sessionOf = (c: Ctx, deps: AccessDeps): { sessionIdHash: string } => ({
  sessionIdHash: hashSecretToken(readSessionCookie(c, deps.config) ?? ''),
})

/** Whether they showed in the last ten minutes who they are: a browser left alone must not change how they sign in. */
export const hasSignedInRecently = (c: Ctx, deps: AccessDeps): boolean =>
  isFresh({ kind: 'person', signedInAt: personOf(c).signedInAt }, deps.clock())

/** To the form that renews it, and from there to `next`. */
export const toSignInAgain = (c: Ctx, next: string): Response =>
  c.redirect(`/login?again=1&next=${encodeURIComponent(next)}`, 303)
