import { Hono } from 'hono'
import { pino } from 'pino'
import { readConfig } from '../../src/config.ts'
import type { Scope } from '../../src/core/access/scope.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import { ClockWatch } from '../../src/operations/clock-watch.ts'
import { RateLimits } from '../../src/operations/intake/rate-limits.ts'
import { RefusalLog } from '../../src/operations/intake/refusal-log.ts'
import { Notifier } from '../../src/operations/notifications/send-notifications.ts'
import { SourceDirectory } from '../../src/operations/sources/source-directory.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import type { Store } from '../../src/store/database.ts'
import type { Deps } from '../../src/web/deps.ts'
import type { Env } from '../../src/web/env.ts'
import { notFound, onError, wrongMethod } from '../../src/web/errors.ts'
import { guardFor } from '../../src/web/middleware/access.ts'
import { plainAddresses } from '../../src/web/middleware/plain-addresses.ts'
import { requestIds } from '../../src/web/middleware/request-id.ts'
import { registerApiReadRoutes } from '../../src/web/routes/api/api.ts'
import { registerHealthRoutes } from '../../src/web/routes/health.ts'
import { registerHookRoutes } from '../../src/web/routes/intake/hooks.ts'
import { registerNativeApiRoutes } from '../../src/web/routes/intake/native-api.ts'
import { Routes } from '../../src/web/routes.ts'
import { createMetrics } from '../../src/web/server/metrics.ts'
import { day } from './factories.ts'
import { processingOn } from './processing.ts'
import type { OpenTestStore } from './stores.ts'

/** What programs see of the application: hooks, the JSON API, health; with a token for every scope. */
export interface Api {
  readonly app: Hono<Env>
  readonly routes: Routes
  readonly deps: Deps
  readonly store: Store
  /** What was logged, one object a line. */
  readonly logged: readonly Record<string, unknown>[]
  /** GET with the token of all scopes. */
  get(path: string): Promise<Response>
  /** POST of one value as JSON with that token. */
  post(path: string, value: unknown): Promise<Response>
  patch(path: string, value: unknown): Promise<Response>
  token(...scopes: Scope[]): Promise<string>
}

export interface ApiOptions {
  readonly clock?: () => number
  readonly monotonic?: () => number
  readonly stopping?: AbortSignal
  readonly env?: Readonly<Record<string, string>>
  /** Routes that only a test has. */
  readonly more?: (routes: Routes) => void
}

/** The last word of the tests' calendar: everything in it has happened. */
const NOW = day(100)

export async function openApi(openTestStore: OpenTestStore, options: ApiOptions = {}): Promise<Api> {
  const { dataDir, databaseUrl, ...place } = await openTestStore.newPlace()
  const store = await openTestStore({ dataDir, databaseUrl, ...place })
  const clock = options.clock ?? (() => NOW)
  const monotonic = options.monotonic ?? (() => performance.now())
  const config = readConfig({ DATA_DIR: dataDir, ...options.env })
  const secretBox = openSecretBox(config.keyFile)
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => logged.push(JSON.parse(line)) })
  const { publicUrl, mailServer, outbound } = config
  const notifier = new Notifier({ store, secretBox, rules: outbound, publicUrl, mailServer, log, clock })
  const deps: Deps = {
    config,
    secretBox,
    clock,
    log,
    ...(await processingOn(store, clock)),
    dispatcher: { wake: () => {} },
    accountMailer: { wake: () => {} },
    notifier: { wake: () => {}, test: (id, by) => notifier.test(id, by), resend: (id) => notifier.resend(id) },
    rateLimits: new RateLimits(config.sourceRate),
    refusals: new RefusalLog({ store, onTrouble: () => {}, onNews: () => {} }),
    sourceDirectory: new SourceDirectory(store, secretBox, clock),
    monotonic,
    clockWatch: new ClockWatch({ clock, monotonic, onJump: () => {} }),
    metrics: createMetrics(false),
    stopping: options.stopping ?? new AbortController().signal,
  }
  await createSource(store, secretBox, { kind: 'github', secret: 'a-secret-for-the-tests' }, clock())

  const routes = new Routes(guardFor(deps))
  for (const register of [registerHookRoutes, registerNativeApiRoutes, registerApiReadRoutes, registerHealthRoutes])
    register(routes, deps)
  options.more?.(routes)
  const app = new Hono<Env>()
  app.use(requestIds())
  app.use(plainAddresses())
  app.use(wrongMethod(routes.app))
  app.route('/', routes.app)
  app.notFound(notFound)
  app.onError(onError(deps))

  const token = async (...scopes: Scope[]) =>
    (await createApiToken(store, { name: 'Test script', scopes }, clock())).token
  const all = await token('read', 'deployments:write', 'defects:write', 'freezes:write', 'locks:write', 'releases:fire')
  const send = (method: string) => async (path: string, value: unknown) =>
    await app.request(path, {
      method,
      headers: { Authorization: `Bearer ${all}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(value),
    })
  return {
    app,
    routes,
    deps,
    store,
    logged,
    token,
    get: async (path) => await app.request(path, { headers: { Authorization: `Bearer ${all}` } }),
    post: send('POST'),
    patch: send('PATCH'),
  }
}

/** Asserts the status and gives the body; a failure shows what came instead. */
export async function bodyOf<Body = Record<string, unknown>>(response: Response, status = 200): Promise<Body> {
  const text = await response.text()
  if (response.status !== status) throw new Error(`got ${response.status} instead of ${status}: ${text}`)
  return JSON.parse(text) as Body
}
