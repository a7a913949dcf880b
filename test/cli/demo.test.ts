import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { expect, onTestFinished, test } from 'vitest'
import { startDemo } from '../../src/cli/demo-server.ts'
import { verifyPassword } from '../../src/operations/access/passwords.ts'
import { openStore } from '../../src/store/database.ts'
import { readShellFacts } from '../../src/store/overview/shell-queries.ts'
import { testTerminal } from '../support/terminal.ts'

const databases = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('postflight-demo-'))

test('the demo is a server of its own, labelled as simulated, that one can sign in to, and leaves nothing behind', async () => {
  const before = new Set(databases())
  const onBroken = (error: unknown) => {
    throw error
  }
  // A real installation in the environment must not be touched.
  const env = {
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATA_DIR: '/nowhere/at/all',
    DATABASE_URL: 'postgres://nobody@nowhere/x',
  }
  const demo = await startDemo(testTerminal(env), { seed: 7, days: 6, onBroken })
  let isStopped = false
  onTestFinished(async () => {
    if (!isStopped) await demo.stop()
  })
  const [own] = databases().filter((name) => !before.has(name))
  const dataDir = `${tmpdir()}/${own}`

  const page = await fetch(`${demo.address}/login`)
  expect(page.status).toBe(200)
  expect(await page.text()).toContain('Simulated data')

  const store = await openStore({ dataDir, exclusive: false, writerThread: false })
  const shell = await readShellFacts(store.reader, 1_000)
  const deliveries = await store.db.selectFrom('deliveries').select('state').distinct().orderBy('state').execute()
  const gravest = await store.db
    .selectFrom('defects')
    .innerJoin('releases', 'releases.id', 'defects.suspect_release_id')
    .select(['title', 'severity', 'releases.kind'])
    .where('severity', '=', 'S1')
    .where('open', '=', 1)
    .where('title', 'like', 'Capture fails%')
    .execute()
  const { password_hash } = await store.db.selectFrom('users').select('password_hash').executeTakeFirstOrThrow()
  await store.close()
  expect(await verifyPassword(demo.password, password_hash)).toBe(true)
  expect(shell.demo).toBe(true)
  expect(shell.openDefects).toBeGreaterThanOrEqual(7)
  expect(deliveries.map(({ state }) => state)).toEqual(['failed', 'ignored', 'processed'])
  expect(gravest).toMatchObject([{ kind: 'minor' }])

  await demo.stop()
  isStopped = true
  expect(existsSync(dataDir)).toBe(false)
}, 60_000)
