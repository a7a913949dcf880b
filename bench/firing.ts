import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readAllow } from '../src/core/outbound-rule.ts'
import { openSecretBox } from '../src/operations/access/secret-box.ts'
import { saveTarget } from '../src/operations/emergency/ci-targets.ts'
import { openStore } from '../src/store/database.ts'
import { load, SECRET } from './ingest.ts'
import { postflightCommand, type ServerProcess, startPostflight } from './server-process.ts'

/** From the approval to the request on the wire, milliseconds each, while webhooks come in. */
export interface FiringRun {
  readonly connections: number
  readonly fires: number
  /** From just before the approval is sent until the whole request has arrived at CI. */
  readonly toWire: readonly number[]
  readonly webhooksPerSecond: number
  /** CI was asked more than once, or not at all. */
  readonly amiss: number
}

const ENVIRONMENT = 'staging'
const DAY = 86_400_000

/** Approves one after the other, evenly over the time, of a service each. */
export async function measureFiring(options: {
  readonly fires: number
  readonly seconds: number
  readonly connections: number
}): Promise<FiringRun> {
  const { fires, seconds, connections } = options
  const folder = mkdtempSync(join(tmpdir(), 'postflight-bench-'))
  const ci = await startCi()
  try {
    const environment = { DATA_DIR: folder, OUTBOUND_ALLOW: '127.0.0.1' }
    postflightCommand(['source', 'create', 'github', '--slug', 'github', '--secret', SECRET], environment)
    const scopes = 'read,deployments:write,releases:fire'
    const token = postflightCommand(['token', 'create', '--name', 'bench', '--scopes', scopes], environment).trim()
    const services = Array.from({ length: fires }, (_, i) => `service-${i + 1}`)
    const server = await startPostflight(environment)
    const api = apiOf(server, token)
    await api(
      'deployments',
      services.flatMap((service) => [deployed(service, '1.0', 20), deployed(service, '1.1', 2)]),
    )
    await addTargets(folder, ci.url, services)

    const loading = load(server, connections, seconds)
    const sentAt = new Map<string, number>()
    for (const service of services) {
      await new Promise((resolve) => setTimeout(resolve, (seconds * 1000) / fires))
      const wish = { service, environment: ENVIRONMENT, strategy: 'rollback', version: '1.0', reason: 'It fails.' }
      const { id, name, step } = (await api('emergency-releases', wish)) as { id: string; name: string; step: number }
      sentAt.set(`${name}-1`, performance.now())
      await api(`emergency-releases/${id}/approval`, { step })
    }
    const { report } = await loading
    for (const until = performance.now() + 10_000; ci.arrivals.size < fires && performance.now() < until; )
      await new Promise((resolve) => setTimeout(resolve, 20))
    await server.kill()
    const toWire = [...sentAt].map(([key, at]) => (ci.arrivals.get(key)?.[0] ?? Number.POSITIVE_INFINITY) - at)
    return {
      connections,
      fires,
      toWire,
      webhooksPerSecond: report.requests / report.seconds,
      amiss: [...sentAt.keys()].filter((key) => ci.arrivals.get(key)?.length !== 1).length,
    }
  } finally {
    ci.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const deployed = (service: string, version: string, daysAgo: number) => ({
  service,
  version,
  environment: ENVIRONMENT,
  finishedAt: new Date(Date.now() - daysAgo * DAY).toISOString(),
})

const apiOf =
  ({ port }: ServerProcess, token: string) =>
  async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': crypto.randomUUID(),
      },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }

/** As a person would under Emergency → Settings; there is no call for it. */
async function addTargets(dataDir: string, url: string, services: readonly string[]): Promise<void> {
  const store = await openStore({ dataDir, databaseUrl: undefined, exclusive: false, writerThread: false })
  const allow = readAllow('127.0.0.1')
  if (!allow.ok) throw new Error(allow.problem)
  const parts = { store, secretBox: openSecretBox(join(dataDir, 'key')), allow: allow.allow }
  for (const service of services) {
    const wanted = { service, environment: ENVIRONMENT, kind: 'webhook', settings: { url }, secret: '' }
    const saved = await saveTarget(parts, wanted, { name: 'bench', now: Date.now() })
    if (saved.kind === 'refused') throw new Error(JSON.stringify(saved.problems))
  }
  await store.close()
}

/** Notes when each request has arrived, by its key. */
async function startCi() {
  const arrivals = new Map<string, number[]>()
  const server = createServer((request, response) => {
    request.resume()
    request.once('end', () => {
      const key = String(request.headers['idempotency-key'])
      arrivals.set(key, [...(arrivals.get(key) ?? []), performance.now()])
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"run":{"id":"1"}}')
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/runs`,
    arrivals,
    close: () => server.close(),
  }
}
