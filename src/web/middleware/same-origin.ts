import type { Config } from '../../config.ts'
import type { Ctx } from '../routes.ts'

/**
 * Whether a browser says that one of our own pages sent this. A request that says nothing at all did not come from a
 * browser of this decade, and is none of ours.
 */
export function isFromOurPages(c: Ctx, config: Pick<Config, 'publicUrl'>): boolean {
  const site = c.req.header('Sec-Fetch-Site')
  if (site !== undefined) return site === 'same-origin'
  // Browsers leave Sec-Fetch-Site out on plain http beyond loopback.
  const origin = c.req.header('Origin')
  if (origin === undefined || !URL.canParse(origin)) return false
  if (origin === new URL(config.publicUrl).origin) return true
  // On plain http the server has several names (localhost, an address); over https it has exactly the public one.
  return config.publicUrl.startsWith('http:') && origin === `http://${c.req.header('Host')}`
}
