import Sqlite from 'better-sqlite3'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { type StoreOptions, sqliteFile } from '../../src/store/database.ts'
import { launchForTest, prepare, signInForm } from '../support/faults.ts'
import { nothingLost, readOutcome } from '../support/outcome.ts'
import { deliver } from '../support/senders.ts'
import { describeOnEachEngine } from '../support/stores.ts'

/** As a backup tool or a person at a prompt would; returns what lets go again. */
async function lock({ dataDir, databaseUrl }: StoreOptions): Promise<() => Promise<void>> {
  if (!databaseUrl) {
    const db = new Sqlite(sqliteFile(dataDir))
    onTestFinished(() => void db.close())
    db.exec('begin exclusive')
    return async () => void db.exec('rollback')
  }
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('begin')
  await client.query('lock table deliveries, login_attempts in share mode')
  return async () => void (await client.query('rollback'))
}

describeOnEachEngine('a database that another process has locked', (openTestStore) => {
  test('is read on, is told to senders in time, and is taken up again when it is free', async () => {
    const { place, secret, cookie } = await prepare(openTestStore)
    const server = launchForTest(place, { environment: { ACCEPT_WITHIN_MS: '400' } })
    const base = await server.listening
    const unlock = await lock(place)
    let signedIn: number | undefined
    const signingIn = fetch(...signInForm(base)).then(({ status }) => {
      signedIn = status
      return status
    })
    const refused = await deliver(base, secret, 2)
    expect(refused?.status).toBe(503)
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThanOrEqual(4)
    for (const path of ['/healthz', '/', '/deliveries'])
      expect([path, (await fetch(base + path, { headers: { cookie } })).status]).toEqual([path, 200])
    // It waits for five seconds, and a slow machine may take longer for the pages.
    expect([undefined, 503]).toContain(signedIn)

    await unlock()
    expect([303, 503]).toContain(await signingIn)
    const again = await deliver(base, secret, 2)
    expect([200, 202]).toContain(again?.status)
    server.process.kill('SIGTERM')
    expect(await server.ended).toBe(0)
    const outcome = await readOutcome(place, [2])
    expect(outcome).toEqual(nothingLost(outcome))
  })
})
