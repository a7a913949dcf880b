import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApiToken } from '../src/operations/access/api-tokens.ts'
import { createUser } from '../src/operations/access/create-user.ts'
import { signIn } from '../src/operations/access/sign-in.ts'
import { setTimeZone } from '../src/store/access/users.ts'
import { openStore, type Store, type StoreOptions } from '../src/store/database.ts'
import type { Engine } from '../src/store/dialect.ts'
import { findPostgres, startPostgres } from '../test/support/postgres-cluster.ts'
import { type LateRun, measureLateDeployments } from './late-deployment.ts'
import { populate, SERVICES, type Volume } from './populate.ts'
import { startPostflight } from './server-process.ts'
import { quantile } from './statistics.ts'

export interface PageRun {
  readonly engine: Engine
  readonly page: string
  readonly requests: number
  /** Milliseconds from the request to the last byte of the answer, one request at a time over loopback. */
  readonly p50: number
  readonly p95: number
  readonly worst: number
  /** The address that took longest. */
  readonly worstPath: string
  /** Milliseconds of the very first request for such a page, not among the others. */
  readonly first: number
}

const REQUESTS = 200
/** A server runs for weeks; its code is compiled, and PostgreSQL has its plans on each connection, within its first minute. */
const WARM_UP = 100
/** What lies between its midnights and those of UTC has to be counted apart. */
export const FAR_FROM_UTC = 'Trends, a year, in Los Angeles'
const PASSWORD = 'a long enough password 42'

/**
 * Fills a database of each of these engines and asks a real server, started on it, for the pages; with `late`, what
 * deployments that are late have to be judged anew takes as well.
 */
export async function measurePages(
  volume: Volume,
  onRun: (run: PageRun) => void,
  { engines, late }: { readonly engines: readonly Engine[]; readonly late: boolean },
): Promise<{ readonly pages: PageRun[]; readonly late: LateRun[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'postflight-bench-'))
  const place: StoreOptions = { dataDir: folder, exclusive: false, writerThread: false }
  try {
    const none = { pages: [], late: [] }
    const runs = engines.includes('sqlite') ? await measureOn('sqlite', place, volume, late, onRun) : none
    if (!engines.includes('postgres')) return runs
    const bin = findPostgres()
    if (!bin) {
      console.error('skipped: no PostgreSQL here')
      return runs
    }
    // Filling it is not what is measured, so it need not wait for the disk; reading is the same either way.
    const cluster = await startPostgres(bin, { fsync: false, settings: ['shared_buffers=512MB', 'max_wal_size=8GB'] })
    try {
      const more = await measureOn('postgres', { ...place, databaseUrl: cluster.url }, volume, late, onRun)
      return { pages: [...runs.pages, ...more.pages], late: [...runs.late, ...more.late] }
    } finally {
      await cluster.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureOn(
  engine: Engine,
  place: StoreOptions,
  volume: Volume,
  late: boolean,
  onRun: (run: PageRun) => void,
) {
  const startedAt = Date.now()
  await populate(place, volume, startedAt)
  console.error(`${engine}: filled in ${Math.round((Date.now() - startedAt) / 1000)} s`)
  const access = await giveAccess(place)
  const server = await startPostflight({
    DATA_DIR: place.dataDir,
    ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl }),
  })
  const runs: PageRun[] = []
  try {
    for (const [page, paths] of Object.entries(await pathsOn(place, volume))) {
      const own = page === FAR_FROM_UTC ? { ...access, cookie: access.farCookie } : access
      const run = { engine, page, ...(await askFor(`http://127.0.0.1:${server.port}`, paths, own)) }
      onRun(run)
      runs.push(run)
    }
  } catch (error) {
    throw new Error(`${engine}: ${(error as Error).message}\n${server.said()}`, { cause: error })
  } finally {
    await server.kill()
  }
  return { pages: runs, late: late ? await measureLateDeployments(engine, place, startedAt) : [] }
}

interface Access {
  readonly cookie: string
  /** Of somebody who lives eight hours from the days of UTC. */
  readonly farCookie: string
  readonly token: string
}

async function giveAccess(place: StoreOptions): Promise<Access> {
  const store = await openStore(place)
  try {
    const now = Date.now()
    const cookie = await cookieOf(store, 'ana@example.com', 'UTC', now)
    const farCookie = await cookieOf(store, 'ben@example.com', 'America/Los_Angeles', now)
    const { token } = await createApiToken(store, { name: 'bench', scopes: ['read'] }, now)
    return { cookie, farCookie, token }
  } finally {
    await store.close()
  }
}

