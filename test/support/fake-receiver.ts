import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { readAllow } from '../../src/core/outbound-rule.ts'
import type { OutboundRules } from '../../src/outbound/safe-request.ts'

/** How it answers what is posted to it; a number is a status. */
export type ReceiverMood =
  | number
  | 'too many'
  | 'redirects'
  | 'hangs'
  | 'hangs up'
  | 'drips'
  | 'answers hugely'
  | 'speaks no http'
  | 'quotes its address'
  | 'says one word'

/** A chat, or any receiver of webhooks, on this machine, over real HTTP. */
export interface FakeReceiver {
  /** With something in it that nobody else may see. */
  readonly url: string
  mood: ReceiverMood
  /** What arrived, in order, whatever became of it. */
  readonly got: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[]
  /** Called when something has arrived, before anything is done about it. */
  onPost: (() => void | Promise<void>) | undefined
  /** Called when somebody has connected, before anything was said. */
  onConnection: ((socket: Socket) => void) | undefined
  readonly rules: OutboundRules
}

/** Never answers to the end: whoever asks has to stop waiting. */
export const ENDLESS: ReadonlySet<ReceiverMood> = new Set(['hangs', 'drips'])

export const ADDRESS_SECRET = 'T000-B000-sEcReTpAtH'

export async function startReceiver(): Promise<FakeReceiver> {
  const server = createServer((request, response) => void respond(request, response))
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += chunk
    receiver.got.push({ path: request.url ?? '', headers: request.headers, body })
    await receiver.onPost?.()
    const { mood } = receiver
    if (typeof mood === 'number') return response.writeHead(mood).end(mood === 200 ? 'ok' : '')
    switch (mood) {
      case 'too many':
        return response.writeHead(429, { 'Retry-After': '90' }).end()
      case 'redirects':
        return response.writeHead(307, { Location: `${receiver.url}/elsewhere` }).end()
      case 'hangs':
        return
      case 'hangs up':
        return request.socket.destroy()
      case 'drips': {
        response.writeHead(200)
        const drip = setInterval(() => response.write('.'), 20)
        response.on('close', () => clearInterval(drip))
        return
      }
      case 'answers hugely':
        return response.end('x'.repeat(1_000_000))
      case 'speaks no http':
        return request.socket.end('hello\r\n')
      case 'quotes its address':
        return response.writeHead(404).end(`Cannot POST ${request.url}`)
      case 'says one word':
        return response.writeHead(404).end('no_service')
    }
  }
  server.on('connection', (socket) => receiver.onConnection?.(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const read = readAllow('127.0.0.1')
  if (!read.ok) throw new Error(read.problem)
  const receiver: FakeReceiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/services/${ADDRESS_SECRET}`,
    mood: 200,
    got: [],
    onPost: undefined,
    onConnection: undefined,
    rules: {
      allow: read.allow,
      // An answer that comes is waited for, however busy the machine is.
      get limits() {
        return { connectMs: 60_000, totalMs: ENDLESS.has(receiver.mood) ? 1_000 : 60_000 }
      },
    },
  }
  return receiver
}
