import type { Hono } from 'hono'
import { createApp } from '../../src/app.ts'
import { ROLES, type Role } from '../../src/core/access/role.ts'
import { SCOPES, type Scope } from '../../src/core/access/scope.ts'
import { writeServiceLimit } from '../../src/core/access/service-limit.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { hashSecretToken } from '../../src/operations/access/secret-token.ts'
import { beginSession } from '../../src/operations/access/sessions.ts'
import type { Store } from '../../src/store/database.ts'
import type { Env } from '../../src/web/env.ts'
import type { DeclaredRoute } from '../../src/web/routes.ts'
import { openApi } from './api.ts'
import { addPerson } from './people.ts'
import { testStoresOn } from './stores.ts'

/** Somebody who comes to a route: what they are, and the headers that show it. */
export type Visitor =
  | { readonly is: 'nobody' }
  | {
      readonly is: 'person'
      readonly role: Role
      readonly services?: readonly string[]
      readonly signedInAgoMs?: number
    }
  | { readonly is: 'token'; readonly scope: Scope; readonly services?: readonly string[] }

export const EVERY_ROLE: readonly Visitor[] = ROLES.map((role) => ({ is: 'person', role }))
export const EVERY_SCOPE: readonly Visitor[] = SCOPES.map((scope) => ({ is: 'token', scope }))

export const nameOf = ({ method, path }: DeclaredRoute): string => `${method} ${path}`

export const changes = ({ method }: DeclaredRoute): boolean => method !== 'GET' && method !== 'OPTIONS'

/** An address that the route answers, about nothing that exists: numbers, or days where numbers do not do. */
export const addressOf = ({ path }: DeclaredRoute): string =>
  path
    .replace(
      /:[a-z]+(?:\{(.*?)\}(?=\/|$))?/gi,
      (_, form = '.*') => ['987654321', '2026-11-01'].find((text) => new RegExp(`^(?:${form})$`).test(text)) ?? '1',
    )
    .replace('*', 'x')

/** The whole application on one server, and the means to come to it as anybody. */
export async function openToAll(env: Readonly<Record<string, string>> = {}) {
  const api = await openApi(testStoresOn('sqlite'), { env })
  const { app, declared } = createApp(api.deps)
  const { store } = api
  const now = api.deps.clock()

  /** Headers as a page of ours would make the browser send them. */
  const headersOf = async (visitor: Visitor): Promise<Record<string, string>> => {
    if (visitor.is === 'nobody') return {}
    if (visitor.is === 'token') {
      const { scope, services } = visitor
      const { token } = await createApiToken(store, { name: scope, scopes: [scope], services }, now)
      return { authorization: `Bearer ${token}` }
    }
    return await signedIn(store, visitor, now)
  }
  const call = async (route: DeclaredRoute, headers: Record<string, string>, body?: string): Promise<Response> => {
    const json = /^\/(api|hooks)\//.test(route.path)
    return await app.request(`http://127.0.0.1:3000${addressOf(route)}`, {
      method: route.method,
      headers: {
        ...(changes(route) && { 'content-type': json ? 'application/json' : 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(changes(route) && { body: body ?? (json ? '{}' : '') }),
    })
  }
  return { ...api, app: app as Hono<Env>, declared, headersOf, call }
}

let people = 0

async function signedIn(
  store: Store,
  { role, services, signedInAgoMs = 0 }: Extract<Visitor, { is: 'person' }>,
  now: number,
): Promise<Record<string, string>> {
  const userId = await addPerson(store.db, { email: `visitor-${++people}@example.com`, role })
  await store.db
    .updateTable('users')
    .set({ services: writeServiceLimit(services) })
    .where('id', '=', userId)
    .execute()
  const sessionId = await beginSession(store.db, userId, { address: '127.0.0.1' }, now - signedInAgoMs)
  const { csrf_token } = await store.db
    .selectFrom('sessions')
    .select('csrf_token')
    .where('id_hash', '=', hashSecretToken(sessionId))
    .executeTakeFirstOrThrow()
  return { cookie: `sid=${sessionId}`, 'sec-fetch-site': 'same-origin', 'x-csrf-token': csrf_token }
}
