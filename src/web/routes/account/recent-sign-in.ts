import { isFresh } from '../../../core/emergency/approval.ts'
import { hashSecretToken } from '../../../operations/access/secret-token.ts'
import type { SignInOwner } from '../../../operations/access/sign-in-audit.ts'
import type { Principal } from '../../env.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { clientAddress } from '../../middleware/client-address.ts'
import { readSessionCookie } from '../../middleware/session-cookie.ts'
import type { Ctx, Policy } from '../../routes.ts'

/** Their own affair, whatever their role and the services they are limited to. */
export const CHANGES_SIGN_IN: Policy = { role: 'viewer', recent: true, perService: true }

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
