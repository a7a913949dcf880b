import { ATTRIBUTION_METHOD, type Evidence } from '../src/core/attribution/result.ts'
import { bucketOf, reportFacts, reportIdentity, reportKey } from '../src/core/defect/defect.ts'
import { changesOf } from '../src/core/delivery/changes.ts'
import { deploymentFacts, naturalKey } from '../src/core/deployment/deployment.ts'
import type { DefectEvent, DefectStatus, DeploymentEvent, Severity } from '../src/core/event.ts'
import { releaseFacts } from '../src/core/release/release.ts'
import { orderReleases, readReleases } from '../src/core/release/version-order.ts'
import { titleWords } from '../src/core/text/search-words.ts'
import { openStore, type StoreOptions } from '../src/store/database.ts'
import { timesOf } from '../src/store/measures/release-changes.ts'
import { type BulkWriter, openBulkWriter, type Row } from './bulk-writer.ts'

export interface Volume {
  readonly defects: number
  readonly deployments: number
}

/**
 * Fills an empty database with two years of a busy organisation: twenty services released through staging into
 * production, each with two to four commits, a few rollbacks and emergency releases, and defects that follow the releases
 * they came from, two in a hundred of them still open. The same numbers give the same database.
 */
export async function populate(place: StoreOptions, volume: Volume, now: number): Promise<void> {
  const store = await openStore(place)
  await store.close()
  const writer = await openBulkWriter(place)
  const random = seededRandom(20_260_301)
  await writePlaces(writer, now)
  const histories = await writeDeployments(writer, volume.deployments, now, random)
  await writeDefects(writer, volume.defects, histories, now, random)
  // Each defect was written with its end, which in life comes days later: what is counted of then would lie with what is now.
  await writer.putInOrder('defect_hours', 'hour')
  await writer.putInOrder('defect_days', 'day')
  await writer.finish()
}

const DAY = 86_400_000
const YEARS_2 = 730 * DAY
const BATCH = 5_000
const SOURCE = 900
const PRODUCTION = 1
const STAGING = 2
export const SERVICES = [
  'checkout-api',
  'payments',
  'ledger',
  'identity',
  'search',
  'catalogue',
  'pricing',
  'basket',
  'shipping',
  'returns',
  'mailer',
  'web-shop',
  'mobile-gateway',
  'recommendations',
  'reviews',
  'loyalty',
  'fraud',
  'invoicing',
  'reporting',
  'admin',
]
const FAULTS = [
  'Capture fails with 409',
  'Timeout while loading',
  'Wrong total shown for',
  'Blank page after',
  'Duplicate entry in',
]
const PLACES = [
  'the order page',
  'monthly export',
  'address form',
  'saved cards',
  'the basket',
  'search results',
  'refunds',
]

/** A number in [0, 1), each time another; the same sequence for the same seed (mulberry32). */
type Random = () => number
function seededRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const oneOf = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)] as T
/** The first value whose share, added to those before it, exceeds a random number. */
function weighted<T>(random: Random, shares: readonly (readonly [T, number])[]): T {
  let left = random()
  for (const [value, share] of shares) {
    left -= share
    if (left < 0) return value
  }
  return (shares.at(-1) as readonly [T, number])[0]
}

/** Collects rows per table and writes them in batches, in the order in which tables refer to each other. */
class Batches {
  readonly #writer: BulkWriter
  readonly #tables: readonly string[]
  #rows = new Map<string, Row[]>()
  #largest = 0

  constructor(writer: BulkWriter, tables: readonly string[]) {
    this.#writer = writer
    this.#tables = tables
  }

  add(table: string, row: Row): void {
    const rows = this.#rows.get(table) ?? []
    rows.push(row)
    this.#rows.set(table, rows)
    this.#largest = Math.max(this.#largest, rows.length)
  }

