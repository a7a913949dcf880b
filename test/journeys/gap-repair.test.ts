import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import { turnRepairOn } from '../../src/operations/intake/repair-admin.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { startServer } from '../../src/serve.ts'
import { openStore } from '../../src/store/database.ts'
import { startFakeGithub } from '../support/fake-github.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const fixture = (name: string) =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, '../fixtures/deliveries/github', `${name}.json`), 'utf8')) as {
    headers: Record<string, string>
    body: unknown
  }

/** What happened at GitHub while nobody was here to hear of it. */
const MISSED = new Map([
  ['deployed-1', fixture('deployment_status.success')],
  ['bug-1', fixture('issues.opened.bug')],
])

describeOnEachEngine('a server that was down', (openTestStore) => {
  test('asks for what it missed, once, and has the deployment and the defect', async () => {
    const place = await openTestStore.newPlace()
    const { dataDir, databaseUrl } = place
    const config = readConfig({
      DATA_DIR: dataDir,
      ...(databaseUrl && { DATABASE_URL: databaseUrl }),
      PORT: '0',
      OUTBOUND_ALLOW: '127.0.0.1',
    })
    const github = await startFakeGithub('https://postflight.example.com/hooks/github')
    const secret = await beforehand()

    async function beforehand(): Promise<string> {
      const store = await openStore(place)
      const secretBox = openSecretBox(config.keyFile)
      const source = await createSource(store, secretBox, { kind: 'github' }, Date.now())
      const wanted = { hookUrl: github.hookUrl, token: 'a-token' }
      await turnRepairOn(store, { secretBox, allow: config.outbound.allow }, 'github', wanted, Date.now())
      await store.close()
      return source.secret
    }

    const start = async () => {
      const logged: string[] = []
      const server = await startServer(config, {
        log: pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) }),
        onBroken: (error) => logged.push(String(error)),
      })
      return { server, logged }
    }
    let port = 0
    const deliver = async (guid: string): Promise<number> => {
      const delivery = MISSED.get(guid)
      const body = JSON.stringify(delivery?.body)
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
      const headers = { ...delivery?.headers, 'x-github-delivery': guid, 'x-hub-signature-256': signature }
      const answer = await fetch(`http://127.0.0.1:${port}/hooks/github`, { method: 'POST', headers, body })
      return answer.status
    }

    // Down: GitHub finds nobody, and leaves it at that.
    const tenMinutesAgo = Date.now() - 600_000
    for (const guid of MISSED.keys()) github.attempted({ guid, at: tenMinutesAgo, statusCode: 0 })

    const arrivals: number[] = []
    const arrived = new Promise<void>((all) => {
      github.deliver = async (guid) => {
        const status = await deliver(guid)
        if (arrivals.push(status) === MISSED.size) all()
        return status
      }
    })
    const { server, logged } = await start()
    port = server.port
    await arrived
    expect(arrivals).toEqual([202, 202])
    await server.deps.processor.runUntilIdle()

    const { db } = server.deps.store
    const deployments = await db.selectFrom('deployments').select('status').execute()
    expect(deployments).toEqual([{ status: 'succeeded' }])
    expect(await db.selectFrom('defects').select('title').execute()).toHaveLength(1)
    const lastLook = async (running: typeof server): Promise<number> => {
      const repair = await running.deps.store.db.selectFrom('source_repairs').select('looked_at').executeTakeFirst()
      return repair?.looked_at ?? 0
    }
    // The look that asked is over, so that a stop does not break it off.
    await expect.poll(() => lastLook(server)).toBeGreaterThan(0)
    const lookedAt = await lastLook(server)
    await server.stop()

    // Another start looks again, and finds nothing to ask for.
    const looks = github.calls.filter((call) => call === 'GET ').length
    const again = await start()
    await expect.poll(() => lastLook(again.server)).toBeGreaterThan(lookedAt)
    await again.server.stop()
    expect(github.calls.filter((call) => call === 'GET ').length).toBeGreaterThan(looks)
    expect(github.asked().sort()).toEqual(['bug-1', 'deployed-1'])
    expect([...logged, ...again.logged]).toEqual([])
  })
})
