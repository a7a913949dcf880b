import type { MiddlewareHandler } from 'hono'
import type { Config } from '../../config.ts'
import type { Env } from '../env.ts'

/**
 * Where the public address is https no cookie goes out without `Secure`, whichever page set it: none comes back over plain
 * http. Otherwise they stay as they are, or browsers would keep none.
 */
export function secureCookies({ publicUrl }: Pick<Config, 'publicUrl'>): MiddlewareHandler<Env> {
  const isOverHttps = publicUrl.startsWith('https:')
  return async (c, next) => {
    await next()
    const cookies = isOverHttps ? c.res.headers.getSetCookie() : []
    if (cookies.every(isSecure)) return
    c.res.headers.delete('Set-Cookie')
    for (const cookie of cookies) c.res.headers.append('Set-Cookie', isSecure(cookie) ? cookie : `${cookie}; Secure`)
  }
}

const isSecure = (cookie: string): boolean => /; *secure(?:;|$)/i.test(cookie)
