import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { createUser } from '../../src/operations/access/create-user.ts'
import { openSecretBox, SealBroken } from '../../src/operations/access/secret-box.ts'
import { signIn } from '../../src/operations/access/sign-in.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { startServer } from '../../src/serve.ts'
import { openStore } from '../../src/store/database.ts'
import { listen } from '../../src/web/server/http-server.ts'
import { silentLog } from '../support/processing.ts'
import { ANA } from '../support/running-server.ts'
import { testStoresOn } from '../support/stores.ts'

const ignore = { log: silentLog, onBroken: () => {} }

test('a server with another key than its secrets were sealed with does not start, and leaves the store free', async () => {
  const place = await testStoresOn('sqlite').newPlace()
  const config = readConfig({ DATA_DIR: place.dataDir, PORT: '0' })
  const store = await openStore(place)
  await createSource(store, openSecretBox(config.keyFile), { kind: 'github' }, 0)
  await store.close()

  writeFileSync(`${place.dataDir}/other-key`, randomBytes(32), { mode: 0o600 })
  const other = readConfig({ DATA_DIR: place.dataDir, PORT: '0', KEY_FILE: `${place.dataDir}/other-key` })
  await expect(startServer(other, ignore)).rejects.toBeInstanceOf(SealBroken)

  const server = await startServer(config, ignore)
  const answer = await fetch(`http://127.0.0.1:${server.port}/healthz`)
  expect(answer.status).toBe(200)
  await server.stop()
})

describe('with PORT=0', () => {
  const startOn = async (env: Record<string, string>) => {
    const place = await testStoresOn('sqlite').newPlace()
    const server = await startServer(readConfig({ DATA_DIR: place.dataDir, PORT: '0', ...env }), ignore)
    onTestFinished(() => server.stop())
    return server
  }

  test('links, snippets and the origin of forms have the port that was given', async () => {
    const server = await startOn({})
    const base = `http://127.0.0.1:${server.port}`
    expect(server.port).toBeGreaterThan(0)
    expect(server.firstRun?.setupLink).toMatch(new RegExp(`^${base}/setup-account\\?token=`))

    const token = new URL(server.firstRun?.setupLink ?? '').searchParams.get('token') ?? ''
    // As from behind a proxy that gives another Host: then only PUBLIC_URL tells whose form it is.
    const created = request(`${base}/setup-account`, {
      method: 'POST',
      headers: { Origin: base, Host: 'upstream', 'Content-Type': 'application/x-www-form-urlencoded' },
    }).end(new URLSearchParams({ ...ANA, token }).toString())
    const [answer] = (await once(created, 'response')) as [IncomingMessage]
    expect(answer.statusCode).toBe(303)

    const cookie = answer.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
    const page = await (await fetch(`${base}/setup/curl`, { headers: { cookie } })).text()
    expect(page).toContain(`${base}/api/v1/deployments`)
    const api = (await (await fetch(`${base}/api/v1/openapi.json`)).json()) as { servers: unknown }
    expect(api.servers).toEqual([{ url: base }])
  })

  test('a PUBLIC_URL that was set stands', async () => {
    const server = await startOn({ PUBLIC_URL: 'https://postflight.example' })
    expect(server.firstRun?.setupLink).toMatch(/^https:\/\/postflight\.example\/setup-account/)
  })
})

