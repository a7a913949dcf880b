import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Config, readConfig } from '../../config.ts'
import type { Role } from '../../core/access/role.ts'
import { createApiToken } from '../../operations/access/api-tokens.ts'
import { createUser } from '../../operations/access/create-user.ts'
import { openSecretBox } from '../../operations/access/secret-box.ts'
import { saveTarget } from '../../operations/emergency/ci-targets.ts'
import { createSource } from '../../operations/sources/sources-admin.ts'
import { simulateHistory } from '../../simulation/history.ts'
import { simulateMinute } from '../../simulation/live-activity.ts'
import type { SimulatedPost } from '../../simulation/native-items.ts'
import { openStore } from '../../store/database.ts'
import { savePolicy } from '../../store/emergency/emergency-settings.ts'
import { findEnvironment } from '../../store/services/services.ts'
import { saveSetting } from '../../store/settings.ts'
import type { Deps } from '../../web/deps.ts'
import type { Terminal } from '../terminal.ts'
import { type DemoCi, type DemoCiParts, startDemoCi } from './demo-ci.ts'
import { playStory, type StoryParts, type StoryPerson, type StoryPlace } from './demo-story.ts'

export interface DemoOptions {
  readonly seed: number
  readonly days: number
  /** How long the simulated CI takes. */
  readonly ciPace?: DemoCiParts['pace']
  /** Called when the storage fails under the running demo. */
  readonly onBroken: (error: unknown) => void
}

export interface Demo {
  readonly address: string
  readonly email: string
  readonly password: string
  readonly deployments: number
  readonly defects: number
  /**
   * Plays an emergency release against the release that goes wrong, to its end, in about three minutes.
   * @returns where it can be read
   * @throws StoryEnded
   */
  playStory(tell: (line: string) => void): Promise<string>
  /** Ends the server and removes its database. */
  stop(): Promise<void>
}

const EMAIL = 'demo@example.com'
const PRODUCTION = 'production'
/** Nobody wants to wait for ten. */
const QUIET_MINUTES = 2
/** What a build server or tracker would send at once; small, so that the list of deliveries has something to show. */
const ITEMS_PER_POST = 60

/**
 * Starts a server over a database of its own and fills it through the front door with a simulated past; from then on
 * a few things happen every minute. Settings that would lead to a real database are passed over.
 * @throws BadConfig, or the socket's own error
 */
export async function startDemo(terminal: Terminal, options: DemoOptions): Promise<Demo> {
  const dataDir = mkdtempSync(join(tmpdir(), 'postflight-demo-'))
  const remove = () => rmSync(dataDir, { recursive: true, force: true })
  // However the process ends, short of kill -9.
  process.once('exit', remove)
  const forget = () => {
    process.off('exit', remove)
    remove()
  }
  try {
    const demo = await startIn(dataDir, terminal, options)
    return { ...demo, stop: () => demo.stop().finally(forget) }
  } catch (error) {
    forget()
    throw error
  }
}

async function startIn(
  dataDir: string,
  terminal: Terminal,
  { seed, days, onBroken, ciPace }: DemoOptions,
): Promise<Demo> {
  const config = await demoConfig(dataDir, terminal.env)
  const { password, token, secret, people } = await prepare(config, terminal.clock())
  const { startServer } = await import('../../serve.ts')
  const log = pino({ level: config.logLevel }, terminal.stderr)
  const server = await startServer(config, { log, onBroken, clock: terminal.clock })
  const sender = new Sender(`http://${hostOf(config)}:${server.port}`, token)

  const now = terminal.clock()
  const history = simulateHistory({ seed, now, days })
  await sender.sendAll(history.posts)
  await sender.sendWebhooks(secret)
  await server.deps.processor.runUntilIdle()

  const onError = (error: unknown) => log.error({ err: error }, 'the simulator could not send')
  const bad = history.badRelease.release
  let isBadLive = true
  const ci = await startDemoCi({
    clock: terminal.clock,
    tell: (item) => sender.send({ at: terminal.clock(), kind: 'deployments', item }),
    onLive(service, environment, version) {
      if (service === bad.service && environment === PRODUCTION) isBadLive = version === bad.version
    },
    onError,
    ...(ciPace && { pace: ciPace }),
  })
  ci.believe(await connectCi(server.deps, ci, { ...bad, environment: PRODUCTION }))

  const stopPlaying = keepPlaying(
    (minute) => simulateMinute(history, seed, minute, terminal.clock(), { isBadLive }),
    sender,
    onError,
  )
  const ending = new AbortController()
  const ids = (kind: SimulatedPost['kind']) =>
    new Set(history.posts.filter((post) => post.kind === kind).map((post) => post.item.id)).size
  return {
    address: server.deps.config.publicUrl,
    email: EMAIL,
    password,
    deployments: ids('deployments'),
    defects: ids('defects'),
    async playStory(tell) {
      const place = { service: bad.service, version: bad.version, environment: PRODUCTION }
      const id = await playStory({ deps: server.deps, people, tell, stopping: ending.signal }, place)
      return `${server.deps.config.publicUrl}/emergency/ER-${id}`
    },
    async stop() {
      ending.abort()
      stopPlaying()
      ci.close()
      await server.stop()
    },
  }
}

async function demoConfig(dataDir: string, env: Terminal['env']): Promise<Config> {
  const { HOST, PUBLIC_URL, INSECURE_HTTP, ALLOW_NETWORK_FILE_SYSTEM, LOG_LEVEL = 'warn', PORT } = env
  // The demo steps aside for a real server.
  const port = PORT || ((await isFree(3000, HOST || '127.0.0.1')) ? '3000' : '0')
  return readConfig({
    HOST,
    PUBLIC_URL,
    INSECURE_HTTP,
    ALLOW_NETWORK_FILE_SYSTEM,
    LOG_LEVEL,
    PORT: port,
    DATA_DIR: dataDir,
    // Where the simulated CI listens.
    OUTBOUND_ALLOW: '127.0.0.1',
  })
}

