import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Hono } from 'hono'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import type { Env } from '../../src/web/env.ts'
import { notFound, onError } from '../../src/web/errors.ts'
import { type AccessDeps, guardFor } from '../../src/web/middleware/access.ts'
import { requestIds } from '../../src/web/middleware/request-id.ts'
import { securityHeaders } from '../../src/web/middleware/security-headers.ts'
import { registerAccountRoutes } from '../../src/web/routes/account/account.tsx'
import { Routes } from '../../src/web/routes.ts'
import { createMetrics } from '../../src/web/server/metrics.ts'
import { day } from './factories.ts'
import { PASSWORD } from './people.ts'
import { testStoresOn } from './stores.ts'

export const LOCAL = 'http://127.0.0.1:3000'

/** The access layer and its pages around a few routes, one of each policy, that say who asked. */
export async function anAccessApp(publicUrl = LOCAL, env: Readonly<Record<string, string>> = {}) {
  const store = await testStoresOn('sqlite')()
  const dataDir = mkdtempSync(join(tmpdir(), 'postflight-access-'))
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }))
  const time = { now: day(1) }
  const logged: string[] = []
  const config = readConfig({ PUBLIC_URL: publicUrl, DATA_DIR: dataDir, ...env })
  const deps: AccessDeps = {
    config,
    store,
    secretBox: openSecretBox(config.keyFile),
    accountMailer: { wake: () => {} },
    clock: () => time.now,
    metrics: createMetrics(false),
    log: pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) }),
  }
  const routes = new Routes(guardFor(deps))
  routes.get('/open', 'open', (c) => c.text(`upstream: ${c.get('upstreamRequestId') ?? 'none'}`))
  routes.get('/page', 'session', (c) => c.json(c.get('principal')))
  routes.post('/page', 'session', async (c) => c.json({ changed: (await c.req.parseBody()).title ?? null }))
  routes.get('/fails', 'session', () => {
    throw new Error('boom')
  })
  routes.get('/api/v1/things', { scope: 'read' }, (c) => c.json(c.get('principal')))
  routes.post('/api/v1/things', { scope: 'defects:write' }, async (c) => c.json({ got: await c.req.json() }))
  registerAccountRoutes(routes, deps)

  const app = new Hono<Env>()
  app.use(requestIds())
  app.use(securityHeaders(deps.config))
  app.route('/', routes.app)
  app.notFound(notFound)
  app.onError(onError(deps))
  return { app, deps, store, time, logged, browser: () => aBrowser(app, publicUrl) }
}

interface Visit {
  readonly headers?: Record<string, string>
  /** Sent as a form, by POST. */
  readonly form?: Record<string, string | string[]>
  /** Sent as JSON, by POST. */
  readonly json?: unknown
  readonly from?: string
}

/** Keeps the session cookie and says where its requests come from, as browsers do. */
export function aBrowser(app: Hono<Env>, publicUrl = LOCAL) {
  const cookies = new Map<string, string>()
  const visit = async (
    path: string,
    { headers = {}, form, json, from = '192.0.2.1' }: Visit = {},
  ): Promise<Response> => {
    const body = new URLSearchParams()
    for (const [name, values] of Object.entries(form ?? {}))
      for (const value of [values].flat()) body.append(name, value)
    const answer = await app.request(
      new URL(path, publicUrl).href,
      {
        method: form || json !== undefined ? 'POST' : 'GET',
        headers: {
          'Sec-Fetch-Site': 'same-origin',
          ...(json !== undefined && { 'Content-Type': 'application/json' }),
          Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...headers,
        },
        ...(form && { body }),
        ...(json !== undefined && { body: JSON.stringify(json) }),
      },
      { incoming: { socket: { remoteAddress: from } } },
    )
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/Max-Age=0/i.test(line)) cookies.delete(name)
      else cookies.set(name, value)
    }
    return answer
  }
  return {
    cookies,
    visit,
    signIn: (email = 'ana@example.com', password = PASSWORD) => visit('/login', { form: { email, password } }),
    /** Of the session, as a page of it would carry. */
    csrfToken: async (): Promise<string> => {
      const { csrfToken } = (await (await visit('/page')).json()) as { csrfToken: string }
      return csrfToken
    },
  }
}