  async flush(atLeast = 1): Promise<void> {
    if (this.#largest < atLeast) return
    for (const table of this.#tables) await this.#writer.insert(table, this.#rows.get(table) ?? [])
    this.#rows = new Map()
    this.#largest = 0
  }
}

async function writePlaces(writer: BulkWriter, now: number): Promise<void> {
  const created_at = now - YEARS_2
  const source = { id: SOURCE, slug: 'bench', kind: 'native', name: 'Bench', enabled: 1, created_at }
  await writer.insert('sources', [source])
  await writer.insert('environments', [
    { id: PRODUCTION, name: 'production', tier: 'production', created_at },
    { id: STAGING, name: 'staging', tier: 'staging', created_at },
  ])
  await writer.insert(
    'services',
    SERVICES.map((name, i) => ({ id: i + 1, name, order_policy: 'semver', created_at })),
  )
}

interface Live {
  readonly releaseId: number
  readonly version: string
  readonly from: number
  readonly deploymentId: number
}

/** What ran in production of a service, oldest first. */
type History = Live[]

type Placed =
  | 'releases'
  | 'release_commits'
  | 'release_changes'
  | 'deployments'
  | 'live_intervals'
  | 'first_deployments'

/** Every release goes to staging, most then to production; returns the production history of each service. */
async function writeDeployments(writer: BulkWriter, count: number, now: number, random: Random): Promise<History[]> {
  const planned: Record<Placed, Row[]> = {
    ...{ releases: [], release_commits: [], release_changes: [] },
    ...{ deployments: [], live_intervals: [], first_deployments: [] },
  }
  const perService = Math.ceil(count / SERVICES.length)
  const histories: History[] = []
  let releaseId = 0
  let deploymentId = 0
  for (const [i, service] of SERVICES.entries()) {
    const start = now - YEARS_2
    const step = (YEARS_2 - DAY) / perService
    const live: Record<'production' | 'staging', Live[]> = { production: [], staging: [] }
    const numbers = [1, 0, 0] as [number, number, number]
    let made = 0
    const deploy = (
      environment: 'production' | 'staging',
      release: { id: number; version: string; sha: string },
      at: number,
      rollback: boolean,
    ) => {
      deploymentId++
      made++
      const event: DeploymentEvent = {
        type: 'deployment',
        key: `run-${deploymentId}`,
        service,
        environment,
        version: release.version,
        commit: release.sha,
        status: random() < 0.03 ? 'failed' : 'succeeded',
        action: rollback ? 'rollback' : 'deploy',
        at,
        startedAt: at - 240_000,
        finishedAt: at,
        url: `https://ci.example.com/runs/${deploymentId}`,
        actor: 'deploy-bot',
      }
      const succeeded = event.status === 'succeeded'
      const replaced = live[environment].at(-1)
      planned.deployments.push({
        id: deploymentId,
        natural_key: naturalKey(SOURCE, event),
        sender_key: `run-${deploymentId}`,
        source_id: SOURCE,
        service_id: i + 1,
        environment_id: environment === 'production' ? PRODUCTION : STAGING,
        named_release_id: release.id,
        release_id: release.id,
        facts_json: JSON.stringify(deploymentFacts(event)),
        status: event.status,
        action: event.action,
        effect: succeeded ? (rollback ? 'rollback' : 'deploy') : null,
        started_at: at - 240_000,
        finished_at: at,
        at,
        replaced_release_id: (succeeded && replaced?.releaseId) || null,
        url: event.url ?? null,
        actor: 'deploy-bot',
        commit_sha: release.sha,
      })
      if (succeeded) live[environment].push({ releaseId: release.id, version: release.version, from: at, deploymentId })
    }
    while (made < perService) {
      const emergency = random() < 0.04
      const part = emergency
        ? 2
        : weighted(random, [
            [2, 0.6],
            [1, 0.39],
            [0, 0.01],
          ] as const)
      numbers[part]++
      numbers.fill(0, part + 1)
      const version = numbers.join('.')
      const at = Math.round(start + made * step)
      const productionAt = random() < 0.8 ? at + 2 * 3_600_000 : undefined
      const sha = (releaseId + 1).toString(16).padStart(40, '0')
      const kind = emergency ? 'emergency' : (['major', 'minor', 'patch'] as const)[part]
      const release = { id: ++releaseId, version, sha }
      planned.releases.push({
        id: release.id,
        service_id: i + 1,
        version,
        facts_json: JSON.stringify(releaseFacts({ type: 'release', service, version, at, commit: sha, kind })),
        kind,
        order_key: keyOf(version, at),
        commit_sha: sha,
        withdrawn: 0,
        first_deployed_at: at,
        first_production_at: productionAt ?? null,
        first_known_at: at,
      })
      const commits = commitsOf(release, at, random)
      planned.release_commits.push(...commits)
      const times_json = JSON.stringify(timesOf(changesOf(commits)))
      planned.release_changes.push({ service_id: i + 1, release_id: release.id, times_json })
      deploy('staging', release, at, false)
      if (productionAt === undefined) continue
      const before = live.production.at(-1)
      deploy('production', release, productionAt, false)
      if (before && random() < 0.03)
        deploy('production', { id: before.releaseId, version: before.version, sha }, productionAt + 5_400_000, true)
    }
    for (const [environment, history] of Object.entries(live)) {
      const place = { service_id: i + 1, environment_id: environment === 'production' ? PRODUCTION : STAGING }
      const seen = new Set<number>()
      for (const [n, { releaseId: release_id, deploymentId: deployment_id, from }] of history.entries()) {
        const to_at = history[n + 1]?.from ?? null
        planned.live_intervals.push({ ...place, release_id, deployment_id, from_at: from, to_at })
        if (!seen.has(release_id)) planned.first_deployments.push({ ...place, release_id, at: from })
        seen.add(release_id)
      }
    }
    histories.push(live.production)
  }
  return await writeInOrderOfTime(writer, planned, histories)
}

/** From the two days before a release was begun to be put anywhere; of four, one merges the others. */
function commitsOf({ id, sha }: { readonly id: number; readonly sha: string }, at: number, random: Random) {
  return Array.from({ length: 2 + Math.floor(random() * 3) }, (_, n) => ({
    release_id: id,
    sha: n === 0 ? sha : (2 ** 40 * n + id).toString(16).padStart(40, '0'),
    message: n === 3 ? "Merge branch 'next'" : `Change ${oneOf(random, PLACES)}`,
    author: `dev-${id % 40}`,
    at: Math.round(at - (n + random()) * 12 * 3_600_000),
    stated: 1,
  }))
}

/** What was planned service by service, numbered and written as it would have come in from all of them. */
async function writeInOrderOfTime(
  writer: BulkWriter,
  planned: Readonly<Record<Placed, readonly Row[]>>,
  histories: readonly History[],
): Promise<History[]> {
  const sorted = (table: Placed, at: string) => planned[table].toSorted((a, b) => (a[at] as number) - (b[at] as number))
  const [releases, deployments] = [sorted('releases', 'first_deployed_at'), sorted('deployments', 'at')]
  const numbered = (rows: readonly Row[]) => new Map(rows.map(({ id }, i) => [id as number, i + 1]))
  const [releaseIds, deploymentIds] = [numbered(releases), numbered(deployments)]
  const releaseOf = (id: number) => releaseIds.get(id) as number
  const deploymentOf = (id: number) => deploymentIds.get(id) as number
  const placeOf = ({ release_id }: Row) => releaseOf(release_id as number)
  const renumbered = (table: Placed, row: Row): Row => {
    const own = table === 'releases' ? releaseOf : deploymentOf
    return Object.fromEntries(
      Object.entries(row).map(([column, value]) => {
        if (typeof value !== 'number') return [column, value]
        if (column === 'id') return [column, own(value)]
        if (column === 'deployment_id') return [column, deploymentOf(value)]
        return [column, column.endsWith('release_id') ? releaseOf(value) : value]
      }),
    )
  }
  const batches = new Batches(writer, Object.keys(planned))
  for (const [table, rows] of [
    ['releases', releases],
    ['release_commits', sorted('release_commits', 'at')],
    ['release_changes', planned.release_changes.toSorted((a, b) => placeOf(a) - placeOf(b))],
    ['deployments', deployments],
    ['live_intervals', sorted('live_intervals', 'from_at')],
    ['first_deployments', sorted('first_deployments', 'at')],
  ] as const) {
    for (const row of rows) {
      batches.add(table, renumbered(table, row))
      await batches.flush(BATCH)
    }
    await batches.flush()
  }
  return histories.map((history) =>
    history.map((live) => ({
      ...live,
      releaseId: releaseOf(live.releaseId),
      deploymentId: deploymentOf(live.deploymentId),
    })),
  )
}

/** Defects in the order in which they were first seen, as they would have come in. */
async function writeDefects(
  writer: BulkWriter,
  count: number,
  histories: readonly History[],
  now: number,
  random: Random,
): Promise<void> {
  const tables = ['defects', 'defect_keys', 'reports', 'suspects', 'occurrence_buckets', 'activities']
  const batches = new Batches(writer, tables)
  const start = now - YEARS_2 + DAY
  const step = (now - start) / (count + 1)
  const reached = histories.map(() => 0)
  for (let id = 1; id <= count; id++) {
    const seenAt = Math.round(start + id * step)
    // The square favours the first services of the list: some teams have most of the trouble.
    const serviceIndex = Math.floor(random() ** 2 * SERVICES.length)
    const history = histories[serviceIndex] as History
    while ((history[(reached[serviceIndex] as number) + 1]?.from ?? Infinity) <= seenAt)
      reached[serviceIndex] = (reached[serviceIndex] as number) + 1
    const live = history.slice(
      Math.max(0, (reached[serviceIndex] as number) - 2),
      (reached[serviceIndex] as number) + 1,
    )
    addDefect(batches, random, {
      id,
      seenAt,
      serviceIndex,
      live: live.filter(({ from }) => from <= seenAt).reverse(),
      now,
    })
    await batches.flush(BATCH)
    if (id % 100_000 === 0) process.stderr.write(`  ${id.toLocaleString('en')} defects\n`)
  }
  await batches.flush()
}

interface DefectPlan {
  readonly id: number
  readonly seenAt: number
  readonly serviceIndex: number
  /** Newest first. */
  readonly live: readonly Live[]
  readonly now: number
}

const SEVERITIES: readonly (readonly [Severity, number])[] = [
  ['S1', 0.03],
  ['S2', 0.17],
  ['S3', 0.5],
  ['S4', 0.3],
]
const OPEN: readonly (readonly [DefectStatus, number])[] = [
  ['open', 0.55],
  ['triaged', 0.2],
  ['in-progress', 0.2],
  ['regressed', 0.05],
]
const CLOSED: readonly (readonly [DefectStatus, number])[] = [
  ['verified', 0.6],
  ['fixed', 0.25],
  ['wont-fix', 0.15],
]

function addDefect(batches: Batches, random: Random, { id, seenAt, serviceIndex, live, now }: DefectPlan): void {
  // About two in a hundred overall, most of them young.
  const open = random() < (now - seenAt < 60 * DAY ? 0.16 : 0.008)
  const status = weighted(random, open ? OPEN : CLOSED)
  const severity = weighted(random, SEVERITIES)
  const occurrences = 1 + Math.floor(random() ** 6 * 500)
  const lastSeenAt = Math.min(now, Math.round(seenAt + random() * 5 * DAY))
  const environment = random() < 0.85 ? 'production' : 'staging'
  const suspects = random() < 0.85 ? live : []
  const suspect = suspects[0]
  const statedVersion = random() < 0.4 ? (suspect?.version ?? null) : null
  const title = `${oneOf(random, FAULTS)} ${oneOf(random, PLACES)} (${id % 977})`
  const event: DefectEvent = {
    type: 'defect',
    key: `BUG-${id}`,
    title,
    service: SERVICES[serviceIndex],
    environment,
    version: statedVersion ?? undefined,
    severity,
    status,
    at: seenAt,
    occurredAt: seenAt,
    count: occurrences,
  }
  const identity = reportIdentity(event, '')
  batches.add('defects', {
    id,
    title,
    title_words: titleWords(title),
    description: null,
    service_id: serviceIndex + 1,
    environment_id: environment === 'production' ? PRODUCTION : STAGING,
    stated_version: statedVersion,
    severity,
    status,
    open: open ? 1 : 0,
    phase: environment,
    first_seen_at: seenAt,
    last_seen_at: lastSeenAt,
    detected_at: Math.min(now, seenAt + 600_000),
    occurrences,
    status_at: open ? seenAt : Math.min(now, Math.round(seenAt + random() * 20 * DAY)),
    fixed_in_json: '[]',
    decisions_json: '{}',
    attribution: suspect ? (statedVersion ? 'attributed' : 'suspected') : 'unattributed',
    suspect_release_id: suspect?.releaseId ?? null,
    suspect_probability: suspect ? 0.72 : null,
    attribution_reason: suspect
      ? `${suspect.version} was live when it was first seen.`
      : 'Nothing was live when it was first seen.',
    attribution_method: ATTRIBUTION_METHOD,
    merged_into_id: id > 1 && random() < 0.005 ? id - 1 : null,
  })
  batches.add('defect_keys', { key: reportKey(SOURCE, identity), defect_id: id })
  batches.add('reports', {
    id,
    source_id: SOURCE,
    identity,
    defect_id: id,
    facts_json: JSON.stringify(reportFacts(event)),
    first_seen_at: seenAt,
    last_seen_at: lastSeenAt,
    first_said_at: seenAt,
    occurrences,
  })
  for (const [rank, { releaseId, version, from }] of suspects.entries())
    batches.add('suspects', {
      defect_id: id,
      rank: rank + 1,
      release_id: releaseId,
      probability: [0.72, 0.17, 0.06][rank] ?? 0.01,
      evidence_json: JSON.stringify(evidenceFor(version, seenAt - from)),
    })
  if (!open && random() > 0.03) return
  for (let bucket = bucketOf(seenAt); bucket <= lastSeenAt; bucket += 6 * 3_600_000)
    batches.add('occurrence_buckets', { defect_id: id, bucket_at: bucket, count: 1 + Math.floor(random() * 9) })
  batches.add('activities', {
    defect_id: id,
    at: seenAt,
    actor: null,
    kind: 'created',
    detail_json: '{}',
  })
}

function evidenceFor(version: string, age: number): Evidence[] {
  const hours = Math.round(age / 3_600_000)
  return [
    {
      kind: 'starting-point',
      verdict: 'none',
      title: 'Where it starts',
      sentence: '40 releases come into question; before any evidence each is as likely as the next.',
      logOdds: -3.7,
      points: 2,
      values: { candidates: 40 },
    },
    {
      kind: 'time',
      verdict: 'for',
      title: 'It was live when the defect was first seen',
      sentence: `${version} had been live in production for ${hours} hours when it was first seen.`,
      logOdds: 4.6,
      points: 70,
      values: { hours },
    },
  ]
}

/** All releases of a service share a scheme, so each may be placed alone. */
const keyOf = (version: string, since: number): string => {
  const release = { id: 0, version, since, deployed: true, isAlias: false }
  return orderReleases(readReleases([release], { policy: 'semver' }))[0]?.key ?? ''
}
