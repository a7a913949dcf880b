import { type MigrationFacts, migrationIn } from '../../core/emergency/checks.ts'
import type { Candidate } from '../../core/emergency/rollback-target.ts'
import { SETTLING_MS, type VerificationFacts } from '../../core/emergency/verification.ts'
import type { DefectStatus, Severity } from '../../core/event.ts'
import type { Db } from '../database.ts'
import { endedVerdicts } from '../measures/ended-verdicts.ts'
import { type FactsRead, readVerdictFactsOf } from '../measures/verdict-facts.ts'
import { type Emergency, listEmergencyDefects } from './emergencies.ts'
import type { EmergencyPolicy } from './emergency-settings.ts'

/** What an emergency release is about. */
export interface EmergencyPlace {
  readonly serviceId: number
  readonly service: string
  readonly environmentId: number
  readonly environment: string
}

export interface LiveRelease {
  readonly releaseId: number
  readonly version: string
  readonly since: number
}

/** What is live in the place; undefined: nothing is known to be. */
export async function findLive(db: Db, place: EmergencyPlace): Promise<LiveRelease | undefined> {
  const row = await db
    .selectFrom('live_intervals')
    .innerJoin('releases', 'releases.id', 'release_id')
    .select(['release_id', 'version', 'from_at'])
    .where('live_intervals.service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('to_at', 'is', null)
    .orderBy('from_at', 'desc')
    .executeTakeFirst()
  return row && { releaseId: row.release_id, version: row.version, since: row.from_at }
}

/** So many are judged: further back nobody should go without looking closely. */
const MOST_CANDIDATES = 8

/**
 * Releases that were live in the place before what is live now, the last live first. Each is judged as its page does;
 * their facts are read together.
 */
export async function listCandidates(db: Db, place: EmergencyPlace, now: number): Promise<Candidate[]> {
  const live = await findLive(db, place)
  const rows = await db
    .selectFrom('live_intervals')
    .select('release_id')
    .select((eb) => eb.fn.max('from_at').as('last_from'))
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('release_id', '!=', live?.releaseId ?? 0)
    .groupBy('release_id')
    .orderBy('last_from', 'desc')
    .limit(MOST_CANDIDATES)
    .execute()
  return await loadCandidates(
    db,
    place,
    rows.map(({ release_id }) => release_id),
    now,
  )
}

/** One of them by its version; undefined: it never ran there. */
export async function findCandidate(
  db: Db,
  place: EmergencyPlace,
  version: string,
  now: number,
): Promise<Candidate | undefined> {
  const row = await db
    .selectFrom('live_intervals')
    .innerJoin('releases', 'releases.id', 'release_id')
    .select('release_id')
    .where('live_intervals.service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('version', '=', version)
    .executeTakeFirst()
  return row && (await loadCandidates(db, place, [row.release_id], now))[0]
}

/** In the order of the releases. */
async function loadCandidates(
  db: Db,
  place: EmergencyPlace,
  releaseIds: readonly number[],
  now: number,
): Promise<Candidate[]> {
  if (releaseIds.length === 0) return []
  const environment = { id: place.environmentId, name: place.environment }
  const judged = releaseIds.map((releaseId) => ({ ...place, releaseId }))
  const [known, facts] = await Promise.all([
    db
      .selectFrom('releases')
      .select(['id', 'version', 'withdrawn'])
      .where('id', 'in', [...releaseIds])
      .execute(),
    readVerdictFactsOf(db, judged, environment, now),
  ])
  const rowOf = new Map(known.map((row) => [row.id, row]))
  return releaseIds.flatMap((releaseId) => {
    const row = rowOf.get(releaseId)
    return row ? [candidateOf(row, facts.get(releaseId) as FactsRead, now)] : []
  })
}

function candidateOf(
  { id, version, withdrawn }: { readonly id: number; readonly version: string; readonly withdrawn: number },
  facts: FactsRead,
  now: number,
): Candidate {
  const { spans } = facts
  return {
    releaseId: id,
    version,
    liveMs: spans.reduce((sum, { from, to = now }) => sum + Math.max(0, Math.min(to, now) - from), 0),
    lastLiveAt: Math.max(0, ...spans.map(({ to = now }) => to)),
    verdict: endedVerdicts.on(facts, now).word,
    openGrave: facts.brought
      .filter(({ open, severity }) => open && (severity === 'S1' || severity === 'S2'))
      .map(({ severity, probability }) => ({ severity, probability })),
    rolledBack: facts.rolledBackAt !== undefined,
    withdrawn: withdrawn === 1,
  }
}

export interface KnownRelease {
  readonly releaseId: number
  readonly artifact: string | undefined
  readonly commit: string | undefined
}

export async function findKnownRelease(db: Db, serviceId: number, version: string): Promise<KnownRelease | undefined> {
  const row = await db
    .selectFrom('releases')
    .select(['id', 'artifact', 'commit_sha'])
    .where('service_id', '=', serviceId)
    .where('version', '=', version)
    .executeTakeFirst()
  return row && { releaseId: row.id, artifact: row.artifact ?? undefined, commit: row.commit_sha ?? undefined }
}

/** Versions of the service that cannot be given to a fix any more. */
export async function listTakenVersions(db: Db, serviceId: number): Promise<string[]> {
  const rows = await db
    .selectFrom('releases')
    .select('version')
    .where('service_id', '=', serviceId)
    .orderBy('id', 'desc')
    .limit(5_000)
    .execute()
  return rows.map(({ version }) => version)
}

/** One that began longer ago and was never heard of again is not under way. */
const UNDER_WAY_FOR_MS = 2 * 3_600_000

/** Versions whose deployment to the place has begun and not ended. */
export async function listDeploying(db: Db, place: EmergencyPlace, now: number): Promise<string[]> {
  const rows = await db
    .selectFrom('deployments')
    .leftJoin('releases', 'releases.id', 'deployments.release_id')
    .select('version')
    .distinct()
    .where('deployments.service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('deployments.status', 'in', ['pending', 'in-progress'])
    .where('deployments.at', '>=', now - UNDER_WAY_FOR_MS)
    .execute()
  return rows.flatMap(({ version }) => version ?? []).sort()
}

/** What Git keeps in order there, by the last deployment of the place. */
export async function findAutoSync(db: Db, place: EmergencyPlace): Promise<string | undefined> {
  const row = await db
    .selectFrom('deployments')
    .innerJoin('sources', 'sources.id', 'source_id')
    .select('kind')
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.kind === 'argocd' ? 'Argo CD' : undefined
}

/** Commits of the releases that a rollback leaves behind: those ordered after the target, up to what is live. */
export async function loadMigrations(
  db: Db,
  serviceId: number,
  targetReleaseId: number | undefined,
  liveReleaseId: number | undefined,
): Promise<MigrationFacts> {
  if (targetReleaseId === undefined || liveReleaseId === undefined)
    return { commits: 0, irreversible: [], reversible: [] }
  const keyOf = (id: number) => db.selectFrom('releases').select('order_key').where('id', '=', id)
  const rows = await db
    .selectFrom('releases')
    .innerJoin('release_commits', 'release_id', 'releases.id')
    .select(['sha', 'message'])
    .where('service_id', '=', serviceId)
    .where('order_key', '>', keyOf(targetReleaseId))
    .where('order_key', '<=', keyOf(liveReleaseId))
    .orderBy('sha')
    .limit(5_000)
    .execute()
  const found = { irreversible: new Set<string>(), reversible: new Set<string>() }
  for (const { message } of rows) {
    const migration = message === null ? undefined : migrationIn(message)
    if (migration) found[migration].add(((message as string).split('\n')[0] ?? '').slice(0, 120))
  }
  return {
    commits: new Set(rows.map(({ sha }) => sha)).size,
    irreversible: [...found.irreversible],
    reversible: [...found.reversible],
  }
}

export interface LinkableDefect {
  readonly id: number
  readonly title: string
  readonly severity: Severity
  readonly status: DefectStatus
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly suspectReleaseId: number | undefined
  readonly suspectVersion: string | undefined
  readonly probability: number | undefined
  readonly regression: boolean
}

/** Open defects of the place, or of none that was named; the gravest first. */
export async function listLinkable(db: Db, place: EmergencyPlace, limit = 30): Promise<LinkableDefect[]> {
  const rows = await selectLinkable(db)
    .where('d.service_id', '=', place.serviceId)
    .where((eb) => eb.or([eb('environment_id', 'is', null), eb('environment_id', '=', place.environmentId)]))
    .where('open', '=', 1)
    .where('merged_into_id', 'is', null)
    .orderBy('severity')
    .orderBy('last_seen_at', 'desc')
    .orderBy('d.id')
    .limit(limit)
    .execute()
  return rows.map(toLinkable)
}

export async function findLinkable(
  db: Db,
  id: number,
): Promise<(LinkableDefect & { serviceId: number | undefined; environmentId: number | undefined }) | undefined> {
  const row = await selectLinkable(db)
    .select(['d.service_id', 'environment_id'])
    .where('d.id', '=', id)
    .where('merged_into_id', 'is', null)
    .executeTakeFirst()
  return (
    row && {
      ...toLinkable(row),
      serviceId: row.service_id ?? undefined,
      environmentId: row.environment_id ?? undefined,
    }
  )
}

const selectLinkable = (db: Db) =>
  db
    .selectFrom('defects as d')
    .leftJoin('releases', 'releases.id', 'suspect_release_id')
    .select(['d.id', 'd.title', 'severity', 'status', 'first_seen_at', 'last_seen_at'])
    .select(['suspect_release_id', 'suspect_probability', 'version', 'generation'])

const toLinkable = (
  row: Awaited<ReturnType<ReturnType<typeof selectLinkable>['execute']>>[number],
): LinkableDefect => ({
  id: row.id,
  title: row.title,
  severity: row.severity as Severity,
  status: row.status as DefectStatus,
  firstSeenAt: row.first_seen_at,
  lastSeenAt: row.last_seen_at,
  suspectReleaseId: row.suspect_release_id ?? undefined,
  suspectVersion: row.version ?? undefined,
  probability: row.suspect_probability ?? undefined,
  regression: row.generation > 1,
})

/** Whether an S1 of the place is open. */
export async function isS1Open(db: Db, place: EmergencyPlace): Promise<boolean> {
  const [worst] = await listLinkable(db, place, 1)
  return worst?.severity === 'S1'
}

/** Senders' clocks run apart: a deployment is still believed to be ours when it is dated so long before. */
const CLOCKS_APART_MS = 2 * 60_000

export interface ProgressOfTarget {
  readonly status: 'in-progress' | 'succeeded' | 'failed'
  readonly deploymentId: number
  readonly version: string
  readonly at: number
  readonly url: string | undefined
}

/**
 * The latest word of a deployment event on an emergency release: of a deployment to its place since the approval, of its
 * version, or (for a hotfix) by the run that it started.
 */
export async function findProgress(
  db: Db,
  emergency: Emergency,
  run: { readonly key: string; readonly url: string | undefined } | undefined,
): Promise<ProgressOfTarget | undefined> {
  if (emergency.approvedAt === undefined) return undefined
  const rows = await db
    .selectFrom('deployments')
    .innerJoin('releases', 'releases.id', 'deployments.release_id')
    .select(['deployments.id', 'deployments.status', 'deployments.at', 'deployments.url', 'sender_key', 'version'])
    .where('deployments.service_id', '=', emergency.serviceId)
    .where('environment_id', '=', emergency.environmentId)
    .where('action', '!=', 'remove')
    .where('deployments.at', '>=', emergency.approvedAt - CLOCKS_APART_MS)
    .orderBy('deployments.at', 'desc')
    .orderBy('deployments.id', 'desc')
    .limit(50)
    .execute()
  const isByRun = (row: (typeof rows)[number]) =>
    run !== undefined && (row.sender_key === run.key || (row.url !== null && row.url === run.url))
  const row = rows.find(
    (one) => one.version === emergency.targetVersion || (emergency.strategy === 'hotfix' && isByRun(one)),
  )
  const status = row?.status === 'pending' || row?.status === 'in-progress' ? 'in-progress' : row?.status
  if (!row || (status !== 'in-progress' && status !== 'succeeded' && status !== 'failed')) return undefined
  return { status, deploymentId: row.id, version: row.version, at: row.at, url: row.url ?? undefined }
}

const HOUR_MS = 3_600_000

/** What the verification looks at; undefined while it is not live. */
export async function loadVerificationFacts(
  db: Db,
  emergency: Emergency,
  policy: EmergencyPolicy,
): Promise<VerificationFacts | undefined> {
  const { deployedAt, ticks } = emergency
  if (deployedAt === undefined) return undefined
  const defects = await listEmergencyDefects(db, emergency.id)
  const ids = defects.map(({ id }) => id)
  const seenIn = async (from: number, to: number | undefined): Promise<number> => {
    if (ids.length === 0) return 0
    let query = db
      .selectFrom('reports')
      .innerJoin('sightings', 'report_id', 'reports.id')
      .select((eb) => eb.fn.sum<number | null>('count').as('n'))
      .where('defect_id', 'in', ids)
      .where('seen_at', '>', from)
    if (to !== undefined) query = query.where('seen_at', '<=', to)
    return Number((await query.executeTakeFirst())?.n ?? 0)
  }
  let grave = db
    .selectFrom('defects')
    .select(['id', 'severity', 'first_seen_at'])
    .where('service_id', '=', emergency.serviceId)
    .where((eb) => eb.or([eb('environment_id', 'is', null), eb('environment_id', '=', emergency.environmentId)]))
    .where('severity', 'in', ['S1', 'S2'])
    .where('first_seen_at', '>', deployedAt)
    .where('merged_into_id', 'is', null)
    .where('attribution', '!=', 'not-a-change')
  if (ids.length > 0) grave = grave.where('id', 'not in', ids)
  return {
    environment: emergency.environment,
    version: emergency.targetVersion,
    deployedAt,
    live: (await findLive(db, emergency))?.version,
    defects: defects.map(({ id, lastSeenAt }) => ({ id, lastSeenAt })),
    newGrave: (await grave.orderBy('id').limit(20).execute()).map((row) => ({
      id: row.id,
      severity: row.severity as Severity,
      at: row.first_seen_at,
    })),
    before: await seenIn(deployedAt - HOUR_MS, deployedAt),
    since: await seenIn(deployedAt + SETTLING_MS, undefined),
    quietMs: policy.quietMinutes * 60_000,
    human: policy.humanChecks.map((title) => ({
      title,
      by: Object.hasOwn(ticks, title) ? ticks[title] : undefined,
    })),
  }
}

/** Occurrences of the linked defects, one value a minute. */
export async function occurrencesPerMinute(
  db: Db,
  defectIds: readonly number[],
  from: number,
  to: number,
): Promise<{ readonly at: number; readonly count: number }[]> {
  const minutes = new Map<number, number>()
  for (let at = Math.floor(from / 60_000) * 60_000; at <= to; at += 60_000) minutes.set(at, 0)
  if (defectIds.length > 0) {
    const rows = await db
      .selectFrom('reports')
      .innerJoin('sightings', 'report_id', 'reports.id')
      .select(['seen_at', 'count'])
      .where('defect_id', 'in', [...defectIds])
      .where('seen_at', '>=', from)
      .where('seen_at', '<=', to)
      .limit(50_000)
      .execute()
    for (const row of rows) {
      const at = Math.floor(row.seen_at / 60_000) * 60_000
      if (minutes.has(at)) minutes.set(at, (minutes.get(at) as number) + row.count)
    }
  }
  return [...minutes].map(([at, count]) => ({ at, count }))
}
