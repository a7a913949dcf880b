import { createHmac, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Config, readConfig } from '../config.ts'
import { createApiToken } from '../operations/access/api-tokens.ts'
import { createUser } from '../operations/access/create-user.ts'
import { openSecretBox } from '../operations/access/secret-box.ts'
import { createSource } from '../operations/sources/sources-admin.ts'
import { simulateHistory } from '../simulation/history.ts'
import { simulateMinute } from '../simulation/live-activity.ts'
import type { SimulatedPost } from '../simulation/native-items.ts'
import { openStore } from '../store/database.ts'
import { saveSchedule } from '../store/oncall/on-call-schedules.ts'
import { saveSetting } from '../store/settings.ts'
import type { Terminal } from './terminal.ts'

export interface DemoOptions {
  readonly seed: number
  readonly days: number
  /** Called when the storage fails under the running demo. */
  readonly onBroken: (error: unknown) => void
}

export interface Demo {
  readonly address: string
  readonly email: string
  readonly password: string
  readonly deployments: number
  readonly defects: number
  /** Ends the server and removes its database. */
  stop(): Promise<void>
}

const EMAIL = 'demo@example.com'
/** Turns of a week, of everybody alike. */
const ON_CALL: Parameters<typeof saveSchedule>[1] = {
  id: undefined,
  serviceId: undefined,
  settings: {
    base: {
      kind: 'rotation',
      names: ['Ana', 'Ben', 'Cleo'],
      starts: '2026-01-05T09:00',
      every: 1,
      unit: 'weeks',
      zone: 'Europe/Berlin',
    },
    overrides: [],
  },
  seal: undefined,
}
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

async function startIn(dataDir: string, terminal: Terminal, { seed, days, onBroken }: DemoOptions): Promise<Demo> {
  const config = await demoConfig(dataDir, terminal.env)
  const { password, token, secret } = await prepare(config, terminal.clock())
  const { startServer } = await import('../serve.ts')
  const log = pino({ level: config.logLevel }, terminal.stderr)
  const server = await startServer(config, { log, onBroken, clock: terminal.clock })
  const sender = new Sender(`http://${hostOf(config)}:${server.port}`, token)

  const now = terminal.clock()
  const history = simulateHistory({ seed, now, days })
  await sender.sendAll(history.posts)
  await sender.sendWebhooks(secret)
  await server.deps.processor.runUntilIdle()

  const stopPlaying = keepPlaying(
    (minute) => simulateMinute(history, seed, minute, terminal.clock()),
    sender,
    (error) => log.error({ err: error }, 'the simulator could not send'),
  )
  const ids = (kind: SimulatedPost['kind']) =>
    new Set(history.posts.filter((post) => post.kind === kind).map((post) => post.item.id)).size
  return {
    address: server.deps.config.publicUrl,
    email: EMAIL,
    password,
    deployments: ids('deployments'),
    defects: ids('defects'),
    async stop() {
      stopPlaying()
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

/** The label, a person, a token and a webhook source, before the server is there and could offer a set-up link. */
async function prepare(config: Config, now: number): Promise<{ password: string; token: string; secret: string }> {
  const { dataDir, allowNetworkFileSystem } = config
  const store = await openStore({ dataDir, allowNetworkFileSystem, exclusive: false, writerThread: false })
  try {
    await saveSetting(store.db, 'demo', '1')
    await saveSchedule(store.db, ON_CALL, { name: 'Demo', now })
    const password = randomBytes(12).toString('base64url')
    const user = await createUser(store, { email: EMAIL, name: 'Demo', role: 'admin', password }, now)
    if (user.kind === 'refused') throw new Error(`the demo user was refused: ${JSON.stringify(user.problems)}`)
    const scopes = ['deployments:write', 'defects:write']
    const { token } = await createApiToken(store, { name: 'simulator', scopes }, now)
    const { secret } = await createSource(store, openSecretBox(config.keyFile), { kind: 'github' }, now)
    return { password, token, secret }
  } finally {
    await store.close()
  }
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
