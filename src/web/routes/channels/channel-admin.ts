import { AccessDenied } from '../../access-denied.ts'
import type { Principal } from '../../env.ts'
import type { Ctx } from '../../routes.ts'

export const CHANNELS = '/admin/channels'
/** Where a channel is addressed; anything else there is no number of one. */
export const CHANNEL = `${CHANNELS}/:id{[0-9]{1,15}}`

/** Who asks, when they may set channels. @throws AccessDenied */
export function adminOf(c: Ctx): Extract<Principal, { kind: 'user' }> {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this page is for signed-in people')
  if (principal.role !== 'admin') throw new AccessDenied('role', 'Channels are for admins.')
  return principal
}
