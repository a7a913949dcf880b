import type { Config } from '../config.ts'
import type { AuditActor } from '../core/audit/entry.ts'
import type { Actor } from '../core/emergency/approval.ts'
import { clientAddress } from './middleware/client-address.ts'
import type { Ctx } from './routes.ts'

const MAY_FIRE: readonly string[] = ['release-manager', 'admin']

/** Who asks, as emergency releases know people and programs. The policy of the route let only these through. */
export function actorOf(c: Ctx): Actor {
  const principal = c.get('principal')
  if (!principal) throw new Error('this route is declared without a policy that names somebody')
  return principal.kind === 'user'
    ? {
        id: `user:${principal.userId}`,
        name: principal.name,
        kind: 'person',
        mayFire: MAY_FIRE.includes(principal.role),
        signedInAt: principal.signedInAt,
      }
    : {
        id: `token:${principal.tokenId}`,
        name: principal.name,
        kind: 'token',
        mayFire: principal.scopes.includes('releases:fire'),
        signedInAt: undefined,
      }
}

/** Who asks, as the audit log knows people and programs. */
export function auditActorOf(c: Ctx, config: Pick<Config, 'publicUrl'>): AuditActor {
  const { id, name, kind } = actorOf(c)
  return { kind, id, name, address: clientAddress(c, config) }
}
