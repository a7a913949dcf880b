import type { HttpBindings } from '@hono/node-server'
import type { Role } from '../core/access/role.ts'
import type { Scope } from '../core/access/scope.ts'
import type { ServiceLimit } from '../core/access/service-limit.ts'

export { SCOPES, type Scope } from '../core/access/scope.ts'

/** Who is asking. Set by the access middleware, never from anything but a session or a token. */
export type Principal =
  | {
      readonly kind: 'user'
      readonly userId: number
      readonly name: string
      readonly email: string
      readonly role: Role
      /** Of which services they may change things. */
      readonly services: ServiceLimit
      /** Bound to the session; forms carry it in `_csrf`, scripts in X-CSRF-Token. */
      readonly csrfToken: string
      /** When they last showed who they are; epoch ms, 0 when only a proxy said so. */
      readonly signedInAt: number
      /** How they showed it; operations/access/sign-in-way.ts. */
      readonly way: string
      /** In which times are shown to them, an IANA name; web/time-zone.ts reads it. */
      readonly timeZone: string
    }
  | {
      readonly kind: 'token'
      readonly tokenId: number
      readonly name: string
      readonly scopes: readonly Scope[]
      readonly services: ServiceLimit
    }

/** Hono's typed context of this application. */
export interface Env {
  Bindings: Partial<HttpBindings>
  Variables: {
    /** Ours, on every answer as X-Request-Id. */
    requestId: string
    /** What a proxy or sender called this request, when it said so in a believable form; for the log. */
    upstreamRequestId: string | undefined
    principal: Principal | undefined
  }
}
