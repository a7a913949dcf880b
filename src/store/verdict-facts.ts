import type { Severity } from '../core/event.ts'
import type { BroughtDefect } from '../core/verdict/known-harm.ts'
import type { FirstSighting, ReleaseInPlace } from '../core/verdict/release-life.ts'
import type { VerdictFacts } from '../core/verdict.ts'
import type { Db } from './database.ts'
import { readEvidence } from './defect-evidence.ts'

/** More earlier releases than these tell nothing new about how much they differ. */
const MOST_EARLIER = 40

export interface ReleasePlace {
  readonly releaseId: number
  readonly serviceId: number
  readonly service: string
  readonly environmentId: number
  readonly environment: string
}

/**
 * What the verdict on a release in one environment looks at: its own live intervals and those of the releases before
 * it, the defects first seen there meanwhile, and those it is blamed for. Six indexed reads, bounded by forty releases.
 */
export async function loadVerdictFacts(db: Db, place: ReleasePlace, now: number): Promise<VerdictFacts> {
  const { service, environment, releaseId } = place
  const spans = await listSpans(db, place, [releaseId, ...(await listEarlier(db, place))])
  const own = spans.get(releaseId)
  const from = Math.min(...[...spans.values()].flatMap(({ spans }) => spans.map((span) => span.from)))
  const sightings = Number.isFinite(from) ? await listFirstSightings(db, place, from, now) : []
  const withSightings = (release: LoadedRelease): ReleaseInPlace => ({
    ...release,
    sightings: sightings.filter(({ at }) => release.spans.some((span) => at >= span.from && at < (span.to ?? now))),
  })
  const liveAt = own?.spans[0]?.from
  return {
    service,
    environment,
    release: withSightings(own ?? (await neverLive(db, releaseId))),
    earlier: [...spans.values()]
      .filter((release) => release !== own && (liveAt === undefined || (release.spans[0]?.from ?? 0) < liveAt))
      .sort((a, b) => (b.spans[0]?.from ?? 0) - (a.spans[0]?.from ?? 0) || (a.version < b.version ? 1 : -1))
      .map(withSightings),
    brought: await listBrought(db, place),
    rolledBackAt: await findRolledBackAt(db, place),
  }
}

type LoadedRelease = Omit<ReleaseInPlace, 'sightings'>

/** The releases that reached the environment before this one, newest first. */
async function listEarlier(db: Db, place: ReleasePlace): Promise<number[]> {
  const arrived = await db
    .selectFrom('first_deployments')
    .select('at')
    .where('release_id', '=', place.releaseId)
    .where('environment_id', '=', place.environmentId)
    .executeTakeFirst()
  if (!arrived) return []
  const rows = await db
    .selectFrom('first_deployments')
    .select('release_id')
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('at', '<', arrived.at)
    .orderBy('at', 'desc')
    .limit(MOST_EARLIER)
    .execute()
  return rows.map((row) => row.release_id)
}

async function listSpans(
  db: Db,
  place: ReleasePlace,
  releaseIds: readonly number[],
): Promise<Map<number, LoadedRelease>> {
  const rows = await db
    .selectFrom('live_intervals')
    .innerJoin('releases', 'releases.id', 'live_intervals.release_id')
    .innerJoin('deployments', 'deployments.id', 'live_intervals.deployment_id')
    .select(['live_intervals.release_id', 'version', 'effect', 'from_at', 'to_at'])
    .where('live_intervals.release_id', 'in', [...releaseIds])
    .where('live_intervals.environment_id', '=', place.environmentId)
    .orderBy('from_at')
    .execute()
  const releases = new Map<number, LoadedRelease & { spans: { from: number; to: number | undefined }[] }>()
  for (const row of rows) {
    const span = { from: row.from_at, to: row.to_at ?? undefined }
    const known = releases.get(row.release_id)
    if (known) known.spans.push(span)
    else
      releases.set(row.release_id, {
        releaseId: row.release_id,
        version: row.version,
        arrivedBy: row.effect === 'rollback' || row.effect === 'redeploy' ? row.effect : 'deploy',
        spans: [span],
      })
  }
  return releases
}

async function neverLive(db: Db, releaseId: number): Promise<LoadedRelease> {
  const { version } = await db
    .selectFrom('releases')
    .select('version')
    .where('id', '=', releaseId)
    .executeTakeFirstOrThrow()
  return { releaseId, version, arrivedBy: 'deploy', spans: [] }
}

/** Defects first seen in the environment; what no change caused is no release's fault. */
async function listFirstSightings(db: Db, place: ReleasePlace, from: number, to: number): Promise<FirstSighting[]> {
  const rows = await db
    .selectFrom('defects')
    .select(['first_seen_at', 'introduced_in', 'evidence_json'])
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('first_seen_at', '>=', from)
    .where('first_seen_at', '<', to)
    .where('merged_into_id', 'is', null)
    .where('attribution', '!=', 'not-a-change')
    .orderBy('first_seen_at')
    .execute()
  return rows.map((row) => ({ at: row.first_seen_at, component: readEvidence(row).components[0] }))
}

/** Defects the release is suspected or known to have introduced, in this environment or in none that was named. */
async function listBrought(db: Db, place: ReleasePlace): Promise<BroughtDefect[]> {
  const rows = await db
    .selectFrom('suspects')
    .innerJoin('defects', 'defects.id', 'suspects.defect_id')
    .select(['defects.id', 'severity', 'open', 'attribution', 'suspect_release_id', 'probability'])
    .where('suspects.release_id', '=', place.releaseId)
    .where('severity', 'in', ['S1', 'S2'])
    .where('merged_into_id', 'is', null)
    .where('attribution', 'not in', ['manual', 'not-a-change'])
    .where((eb) => eb.or([eb('environment_id', '=', place.environmentId), eb('environment_id', 'is', null)]))
    .execute()
  const decided = await db
    .selectFrom('defects')
    .select(['id', 'severity', 'open'])
    .where('suspect_release_id', '=', place.releaseId)
    .where('attribution', '=', 'manual')
    .where('severity', 'in', ['S1', 'S2'])
    .where('merged_into_id', 'is', null)
    .where((eb) => eb.or([eb('environment_id', '=', place.environmentId), eb('environment_id', 'is', null)]))
    .execute()
  return [...rows, ...decided.map((row) => ({ ...row, probability: 1 }))].map((row) => ({
    defectId: row.id,
    severity: row.severity as Severity,
    open: row.open === 1,
    probability: row.probability,
    regression: false,
  }))
}

async function findRolledBackAt(db: Db, place: ReleasePlace): Promise<number | undefined> {
  const row = await db
    .selectFrom('deployments')
    .select((eb) => eb.fn.min<number | null>('at').as('at'))
    .where('replaced_release_id', '=', place.releaseId)
    .where('effect', '=', 'rollback')
    .where('environment_id', '=', place.environmentId)
    .executeTakeFirst()
  return row?.at === null || row?.at === undefined ? undefined : Number(row.at)
}
