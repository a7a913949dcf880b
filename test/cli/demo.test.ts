import { existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { startDemo } from '../../src/cli/demo/demo-server.ts'
import { verifyPassword } from '../../src/operations/access/passwords.ts'
import { openStore } from '../../src/store/database.ts'
import { readShellFacts } from '../../src/store/overview/shell-queries.ts'
import { testTerminal } from '../support/terminal.ts'

test('the demo is a server of its own, labelled as simulated, that one can sign in to, and leaves nothing behind', async () => {
  // Others may run a demo on this machine.
  vi.stubEnv('TMPDIR', mkdtempSync(join(inject('runFolder'), 'demo-')))
  onTestFinished(() => void vi.unstubAllEnvs())
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
  const [own = ''] = readdirSync(tmpdir())
  expect(own).toMatch(/^postflight-demo-/)
  const dataDir = join(tmpdir(), own)

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
})

test('its story ends with an emergency release that was seen to hold', async () => {
  let ahead = 0
  const terminal = { ...testTerminal({ PORT: '0', LOG_LEVEL: 'silent' }), clock: () => Date.now() + ahead }
  const onBroken = (error: unknown) => {
    throw error
  }
  const ciPace = { beginsAfterMs: 300, endsAfterMs: 900 }
  const demo = await startDemo(terminal, { seed: 7, days: 6, onBroken, ciPace })
  onTestFinished(() => demo.stop())
  const told: string[] = []
  const address = await demo.playStory((line) => {
    told.push(line)
    // It is live; what must be quiet for minutes is.
    if (line.includes('seen: production reports')) ahead = 5 * 60_000
  })
  expect(address).toBe(`${demo.address}/emergency/ER-1`)
  const steps = told.filter((line) => /^ {2}(?!seen)/.test(line)).join('\n')
  expect(steps).toMatch(/Ana opened it.*\n.*Ben approved it.*\n.*CI started a run for ER-1-1\n/)
  expect(steps).toMatch(/live.*\n.*Ben .*verified.*\n.*Ana closed it/)
})
