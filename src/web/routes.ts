import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono'
import type { Role } from '../core/access/role.ts'
import type { Scope } from '../core/access/scope.ts'
import type { Env } from './env.ts'

/**
 * Who may call a route. There is no default: a route cannot be added without saying it. Together they are the one table of
 * who may do what; docs/access.md is tested against it.
 * - `open`: anyone
 * - `source`: the handler checks the sender's signature or token itself
 * - `session`: a signed-in person, to read
 * - `passive`: the same, asked for by an open page itself: it is no sign that somebody is there, and their session ages
 * - `own`: a signed-in person, whatever their role: it concerns nobody else
 * - `role`: a signed-in person of this role or a higher one
 * - `scope`: an API token that has it, or a signed-in person of the role that goes with it (core/access/role.ts)
 *
 * A person changes something only from a page of ours and with the CSRF token of the session.
 */
export type Policy = 'open' | 'source' | 'session' | 'passive' | 'own' | RolePolicy | ScopePolicy

interface RolePolicy extends Limited {
  readonly role: Role
  /** Only after a recent sign-in. Whoever comes too late signs in again and finds what they had typed. */
  readonly recent?: true
  /** Fields that are secret in this form, besides those that are in any (core/access/kept-form.ts): they are not kept. */
  readonly secrets?: readonly string[]
}

interface ScopePolicy extends Limited {
  readonly scope: Scope
  /** What a person must be, where that is more than the scope says. */
  readonly role?: Role
}

interface Limited {
  /**
   * The handler checks every service it changes something of (web/service-limit.ts). Where nobody says so, people and
   * tokens that are limited to some services change nothing.
   */
  readonly perService?: true
}

/** The scope with which a token may come; undefined: no token may. */
export const scopeOf = (policy: Policy): Scope | undefined =>
  typeof policy === 'object' && 'scope' in policy ? policy.scope : undefined

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
