import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What went by on its way to a server. */
export interface Passed {
  readonly requests: number
  /** Beyond these, what was not handed on. */
  readonly keptBack: number
  /** How often each status was answered. */
  readonly answers: ReadonlyMap<number, number>
  /** Paths that answered with a page or data, without their queries. */
  readonly pages: ReadonlySet<string>
  /** What was answered 500 and more, or not at all: method, address, status. */
  readonly failures: readonly { readonly method: string; readonly url: string; readonly status: number }[]
}

export interface PassingThrough {
  readonly address: string
  /** What went by so far. */
  readonly passed: Passed
  close(): void
}

/**
 * A server on loopback that hands everything on to another one and counts; headers go as they came.
 * @param keepsBack of `METHOD /path`, what is answered 404 here and goes no further
 */
export async function passThrough(to: string, keepsBack?: RegExp): Promise<PassingThrough> {
  const { hostname, port } = new URL(to)
  const passed = {
    requests: 0,
    keptBack: 0,
    answers: new Map<number, number>(),
    pages: new Set<string>(),
    failures: [] as { method: string; url: string; status: number }[],
  }
  const note = ({ method = '', url = '' }: IncomingMessage, status: number) => {
    passed.requests++
    passed.answers.set(status, (passed.answers.get(status) ?? 0) + 1)
    if (status === 200) passed.pages.add(url.split('?')[0] as string)
    if (status >= 500) passed.failures.push({ method, url, status })
  }
  const server = createServer((asked: IncomingMessage, answer: ServerResponse) => {
    const { method, url: path = '', headers } = asked
    if (keepsBack?.test(`${method} ${path}`)) {
      passed.keptBack++
      asked.resume()
      answer.writeHead(404).end()
      return
    }
    const onward = request({ hostname, port, method, path, headers, agent: false }, (answered) => {
      note(asked, answered.statusCode ?? 0)
      answer.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(answer)
      answered.on('error', () => answer.destroy())
    })
    onward.on('error', () => {
      note(asked, 599)
      answer.destroy()
    })
    // A scanner that went away has no use for the rest, an event stream least of all.
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  })
  // A scanner that thinks for long between two requests should not find the connection gone.
  server.keepAliveTimeout = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
