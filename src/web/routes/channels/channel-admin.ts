import type { Principal } from '../../env.ts'
import type { Ctx } from '../../routes.ts'

export const CHANNELS = '/admin/channels'
/** Where a channel is addressed; anything else there is no number of one. */
export const CHANNEL = `${CHANNELS}/:id{[0-9]{1,15}}`

export const ADMINS = { role: 'admin' } as const
/** What is saved holds addresses and keys. */
export const ADMINS_NOW = { role: 'admin', recent: true, secrets: ['url', 'key'] } as const

/** Who asks. */
export function adminOf(c: Ctx): Extract<Principal, { kind: 'user' }> {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this page is for signed-in people')
  return principal
}