test('a clock that is set is logged, counted, and shown to those who read the times', async () => {
  const place = await testStoresOn('sqlite').newPlace()
  const warnings: unknown[] = []
  let ahead = 0
  const server = await startServer(readConfig({ DATA_DIR: place.dataDir, PORT: '0' }), {
    log: pino({ level: 'warn' }, { write: (line: string) => warnings.push(JSON.parse(line)) }),
    onBroken: () => {},
    clock: () => Date.now() + ahead,
  })
  onTestFinished(() => server.stop())
  const { store, clock, config } = server.deps
  await createUser(store, { ...ANA, role: 'admin' }, clock())
  const session = await signIn(store, ANA, { address: '127.0.0.1' }, clock())
  const cookie = session.kind === 'signed-in' ? `sid=${session.sessionId}` : ''
  const scopes = ['read', 'deployments:write']
  const { token } = await createApiToken(store, { name: 'test', scopes }, clock())
  const asTool = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
  const body = JSON.stringify({ service: 'checkout', version: 'a', environment: 'production' })
  await fetch(`${config.publicUrl}/api/v1/deployments`, { method: 'POST', headers: asTool, body })
  expect(warnings).toEqual([])

  // A little more than what is asked for: the two clocks of a machine drift apart by milliseconds.
  ahead = 2 * 3_600_000 + 20_000
  expect(await (await fetch(config.publicUrl, { headers: { cookie } })).text()).toContain('clock jumped ahead by 2 h')
  const ready = (await (await fetch(`${config.publicUrl}/readyz/full`, { headers: asTool })).json()) as { time: string }
  expect(Math.abs(Date.parse(ready.time) - clock())).toBeLessThan(60_000)
  expect(warnings).toMatchObject([{ seconds: 7220, msg: 'the clock was set, or the machine slept' }])
  const metrics = await (await fetch(`${config.publicUrl}/metrics`, { headers: asTool })).text()
  expect(metrics).toMatch(/^clock_jumps_total 1$/m)
})

test('a server whose port is taken does not start, and leaves the store free', async () => {
  const first = await testStoresOn('sqlite').newPlace()
  const second = await testStoresOn('sqlite').newPlace()
  const running = await startServer(readConfig({ DATA_DIR: first.dataDir, PORT: '0' }), ignore)
  const taken = readConfig({ DATA_DIR: second.dataDir, PORT: String(running.port) })
  await expect(startServer(taken, ignore)).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await running.stop()
  const next = await startServer(taken, ignore)
  await next.stop()
})

test('a server that cannot write its set-up link does not start, and leaves store and socket free', async () => {
  const place = await testStoresOn('sqlite').newPlace()
  const other = await listen({ host: '127.0.0.1', port: 0 })
  await other.close()
  const config = readConfig({ DATA_DIR: place.dataDir, PORT: String(other.port) })
  mkdirSync(`${place.dataDir}/setup-link`)
  await expect(startServer(config, ignore)).rejects.toThrow('setup-link')
  rmdirSync(`${place.dataDir}/setup-link`)
  const server = await startServer(config, ignore)
  await server.stop()
})

test('a server that stops finishes what is under way and processes it after the next start', async () => {
  const place = await testStoresOn('sqlite').newPlace()
  const config = readConfig({ DATA_DIR: place.dataDir, PORT: '0' })
  const first = await startServer(config, ignore)
  const { secret } = await createSource(
    first.deps.store,
    first.deps.secretBox,
    { kind: 'native', slug: 'ci' },
    Date.now(),
  )
  const send = (n: number) =>
    fetch(`http://127.0.0.1:${first.port}/hooks/ci`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', 'idempotency-key': `k${n}` },
      body: JSON.stringify({ service: 'checkout', version: `1.0.${n}`, environment: 'production' }),
    })
  const sending = Array.from({ length: 40 }, (_, n) =>
    send(n).then(
      ({ status }) => status,
      () => undefined,
    ),
  )
  await send(100)
  await first.stop()
  const accepted = (await Promise.all(sending)).filter((status) => status === 202).length + 1

  const again = await startServer(config, ignore)
  await again.deps.processor.runUntilIdle()
  // Its steps are seen from this thread, so readiness can tell when there are none.
  expect(again.deps.processor.beats).toBeGreaterThan(0)
  const rows = await again.deps.store.db.selectFrom('deliveries').select('state').execute()
  expect(rows.length).toBeGreaterThanOrEqual(accepted)
  expect(rows.every(({ state }) => state === 'processed')).toBe(true)
  await again.stop()
})
