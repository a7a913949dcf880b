import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'
import { type DeploymentItem, instantText } from '../../simulation/native-items.ts'
import { tierOf } from '../../simulation/reports.ts'
import { hasStandardSignature } from '../../sources/proof/signature.ts'

/** A build server on this machine, for the demo: asked by signed webhook, it "deploys" what it is asked for. */
export interface DemoCi {
  readonly url: string
  /** Tells the run of a key. */
  readonly lookupUrl: string
  /** Whatever is signed with this is believed; until then nothing is. */
  believe(secret: string): void
  close(): void
}

export interface DemoCiParts {
  readonly clock: () => number
  /** Tells Postflight of a deployment, as any CI would. */
  readonly tell: (item: DeploymentItem) => Promise<void>
  /** Something is live. */
  readonly onLive: (service: string, environment: string, version: string) => void
  readonly onError: (error: unknown) => void
  /** How long its steps take. */
  readonly pace?: { readonly beginsAfterMs: number; readonly endsAfterMs: number }
}

const PACE = { beginsAfterMs: 5_000, endsAfterMs: 20_000 }
const MOST_BYTES = 64 * 1024

const wishBody = z.object({
  type: z.enum(['postflight.rollback', 'postflight.hotfix']),
  data: z.object({ key: z.string(), service: z.string(), environment: z.string(), version: z.string() }),
})

/** @throws the socket's own error */
export async function startDemoCi(parts: DemoCiParts): Promise<DemoCi> {
  const { clock, tell, onLive, onError, pace = PACE } = parts
  const runs = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()
  let secret: string | undefined

  const server = createServer((request, response) => {
    answer(request).then(
      ({ status, body }) =>
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body)),
      (error) => {
        onError(error)
        response.destroy()
      },
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/runs`
  const runOf = (key: string) => ({ run: runs.has(key) ? { id: key, url: `${base}?key=${key}` } : null })

  async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    if (request.method === 'GET') {
      const key = new URL(request.url ?? '/', base).searchParams.get('key') ?? ''
      return { status: 200, body: runOf(key) }
    }
    const body = await bytesOf(request)
    if (!body) return { status: 413, body: {} }
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const delivery = { headers, body, receivedAt: clock() }
    if (secret === undefined || !hasStandardSignature(delivery, [secret])) return { status: 401, body: {} }
    const wish = wishBody.safeParse(JSON.parse(body.toString('utf8')))
    if (!wish.success) return { status: 422, body: {} }
    const { type, data } = wish.data
    // One run for a key, however often it is asked for.
    if (!runs.has(data.key)) {
      runs.add(data.key)
      run(data, type === 'postflight.rollback' ? 'rollback' : 'deploy')
    }
    return { status: 200, body: runOf(data.key) }
  }

  function run(wish: z.output<typeof wishBody>['data'], action: DeploymentItem['action']): void {
    const { key, service, environment, version } = wish
    const startedAt = instantText(clock())
    const common = { id: key, service, version, environment, tier: tierOf(environment), action, startedAt }
    later(pace.beginsAfterMs, () => tell({ ...common, status: 'in-progress', actor: 'demo-ci' }))
    later(pace.endsAfterMs, async () => {
      const finishedAt = instantText(clock())
      await tell({ ...common, status: 'succeeded', finishedAt, actor: 'demo-ci' })
      onLive(service, environment, version)
    })
  }

  function later(ms: number, work: () => Promise<void>): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      work().catch(onError)
    }, ms)
    timers.add(timer)
  }

  return {
    url: base,
    lookupUrl: `${base}?key={key}`,
    believe: (given) => {
      secret = given
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
      server.closeAllConnections()
      server.close()
    },
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > MOST_BYTES) return undefined
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}
