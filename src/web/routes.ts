import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono'
import type { Env, Scope } from './env.ts'

/**
 * Who may call a route. There is no default: a route cannot be added without saying it.
 * - `open`: anyone
 * - `source`: the handler checks the sender's signature or token itself
 * - `session`: a signed-in person; unsafe methods also need the same origin and the CSRF token
 * - a scope: an API token that has it, or a signed-in person as above
 */
export type Policy = 'open' | 'source' | 'session' | { readonly scope: Scope }

export interface DeclaredRoute {
  readonly method: Method
  readonly path: string
  readonly policy: Policy
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
type Guard = (policy: Policy) => MiddlewareHandler<Env>

/** Collects the routes with their policies; the guard of each runs before its handlers. Reads as the site map. */
export class Routes {
  readonly app = new Hono<Env>()
  readonly declared: DeclaredRoute[] = []
  readonly #guard: Guard

  constructor(guard: Guard) {
    this.#guard = guard
  }

  get(path: string, policy: Policy, ...handlers: Handler<Env>[]): void {
    this.#add('GET', path, policy, handlers)
  }
  post(path: string, policy: Policy, ...handlers: Handler<Env>[]): void {
    this.#add('POST', path, policy, handlers)
  }
  put(path: string, policy: Policy, ...handlers: Handler<Env>[]): void {
    this.#add('PUT', path, policy, handlers)
  }
  /** What browsers ask before a script of another site may call; nothing else answers it. */
  options(path: string, policy: Policy, ...handlers: Handler<Env>[]): void {
    this.#add('OPTIONS', path, policy, handlers)
  }
  patch(path: string, policy: Policy, ...handlers: Handler<Env>[]): void {
    this.#add('PATCH', path, policy, handlers)
  }
  delete(path: string, policy: Policy, ...handlers: Handler<Env>[]): void {
    this.#add('DELETE', path, policy, handlers)
  }

  #add(method: Method, path: string, policy: Policy, handlers: Handler<Env>[]): void {
    this.declared.push({ method, path, policy })
    this.app.on(method, [path], this.#guard(policy), ...handlers)
  }
}

export type Ctx = Context<Env>