async function cookieOf(store: Store, email: string, zone: string, now: number): Promise<string> {
  const person = await createUser(store, { email, password: PASSWORD, role: 'admin' }, now)
  if (person.kind !== 'created') throw new Error(`could not create ${email}`)
  await store.transaction((trx) => setTimeZone(trx, person.userId, zone))
  const session = await signIn(store, { email, password: PASSWORD }, { address: '127.0.0.1' }, now)
  if (session.kind !== 'signed-in') throw new Error(`could not sign in: ${session.kind}`)
  return `sid=${session.sessionId}`
}

/** What people ask for, in turn: the plain page and what its filters, sorts and pages make of it. */
async function pathsOn(place: StoreOptions, { defects }: Volume): Promise<Record<string, readonly string[]>> {
  const releases = await someReleases(place)
  const services = SERVICES.slice(0, 8)
  const lists = [
    '',
    'status=any',
    'status=any&severity=S1',
    'severity=S1,S2',
    'status=fixed',
    'status=any&sort=first_seen',
    'status=any&sort=-first_seen',
    'status=any&q=refunds',
    'q=nothing+is+called+this&status=any',
    'env=staging',
    'status=any&attribution=unattributed',
    'sort=-occurrences',
    'status=any&env=staging&severity=S4',
    ...services.flatMap((service) => [`service=${service}`, `service=${service}&status=any&severity=S2`]),
  ]
  const apiLists = [
    '',
    'open=true',
    'severity=S1',
    'open=true&severity=S1',
    'q=refunds',
    'environment=staging&open=false',
    'limit=200',
    ...services.flatMap((service) => [`service=${service}`, `service=${service}&open=true`]),
    ...releases.slice(0, 8).map(({ service, version }) => `release=${service}@${version}`),
  ]
  const ranges = ['30d', '90d', '6mo', '365d']
  const trendsOfOne = services.flatMap((service) => ranges.map((range) => `/trends?service=${service}&range=${range}`))
  const some = Array.from({ length: 50 }, (_, i) => 1 + Math.floor((i / 50) * (defects - 1)))
  return {
    Overview: ['/'],
    Releases: ['/releases', ...services.map((service) => `/releases?service=${service}`), '/releases?env=staging'],
    'One service': services.map((service) => `/services/${service}`),
    'Live board': ['/live', '/live?show=differing', '/live?env=production'],
    'One release': releases.map(({ service, version }) => `/releases/${service}/${version}`),
    Defects: lists.map((query) => `/defects?${query}`),
    'One defect': some.map((id) => `/defects/PF-${id}`),
    'Emergency form': [
      ...some.map((id) => `/emergency/new?defect=PF-${id}`),
      ...releases.map(({ service, version }) => `/emergency/new?release=${service}@${version}`),
    ],
    Trends: [...ranges.map((range) => `/trends?range=${range}`), ...trendsOfOne],
    'Trends, a year': ['/trends?range=365d'],
    [FAR_FROM_UTC]: ['/trends?range=365d'],
    'Trends, delivery': ranges.map((range) => `/trends/delivery?range=${range}`),
    'Trends, delivery, a year': ['/trends/delivery?range=365d'],
    'Trends, quality': ['/trends/quality', '/trends/quality?service=admin&range=90d'],
    'GET /api/v1/defects': apiLists.map((query) => `/api/v1/defects?${query}`),
  }
}

async function someReleases(place: StoreOptions): Promise<{ service: string; version: string }[]> {
  const store = await openStore(place)
  try {
    return await store.reader
      .selectFrom('releases')
      .innerJoin('services', 'services.id', 'releases.service_id')
      .select(['services.name as service', 'releases.version'])
      .where('releases.first_production_at', 'is not', null)
      .orderBy('releases.first_known_at', 'desc')
      .limit(40)
      .execute()
  } finally {
    await store.close()
  }
}

async function askFor(
  base: string,
  paths: readonly string[],
  { cookie, token }: Access,
): Promise<Omit<PageRun, 'engine' | 'page'>> {
  const times: number[] = []
  let worst = 0
  let worstPath = ''
  const ask = async (path: string) => {
    const headers = path.startsWith('/api/') ? { Authorization: `Bearer ${token}` } : { Cookie: cookie }
    const startedAt = performance.now()
    const answer = await fetch(base + path, { headers, redirect: 'manual' })
    await answer.arrayBuffer()
    // A merged defect leads to the one it was merged into.
    if (answer.status !== 200 && answer.status !== 302 && answer.status !== 303)
      throw new Error(`${path}: ${answer.status}`)
    return performance.now() - startedAt
  }
  const inTurn = (i: number) => paths[i % paths.length] as string
  const first = await ask(inTurn(0))
  for (let i = 0; i < WARM_UP; i++) await ask(inTurn(i))
  for (let i = 0; i < REQUESTS; i++) {
    const path = inTurn(i)
    const took = await ask(path)
    times.push(took)
    if (took > worst) {
      worst = took
      worstPath = path
    }
  }
  return { requests: REQUESTS, p50: quantile(times, 0.5), p95: quantile(times, 0.95), worst, worstPath, first }
}