const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, host, () => probe.close(() => resolve(true)))
  })

/** A wildcard address cannot be called. */
const hostOf = ({ host }: Config): string => {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host.includes(':') ? (host === '::' ? '[::1]' : `[${host}]`) : host
}

interface Prepared {
  readonly password: string
  readonly token: string
  readonly secret: string
  readonly people: StoryParts['people']
}

/** The label, people, a token and a webhook source, before the server is there and could offer a set-up link. */
async function prepare(config: Config, now: number): Promise<Prepared> {
  const { dataDir, allowNetworkFileSystem } = config
  const store = await openStore({ dataDir, allowNetworkFileSystem, exclusive: false, writerThread: false })
  try {
    await saveSetting(store.db, 'demo', '1')
    const password = randomBytes(12).toString('base64url')
    const person = async (name: string, email: string, role: Role, word: string): Promise<StoryPerson> => {
      const made = await createUser(store, { email, name, role, password: word }, now)
      if (made.kind === 'refused') throw new Error(`the demo user was refused: ${JSON.stringify(made.problems)}`)
      return { userId: made.userId, name }
    }
    await person('Demo', EMAIL, 'admin', password)
    // Nobody signs in as these; they act in the story.
    const unknown = () => randomBytes(24).toString('base64url')
    const people = {
      opens: await person('Ana', 'ana@example.com', 'engineer', unknown()),
      approves: await person('Ben', 'ben@example.com', 'release-manager', unknown()),
    }
    const scopes = ['deployments:write', 'defects:write']
    const { token } = await createApiToken(store, { name: 'simulator', scopes }, now)
    const { secret } = await createSource(store, openSecretBox(config.keyFile), { kind: 'github' }, now)
    return { password, token, secret, people }
  } finally {
    await store.close()
  }
}

/**
 * Has the simulated CI asked for the service in trouble, and lets one alone approve while an S1 is open: who tries the
 * demo is alone.
 * @returns what the requests are signed with
 */
async function connectCi({ store, secretBox, config, clock }: Deps, ci: DemoCi, place: StoryPlace): Promise<string> {
  const by = { name: 'Demo', now: clock() }
  const saved = await saveTarget(
    { store, secretBox, allow: config.outbound.allow },
    {
      service: place.service,
      environment: place.environment,
      kind: 'webhook',
      settings: { url: ci.url, lookupUrl: ci.lookupUrl },
      secret: '',
    },
    by,
  )
  if (saved.kind === 'refused') throw new Error(`the demo's CI was refused: ${JSON.stringify(saved.problems)}`)
  const environment = await findEnvironment(store.db, place.environment)
  if (!environment) throw new Error(`${place.environment} is not known`)
  const approval = { ownRequests: 'while-s1-open', breakGlass: true } as const
  await store.transaction((trx) =>
    savePolicy(trx, environment.id, { approval, quietMinutes: QUIET_MINUTES, humanChecks: [] }, by),
  )
  return saved.secret ?? ''
}

/** Speaks to the server as any tool would: over HTTP, with a token. */
class Sender {
  readonly #base: string
  readonly #token: string

  constructor(base: string, token: string) {
    this.#base = base
    this.#token = token
  }

  /** In the order in which things were said, neighbours of a kind together. */
  async sendAll(posts: readonly SimulatedPost[]): Promise<void> {
    for (const kind of ['deployments', 'defects'] as const) {
      const items = posts.filter((post) => post.kind === kind).map(({ item }) => item)
      for (let from = 0; from < items.length; from += ITEMS_PER_POST)
        await this.#post(kind, items.slice(from, from + ITEMS_PER_POST))
    }
  }

  async send({ kind, item }: SimulatedPost): Promise<void> {
    await this.#post(kind, item)
  }

  /** One delivery that says nothing about software and one that was cut short: both can be looked at. */
  async sendWebhooks(secret: string): Promise<void> {
    const ping = JSON.stringify({ zen: 'Anything added dilutes everything else.', hook_id: 1 })
    const cutShort = '{"action":"created","deployment_status":{"state":"success","created_at":"2026-'
    for (const [event, body] of [
      ['ping', ping],
      ['deployment_status', cutShort],
    ] as const)
      await this.#request('/hooks/github', body, {
        'x-github-event': event,
        'x-github-delivery': `simulated-${event}`,
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      })
  }

  #post(kind: SimulatedPost['kind'], body: unknown): Promise<void> {
    return this.#request(`/api/v1/${kind}`, JSON.stringify(body), { authorization: `Bearer ${this.#token}` })
  }

  async #request(path: string, body: string, headers: Record<string, string>): Promise<void> {
    const response = await fetch(this.#base + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
    const answer = await response.text()
    if (!response.ok) throw new Error(`POST ${path} was answered ${response.status}: ${answer.slice(0, 500)}`)
  }
}

/** Spreads the posts of each minute over it. Returns the way to stop. */
function keepPlaying(
  postsOf: (minute: number) => SimulatedPost[],
  sender: Sender,
  onError: (error: unknown) => void,
): () => void {
  let timer: NodeJS.Timeout
  let minute = 0
  let waiting: SimulatedPost[] = []
  let gapMs = 0
  const step = () => {
    if (waiting.length === 0) {
      waiting = postsOf(++minute)
      gapMs = 60_000 / Math.max(1, waiting.length)
    }
    const post = waiting.shift()
    if (post) sender.send(post).catch(onError)
    timer = setTimeout(step, gapMs)
  }
  timer = setTimeout(step, 5_000)
  return () => clearTimeout(timer)
}
