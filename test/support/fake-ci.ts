import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readAllow } from '../../src/core/outbound-rule.ts'
import type { OutboundRules } from '../../src/outbound/safe-request.ts'

/**
 * How it answers a wish for a run:
 * - `takes`: starts one and says so
 * - `takes silently`: starts one and hangs up before it says anything
 * - `takes and fails`: starts one and answers 500
 * - `takes and drips`: starts one and says so a byte at a time, without end
 * - `takes late`: hangs until the caller has gone, then starts one
 * - `loses`: hangs up and starts none
 * - `fails`: answers 500 and starts none
 * - `busy`: answers 503 with Retry-After
 * - `refuses`: answers 401
 */
export type CiMood =
  | 'takes'
  | 'takes silently'
  | 'takes and fails'
  | 'takes and drips'
  | 'takes late'
  | 'loses'
  | 'fails'
  | 'busy'
  | 'refuses'

export const CI_MOODS: readonly CiMood[] = [
  'takes',
  'takes silently',
  'takes and fails',
  'takes and drips',
  'takes late',
  'loses',
  'fails',
  'busy',
  'refuses',
]

/** Never answers to the end: whoever asks has to stop waiting. */
const ENDLESS: ReadonlySet<CiMood> = new Set(['takes and drips', 'takes late'])

/** A receiver of signed webhooks on this machine, over real HTTP. It starts a run for every wish: it forgives nothing. */
export interface FakeCi {
  readonly url: string
  readonly lookupUrl: string
  mood: CiMood
  /** In place of `mood`, for each wish anew. */
  moodFor: ((key: string) => CiMood) | undefined
  /** Whether it tells the truth about its runs, or cannot be asked. */
  lookup: 'true' | 'broken'
  /** Keys of the runs that it started, in order. */
  readonly runs: string[]
  /** Wishes that arrived, in order, whatever became of them. */
  readonly wishes: { readonly key: string; readonly headers: IncomingMessage['headers']; readonly body: string }[]
  /** Called when a wish has arrived, before anything is done about it. */
  onWish: ((key: string) => void | Promise<void>) | undefined
  /** Called when a wish has been answered, or been left without an answer. */
  onAnswered: ((key: string) => void) | undefined
  rules: OutboundRules
  close(): Promise<void>
}

/** Close it afterwards. */
export async function startFakeCi(host = 'localhost'): Promise<FakeCi> {
  const inFlight = new Set<string>()
  const server = createServer((request, response) => void respond(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.closeAllConnections()
    server.close()
  }
  const base = `http://${host}:${(server.address() as AddressInfo).port}`
  const ci: FakeCi = {
    url: `${base}/runs`,
    lookupUrl: `${base}/runs?key={key}`,
    mood: 'takes',
    moodFor: undefined,
    lookup: 'true',
    runs: [],
    wishes: [],
    onWish: undefined,
    onAnswered: undefined,
    close,
    rules: {
      allow: openedTo('localhost 127.0.0.1'),
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
      // An answer that comes is waited for, however busy the machine is.
      get limits() {
        return { connectMs: 60_000, totalMs: ENDLESS.has(ci.mood) ? 1_000 : 60_000 }
      },
    },
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET') return lookup(request, response)
    const body = await textOf(request)
    const key = String(request.headers['webhook-id'])
    inFlight.add(key)
    try {
      ci.wishes.push({ key, headers: request.headers, body })
      await ci.onWish?.(key)
      await decide(key, response)
      ci.onAnswered?.(key)
    } finally {
      inFlight.delete(key)
    }
  }

  async function decide(key: string, response: ServerResponse): Promise<void> {
    const start = () => void ci.runs.push(key)
    switch (ci.moodFor?.(key) ?? ci.mood) {
      case 'takes':
        start()
        response.writeHead(200, { 'Content-Type': 'application/json' })
        response.end(JSON.stringify({ run: { id: String(ci.runs.length), url: `${base}/run/${ci.runs.length}` } }))
        return
      case 'takes silently':
        start()
        response.destroy()
        return
      case 'takes and fails':
        start()
        response.writeHead(500).end()
        return
      case 'takes and drips': {
        start()
        response.writeHead(200, { 'Content-Type': 'application/json' })
        const dripping = setInterval(() => response.write(' '), 100)
        await once(response, 'close')
        clearInterval(dripping)
        return
      }
      case 'takes late':
        if (!response.closed) await once(response, 'close')
        start()
        return
      case 'loses':
        response.destroy()
        return
      case 'fails':
        response.writeHead(500).end()
        return
      case 'busy':
        response.writeHead(503, { 'Retry-After': '1' }).end()
        return
      case 'refuses':
        response.writeHead(401).end()
        return
    }
  }

  function lookup(request: IncomingMessage, response: ServerResponse): void {
    const key = new URL(request.url ?? '/', base).searchParams.get('key') ?? ''
    // While one is on its way nobody can say that there will be none.
    if (ci.lookup === 'broken' || inFlight.has(key)) return void response.writeHead(500).end()
    const at = ci.runs.indexOf(key)
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ run: at < 0 ? null : { id: String(at + 1), url: `${base}/run/${at + 1}` } }))
  }
  return ci
}

function openedTo(text: string) {
  const read = readAllow(text)
  if (!read.ok) throw new Error(read.problem)
  return read.allow
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}
