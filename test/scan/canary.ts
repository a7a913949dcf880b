import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What a server under attack is to be led to. Whoever calls, other than to ask, was led. */
export interface Canary {
  readonly address: string
  /** The addresses that were called. */
  readonly called: readonly string[]
  close(): void
}

/** On loopback; to Wapiti, which asks at the end who came, it says nobody: `called` is what counts. */
export async function startCanary(): Promise<Canary> {
  const called: string[] = []
  const server = createServer(({ method, url = '' }, answer) => {
    const isAsked = /^\/(?:get_\w+\.php|$)/.test(url)
    if (!isAsked) called.push(`${method} ${url}`)
    answer.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    called,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
