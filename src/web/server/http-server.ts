import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Config } from '../../config.ts'

type Fetch = Parameters<typeof serve>[0]['fetch']

/** What one client may do to the socket. A sender that is slow on purpose must not hold it for minutes. */
const TIMES_MS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 }
const MAX_CONNECTIONS = 1_000
const MAX_HEADERS = 100
/** How long answers under way may take once the server stops. */
const FINISH_WITHIN_MS = 8_000

export interface HttpServer {
  /** As it really listens: port 0 becomes the one given. */
  readonly port: number
  readonly server: Server
  /** Requests that came before have waited for this. */
  answerWith(answer: Fetch): void
  /** Takes no more in and lets what is under way end. */
  close(): Promise<void>
}

/**
 * Listens before there is an application to answer, because an application knows its own address.
 * Rejects with the socket's error.
 */
export function listen({ host, port }: Pick<Config, 'host' | 'port'>): Promise<HttpServer> {
  let answer: Fetch | undefined
  let begin: (answer: Fetch) => void
  const begun = new Promise<Fetch>((resolve) => {
    begin = resolve
  })
  return new Promise((resolve, reject) => {
    const server = serve(
      {
        fetch: (request, env) => (answer ? answer(request, env) : begun.then((ready) => ready(request, env))),
        hostname: host,
        port,
        serverOptions: TIMES_MS,
      },
      ({ port: given }: AddressInfo) =>
        resolve({
          port: given,
          server,
          answerWith(ready) {
            answer = ready
            begin(ready)
          },
          close: () => close(server),
        }),
    ) as Server
    server.maxConnections = MAX_CONNECTIONS
    server.maxHeadersCount = MAX_HEADERS
    server.once('error', reject)
  })
}

/**
 * `close` alone drops only the sockets idle at that instant, and a kept-alive one would hold it to the end: each is told
 * with its next answer that it was the last.
 */
async function close(server: Server): Promise<void> {
  server.prependListener('request', (_, response) => {
    response.shouldKeepAlive = false
  })
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const force = setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS)
  await closed
  clearInterval(sweep)
  clearTimeout(force)
}
