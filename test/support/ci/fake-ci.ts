import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/**
 * A CI system on this machine, over real HTTP: what it answers is each system's own file, how the request to start a run
 * goes wrong is here. `runs` is the truth that an adapter can only guess at.
 */

/** What happens to a request to start a run. */
export type Fault =
  | 'none'
  /** Taken by the socket and never read by the system. */
  | 'hang before it starts'
  | 'hang after it started'
  /** A proxy held the request, or it was slow: it begins when nobody waits for the answer any more. */
  | 'starts once we have gone'
  | 'reset before it starts'
  | 'reset after it started'
  | 'reset after headers'
  | 'end within the body'
  | 'slow drip'
  | '500 before it starts'
  | '502 after it started'
  | '503 after it started'
  | '504 before it starts'
  | 'broken JSON'
  | 'empty answer'
  | 'endless answer'
  | 'no HTTP'
  | '408 before it starts'

/** A run that really started. */
export interface StartedRun {
  readonly id: number
  readonly values: Readonly<Record<string, string>>
  readonly startedAt: number
}

export interface FakeReply {
  readonly status: number
  readonly headers?: Record<string, string>
  /** JSON unless it is text. */
  readonly body?: unknown
}

export interface FakeCall {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly text: string
}

export interface FakeCi {
  readonly url: string
  fault: Fault
  /** Runs that started are not listed yet. */
  listsLate: boolean
  readonly runs: StartedRun[]
  /** Set to answer in another way than the system would. */
  answer: ((call: FakeCall) => FakeReply | undefined) | undefined
  /** `POST /path`, in order. */
  readonly calls: string[]
  /** Called when a request to start a run has met its fault. */
  onFault: (() => void) | undefined
  readonly bodies: string[]
  start(values: Record<string, string>): StartedRun
  listed(): readonly StartedRun[]
  /** Nobody listens any more. */
  close(): Promise<void>
}

export async function startFakeCi(
  answerAsItDoes: (call: FakeCall, ci: FakeCi) => FakeReply,
  { startsAt, clock }: { startsAt: RegExp; clock: () => number },
): Promise<FakeCi> {
  const server = createServer((request, response) => void respond(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    await new Promise((closed) => server.close(closed))
  }
  onTestFinished(close)
  const ci: FakeCi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fault: 'none',
    listsLate: false,
    runs: [],
    answer: undefined,
    calls: [],
    onFault: undefined,
    bodies: [],
    start(values) {
      const run = { id: 4_711 + ci.runs.length, values, startedAt: clock() }
      ci.runs.push(run)
      return run
    },
    listed: () => (ci.listsLate ? [] : ci.runs),
    close,
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://fake')
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const { method = '', headers } = request
    const call: FakeCall = { method, path: url.pathname, query: url.searchParams, headers, text }
    ci.calls.push(`${method} ${url.pathname}`)
    if (text !== '') ci.bodies.push(text)
    const fault = method === 'POST' && startsAt.test(url.pathname) ? ci.fault : 'none'
    const reply = () => ci.answer?.(call) ?? answerAsItDoes(call, ci)
    BREAKING[fault](response, reply)
    if (fault !== 'none') ci.onFault?.()
  }
  return ci
}

type Breaking = (response: ServerResponse, reply: () => FakeReply) => unknown

const promiseMore = (response: ServerResponse, { status, headers }: FakeReply) =>
  response.writeHead(status, { ...headers, 'Content-Length': '1000' })

const BREAKING: Readonly<Record<Fault, Breaking>> = {
  none: (response, reply) => send(response, reply()),
  'hang before it starts': () => {},
  'hang after it started': (_, reply) => reply(),
  'starts once we have gone': (response, reply) => response.on('close', reply),
  'reset before it starts': ({ socket }) => socket?.resetAndDestroy(),
  'reset after it started': ({ socket }, reply) => {
    reply()
    socket?.resetAndDestroy()
  },
  'reset after headers': (response, reply) => {
    const { socket } = promiseMore(response, reply())
    response.write('{', () => socket?.resetAndDestroy())
  },
  'end within the body': (response, reply) => {
    const { socket } = promiseMore(response, reply())
    response.write('{"id":', () => socket?.end())
  },
  'slow drip': (response, reply) => {
    promiseMore(response, reply())
    const dripping = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(dripping))
  },
  '500 before it starts': (response) => send(response, { status: 500, body: 'oops' }),
  '502 after it started': (response, reply) => {
    reply()
    send(response, { status: 502, body: '<h1>Bad gateway</h1>' })
  },
  '503 after it started': (response, reply) => {
    reply()
    send(response, { status: 503, headers: { 'Retry-After': '5' }, body: 'busy' })
  },
  '504 before it starts': (response) => send(response, { status: 504, body: 'Gateway time-out' }),
  'broken JSON': (response, reply) => send(response, { ...reply(), headers: {}, body: '{"id": 47' }),
  'empty answer': (response, reply) => send(response, { status: reply().status }),
  'endless answer': (response, reply) => send(response, { ...reply(), body: ' '.repeat(4 * 1024 * 1024) }),
  'no HTTP': ({ socket }, reply) => {
    reply()
    socket?.end('SSH-2.0-OpenSSH_9.2\r\n')
  },
  '408 before it starts': (response) => send(response, { status: 408 }),
}

export const FAULTS = Object.keys(BREAKING) as Fault[]

function send(response: ServerResponse, { status, headers, body }: FakeReply): void {
  const isText = typeof body === 'string'
  response.writeHead(status, { 'Content-Type': isText ? 'text/html' : 'application/json', ...headers })
  response.end(body === undefined || isText ? body : JSON.stringify(body))
}

export const jsonOf = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}
