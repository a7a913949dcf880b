import { createHmac } from 'node:crypto'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { createUser } from '../../src/operations/access/create-user.ts'
import { signIn } from '../../src/operations/access/sign-in.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { type RunningServer, startServer } from '../../src/serve.ts'
import { sqliteFile } from '../../src/store/database.ts'
import { openSqliteConnection } from '../../src/store/dialect.ts'
import { silentLog } from '../support/processing.ts'
import { ANA } from '../support/running-server.ts'
import { testStoresOn } from '../support/stores.ts'

/** What the running server counts, threads and all, as a scrape sees it. */

let server: RunningServer
let dataDir: string
let base: string
let reader: string
const broken = (error: unknown) => {
  throw error
}

beforeAll(async () => {
  dataDir = (await testStoresOn('sqlite').newPlace()).dataDir
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'silent' })
  server = await startServer(config, { log: silentLog, onBroken: broken })
  base = server.deps.config.publicUrl
  reader = (await createApiToken(server.deps.store, { name: 'prometheus', scopes: ['read'] }, Date.now())).token
  return () => server.stop()
})

/** The value of each series, by its name and labels as they are written. */
async function scrape(): Promise<(series: string) => number | undefined> {
  const answer = await fetch(`${base}/metrics`, { headers: { Authorization: `Bearer ${reader}` } })
  const lines = (await answer.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const series = new Map(lines.map((line) => line.split(/ (?=[^ ]+$)/) as [string, string]))
  return (name) => (series.has(name) ? Number(series.get(name)) : undefined)
}

const inWorks = (work: string, token?: string) =>
  fetch(`${base}/api/v1/deployments`, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    body: work,
  })

test('the way of a delivery: lag, time, repeats of a body, tries and what failed for good', async () => {
  const { deps } = server
  const { secret } = await createSource(deps.store, deps.secretBox, { kind: 'github', slug: 'hub' }, Date.now())
  const send = async (id: string, event: string, body: string) => {
    const answer = await fetch(`${base}/hooks/hub`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-GitHub-Event': event,
        'X-GitHub-Delivery': id,
        'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
      body,
    })
    expect(answer.status).toBe(202)
  }
  await send('1', 'ping', '{"zen":"a"}')
  await send('2', 'ping', '{"zen":"a"}')
  await send('3', 'deployment_status', '{"deployment":')
  await deps.processor.runUntilIdle()
  const before = await scrape()
  expect(before('inbox_processed_total{source="hub",result="ignored"}')).toBe(2)
  expect(before('inbox_processed_total{source="hub",result="failed"}')).toBe(1)
  expect(before('replay_suspect_total{source="hub"}')).toBe(1)
  expect(before('inbox_processing_seconds_count{kind="github"}')).toBe(3)
  expect(before('inbox_lag_seconds_count')).toBe(3)
  expect(before('inbox_dead')).toBe(1)

  // A replay that a person asked for is neither late nor suspicious once more.
  await deps.store.db.updateTable('deliveries').set({ state: 'accepted', due_at: 0 }).execute()
  await deps.processor.runUntilIdle()
  const after = await scrape()
  expect(after('inbox_processing_seconds_count{kind="github"}')).toBe(6)
  expect(after('inbox_lag_seconds_count')).toBe(3)
  expect(after('replay_suspect_total{source="hub"}')).toBe(1)
})

test('a delivery that could not be worked out is counted as tried', async () => {
  const { deps } = server
  const { token } = await createApiToken(deps.store, { name: 'ci', scopes: ['deployments:write'] }, Date.now())
  const outside = openSqliteConnection(sqliteFile(dataDir))
  onTestFinished(() => void outside.close())
  outside.exec("create trigger refuse before insert on deployments begin select raise(abort, 'refused'); end")
  const answer = await inWorks('{"service":"checkout","version":"a","environment":"production"}', token)
  expect(answer.status).toBe(202)
  // Once at least: again and again until what stands in its way is gone.
  await expect
    .poll(async () => (await scrape())('inbox_processed_total{source="api",result="retried"}'))
    .toBeGreaterThanOrEqual(1)
  outside.exec('drop trigger refuse')
})

test('who may not: wrong passwords, tokens, scopes, roles and origins', async () => {
  const { store } = server.deps
  await createUser(store, { ...ANA, role: 'admin' }, Date.now())
  await createUser(store, { ...ANA, email: 'ben@example.com', role: 'viewer' }, Date.now())
  const session = await signIn(store, { ...ANA, email: 'ben@example.com' }, { address: '127.0.0.1' }, Date.now())
  const cookie = session.kind === 'signed-in' ? `sid=${session.sessionId}` : ''
  const { csrf_token } = await store.db.selectFrom('sessions').select('csrf_token').executeTakeFirstOrThrow()
  const form = (path: string, headers: Record<string, string>, fields: Record<string, string> = {}) =>
    fetch(base + path, { method: 'POST', redirect: 'manual', headers, body: new URLSearchParams(fields) })
  const own = { 'Sec-Fetch-Site': 'same-origin' }

  await form('/login', own, { email: ANA.email, password: 'wrong' })
  await inWorks('{}', 'pf_unknown')
  await inWorks('{}', reader)
  await form('/defects/1/comments', { cookie, 'Sec-Fetch-Site': 'cross-site' }, { _csrf: csrf_token })
  await form('/defects/1/comments', { cookie, ...own }, { _csrf: csrf_token })
  // Neither is anybody's attempt: a page asked for without a session leads to the sign-in page.
  await fetch(`${base}/`, { redirect: 'manual' })
  await inWorks('{}')

  const count = await scrape()
  expect(count('login_failures_total{reason="refused"}')).toBe(1)
  expect(count('login_failures_total{reason="throttled"}')).toBe(0)
  for (const reason of ['token', 'scope', 'role', 'origin'])
    expect([reason, count(`authz_denied_total{reason="${reason}"}`)]).toEqual([reason, 1])
})

test('the event loop, which is on time when nothing happens', async () => {
  const count = await scrape()
  const [half, most, all] = [50, 99, 100].map((p) => count(`eventloop_lag_seconds{percentile="${p}"}`) as number)
  expect(half).toBeGreaterThanOrEqual(0)
  expect(most).toBeGreaterThanOrEqual(half as number)
  expect(all).toBeGreaterThanOrEqual(most as number)
})

test('a database held by others, whichever thread meets it', async () => {
  const { deps } = server
  const before = (await scrape())('db_busy_total') ?? Number.NaN
  const other = openSqliteConnection(sqliteFile(dataDir))
  onTestFinished(() => void other.close())
  other.exec('begin immediate')
  const append = deps.store.inbox.append({
    sourceId: 1,
    deliveryKey: 'held up',
    bodySha256: '',
    receivedAt: 0,
    headersJson: '{}',
    body: Buffer.from('{}'),
  })
  const [refused] = await Promise.allSettled([append, deps.processor.processNow(999)])
  expect(refused.status).toBe('rejected')
  // The caller may have been told to come back a moment before the writer gives up; and the work in the background may
  // have wanted the database, too.
  await expect.poll(async () => (await scrape())('db_busy_total')).toBeGreaterThanOrEqual(before + 2)
  other.exec('rollback')
})
