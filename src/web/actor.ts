import type { Config } from '../config.ts'
import { mayAs, type Role } from '../core/access/role.ts'
import type { AuditActor } from '../core/audit/entry.ts'
import type { Actor } from '../core/emergency/approval.ts'
import { clientAddress } from './middleware/client-address.ts'
import type { Ctx } from './routes.ts'

/**
 * Who asks, as emergency releases know people and programs. The policy of the route let only these through.
 * @param config with it, from which address
 */
export function actorOf(c: Ctx, config?: Pick<Config, 'publicUrl' | 'signIn'>): Actor {
  const principal = c.get('principal')
  if (!principal) throw new Error('this route is declared without a policy that names somebody')
  const address = config && clientAddress(c, config)
  return principal.kind === 'user'
    ? {
        id: `user:${principal.userId}`,
        name: principal.name,
        kind: 'person',
        mayFire: mayAs(principal.role, 'release-manager'),
        signedInAt: principal.signedInAt,
        address,
      }
    : {
        id: `token:${principal.tokenId}`,
        name: principal.name,
        kind: 'token',
        mayFire: principal.scopes.includes('releases:fire'),
        signedInAt: undefined,
        address,
      }
}

/** Whether a signed-in person of this role or a higher one asks; for what a page offers, not for what is allowed. */
export function isPerson(c: Ctx, role: Role): boolean {
  const principal = c.get('principal')
  return principal?.kind === 'user' && mayAs(principal.role, role)
}

/** Who asks, as the audit log knows people and programs. */
export function auditActorOf(c: Ctx, config: Pick<Config, 'publicUrl' | 'signIn'>): AuditActor {
  const { id, name, kind, address = null } = actorOf(c, config)
  return { kind, id, name, address }
}
