import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { openSecretBox } from '../../src/operations/secret-box.ts'
import { createSource } from '../../src/operations/sources-admin.ts'
import { openStore, type StoreOptions } from '../../src/store/database.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine } from '../support/stores.ts'

/**
 * The server is killed with SIGKILL while many senders deliver, some of it twice, and started again on the same
 * database, again and again. KILL_CYCLES=500 makes a drill of it.
 */
const CYCLES = Number(process.env.KILL_CYCLES ?? 3)
const SENDERS = 16

interface Server {
  readonly port: number
  readonly process: ChildProcess
}

async function startServer(place: StoreOptions): Promise<Server> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('../../src/main.ts', import.meta.url))],
    {
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        LOG_LEVEL: 'silent',
        DATA_DIR: place.dataDir,
        ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = /running at http:\/\/127\.0\.0\.1:(\d+)/.exec(line) ?? []
    if (port) return { port: Number(port), process: child }
  }
  throw new Error('the server did not start')
}

/** The status, or undefined when the connection broke: then the sender knows nothing. */
function send(server: Server, agent: Agent, secret: string, n: number): Promise<number | undefined> {
  const body = JSON.stringify(
    n % 2 === 0
      ? {
          service: 'checkout',
          version: `1.0.${n}`,
          environment: 'production',
          id: `run-${n}`,
          finishedAt: new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString(),
        }
      : { title: 'Timeout', service: 'checkout', count: 1 },
  )
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'idempotency-key': `delivery-${n}`,
    authorization: `Bearer ${secret}`,
  }
  return new Promise((resolve) => {
    const call = request(
      { host: '127.0.0.1', port: server.port, path: '/hooks/ci', method: 'POST', agent, headers },
      (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode)).on('error', () => resolve(undefined))
      },
    )
    call.on('error', () => resolve(undefined))
    call.end(body)
  })
}

describeOnEachEngine('a server killed again and again', (openTestStore) => {
  test('loses nothing it acknowledged and does nothing twice', { timeout: 60_000 + CYCLES * 8_000 }, async () => {
    const place = await openTestStore.newPlace()
    const before = await openStore(place)
    const secretBox = openSecretBox(`${place.dataDir}/key`)
    const { secret } = await createSource(before, secretBox, { kind: 'native', slug: 'ci' }, Date.now())
    await before.close()

    const acknowledged = new Set<number>()
    const sent: number[] = []
    let next = 0
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const server = await startServer(place)
      const agent = new Agent({ keepAlive: true, maxSockets: SENDERS })
      let alive = true
      const killed = once(server.process, 'exit')
      // Counted, not timed: the kill comes in the middle of the work on a slow machine too.
      let untilKill = 20 + ((cycle * 97) % 200)
      const sendOn = async () => {
        while (alive) {
          const again = sent.length > 0 && (next + sent.length) % 10 < 3
          const n = again ? (sent[(next * 7919) % sent.length] as number) : next++
          if (!again) sent.push(n)
          else next++
          const status = await send(server, agent, secret, n)
          if (status !== 202 && status !== 200) continue
          acknowledged.add(n)
          if (--untilKill > 0 || !alive) continue
          alive = false
          server.process.kill('SIGKILL')
        }
      }
      await Promise.all(Array.from({ length: SENDERS }, sendOn))
      await killed
      agent.destroy()
    }

    const store = await openStore(place)
    const { processor } = await processingOn(store)
    await processor.runUntilIdle()
    const rows = await store.db.selectFrom('deliveries').select(['delivery_key', 'state']).execute()
    const keys = rows.map((row) => row.delivery_key)
    expect(acknowledged.size).toBeGreaterThan(CYCLES * 10)
    expect(new Set(keys).size).toBe(keys.length)
    const kept = new Set(keys)
    expect([...acknowledged].filter((n) => ![...kept].some((key) => key.endsWith(`delivery-${n}`)))).toEqual([])
    expect(rows.filter(({ state }) => state !== 'processed')).toEqual([])

    const numbers = keys.map((key) => Number(/\d+$/.exec(key)?.[0]))
    const deployments = await store.db.selectFrom('deployments').select('sender_key').execute()
    expect(deployments).toHaveLength(numbers.filter((n) => n % 2 === 0).length)
    const defects = await store.db.selectFrom('defects').select('occurrences').execute()
    expect(defects.reduce((sum, { occurrences }) => sum + occurrences, 0)).toBe(
      numbers.filter((n) => n % 2 === 1).length,
    )
    const live = await store.db.selectFrom('live_intervals').selectAll().where('to_at', 'is', null).execute()
    expect(live).toHaveLength(1)
    await store.close()
  })
})
