import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** What GitHub's log says of one attempt. */
export interface LoggedAttempt {
  readonly id: string
  readonly guid: string
  readonly at: number
  readonly statusCode: number
}

export type FakeAnswer = { status: number; headers?: Record<string, string>; body?: string } | 'hang' | 'hang up'

/** One hook of GitHub's API on this machine, over real HTTP. */
export interface FakeGithub {
  readonly hookUrl: string
  /** Of the hook; GitHub shows its secret as stars. */
  readonly hook: { active: boolean; url: string }
  /** What was asked, in order: `GET `, `GET /deliveries`, `POST /deliveries/7/attempts`. */
  readonly calls: string[]
  readonly authorizations: Set<string | undefined>
  /** Attempts per page at most. */
  pageSize: number
  /** Set to answer a call in another way than GitHub would. */
  answer: ((call: string) => FakeAnswer | undefined) | undefined
  /** Called when a call is left hanging. */
  onHanging: (() => void) | undefined
  /** Set to really deliver what is asked for again; gives the status code. */
  deliver: ((guid: string) => Promise<number>) | undefined
  /** Adds an attempt, the newest unless its time says otherwise. */
  attempted(facts: Partial<LoggedAttempt> & { guid: string; at: number }): void
  /** Guids asked for again, in order. */
  asked(): string[]
}

export async function startFakeGithub(hookDeliversTo: string): Promise<FakeGithub> {
  const log: LoggedAttempt[] = []
  let lastId = 9_007_199_254_740_993n
  const server = createServer((request, response) => void respond(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const path = '/repos/acme/checkout/hooks/42'
  const github: FakeGithub = {
    hookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    hook: { active: true, url: hookDeliversTo },
    calls: [],
    authorizations: new Set(),
    pageSize: 100,
    answer: undefined,
    onHanging: undefined,
    deliver: undefined,
    attempted(facts) {
      log.push({ id: String(lastId++), statusCode: 502, ...facts })
      log.sort((a, b) => b.at - a.at)
    },
    asked: () =>
      github.calls.flatMap((call) => {
        const id = /^POST \/deliveries\/(\d+)\/attempts$/.exec(call)?.[1]
        const attempt = log.find((one) => one.id === id)
        return attempt ? [attempt.guid] : []
      }),
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://fake')
    const call = `${request.method} ${url.pathname.startsWith(path) ? url.pathname.slice(path.length) : url.pathname}`
    github.calls.push(call)
    github.authorizations.add(request.headers.authorization)
    const answer = github.answer?.(call) ?? (await asGithub(request, call, url))
    if (answer === 'hang') return github.onHanging?.()
    if (answer === 'hang up') return void request.socket.destroy()
    response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers })
    response.end(answer.body ?? '{"message":"…"}')
  }

  async function asGithub(request: IncomingMessage, call: string, url: URL): Promise<FakeAnswer> {
    // Both are required there.
    if (!request.headers['user-agent'] || !request.headers.authorization) return { status: 403 }
    if (call === 'GET ') return { status: 200, body: JSON.stringify(hookAsJson(github.hook)) }
    if (call === 'GET /deliveries') return page(url)
    const id = /^POST \/deliveries\/(\d+)\/attempts$/.exec(call)?.[1]
    const attempt = log.find((one) => one.id === id)
    if (!attempt) return { status: 404 }
    // GitHub answers first and delivers then.
    if (github.deliver) setImmediate(() => void redeliver(attempt, github.deliver))
    return { status: 202, body: '{}' }
  }

  async function redeliver({ guid, at }: LoggedAttempt, deliver: FakeGithub['deliver']): Promise<void> {
    if (deliver) github.attempted({ guid, at, statusCode: await deliver(guid) })
  }

  function page(url: URL): FakeAnswer {
    const size = Math.min(github.pageSize, Number(url.searchParams.get('per_page') ?? 30))
    const start = Number(url.searchParams.get('cursor')?.replace('v1_', '') ?? 0)
    const next = start + size
    // Its own address, which is none of the caller's: the cursor is what counts.
    const link = `<https://elsewhere.example/deliveries?per_page=${size}&cursor=v1_${next}>; rel="next"`
    return {
      status: 200,
      headers: next < log.length ? { Link: link } : {},
      body: `[${log.slice(start, next).map(attemptAsJson).join(',')}]`,
    }
  }
  return github
}

const hookAsJson = ({ active, url }: FakeGithub['hook']) => ({
  type: 'Repository',
  id: 42,
  active,
  events: ['deployment_status'],
  config: { url, content_type: 'json', secret: '********' },
})

/** As text: the ids are longer than a number. */
const attemptAsJson = ({ id, guid, at, statusCode }: LoggedAttempt): string =>
  `{"id":${id},"guid":"${guid}","delivered_at":"${new Date(at).toISOString()}","redelivery":false,"duration":10.01,` +
  `"status":"${statusCode >= 200 && statusCode < 300 ? 'OK' : 'failed to connect to host'}","status_code":${statusCode},"event":"deployment_status",` +
  `"action":"created","installation_id":null,"repository_id":7,"throttled_at":null}`
