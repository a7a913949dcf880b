import type { Decisions } from '../../core/defect/defect.ts'
import type { Severity } from '../../core/event.ts'
import type { FoundDefect } from '../../core/verdict/equal-age.ts'
import type { BroughtDefect } from '../../core/verdict/known-harm.ts'
import { rhythmBefore } from '../../core/verdict/own-rhythm.ts'
import type { ReleaseInPlace } from '../../core/verdict/release-life.ts'
import type { VerdictFacts } from '../../core/verdict/verdict.ts'
import type { Db } from '../database.ts'
import { readEvidence } from '../defects/defect-evidence.ts'

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
 * it, the defects first seen there meanwhile, and those it is blamed for or that came back in it. Indexed reads, bounded by
 * forty releases.
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
  const earlier = [...spans.values()]
    .filter((release) => release !== own && (liveAt === undefined || (release.spans[0]?.from ?? 0) < liveAt))
    .sort((a, b) => (b.spans[0]?.from ?? 0) - (a.spans[0]?.from ?? 0) || (a.version < b.version ? 1 : -1))
    .map(withSightings)
  return {
    service,
    environment,
    release: withSightings(own ?? (await neverLive(db, releaseId))),
    earlier,
    brought: await listBroughtOrBack(db, place),
    rolledBackAt: await findRolledBackAt(db, place),
    rhythm: liveAt === undefined ? undefined : rhythmBefore(earlier, liveAt),
  }
}

type LoadedRelease = Omit<ReleaseInPlace, 'sightings'>

/** The releases that reached the environment before this one and count, newest first. */
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
    .innerJoin('releases', 'releases.id', 'first_deployments.release_id')
    .select('release_id')
    .where('first_deployments.service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('at', '<', arrived.at)
    .where('quarantine', 'is', null)
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
export async function listFirstSightings(
  db: Db,
  place: Pick<ReleasePlace, 'serviceId' | 'environmentId'>,
  from: number,
  to: number,
): Promise<FoundDefect[]> {
  const rows = await db
    .selectFrom('defects')
    .select(['id', 'severity', 'first_seen_at', 'resolved_at', 'introduced_in', 'evidence_json'])
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('first_seen_at', '>=', from)
    .where('first_seen_at', '<', to)
    .where('merged_into_id', 'is', null)
    .where('attribution', '!=', 'not-a-change')
    .orderBy('first_seen_at')
    .execute()
  return rows.map((row) => ({
    defectId: row.id,
    severity: row.severity as Severity,
    at: row.first_seen_at,
    resolvedAt: row.resolved_at ?? undefined,
    component: readEvidence(row).components[0],
  }))
}

/** What came back in the release is told as that, whoever is suspected of having introduced it. */
async function listBroughtOrBack(db: Db, place: ReleasePlace): Promise<BroughtDefect[]> {
  const back = await listBack(db, place)
  const isBack = new Set(back.map(({ defectId }) => defectId))
  return [...back, ...(await listBrought(db, place)).filter(({ defectId }) => !isBack.has(defectId))]
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

/**
 * Defects whose current life began in the release: fixed before, and seen again in it. In this environment, when the
 * sighting names one, else where the defect was found. What a person has said since of another cause holds.
 */
async function listBack(db: Db, place: ReleasePlace): Promise<BroughtDefect[]> {
  const rows = await db
    .selectFrom('generations')
    .innerJoin('defects', (join) =>
      join.onRef('defects.id', '=', 'generations.defect_id').onRef('defects.generation', '=', 'generations.number'),
    )
    .leftJoin('reports', 'reports.defect_id', 'defects.id')
    .leftJoin('sightings', (join) =>
      join
        .onRef('sightings.report_id', '=', 'reports.id')
        .onRef('sightings.seen_at', '=', 'generations.since_at')
        .on('sightings.environment', 'is not', null),
    )
    .select(['defects.id', 'severity', 'open', 'since_at', 'attribution', 'suspect_release_id', 'decisions_json'])
    .select(['environment_id', 'sightings.environment as seen_in'])
    .where('generations.release_id', '=', place.releaseId)
    .where('generations.number', '>', 1)
    .where('merged_into_id', 'is', null)
    .execute()
  const back = new Map<number, BroughtDefect>()
  for (const row of rows) {
    const named = rows.filter(({ id }) => id === row.id).flatMap(({ seen_in }) => seen_in ?? [])
    const isHere =
      named.length > 0
        ? named.includes(place.environment)
        : row.environment_id === null || row.environment_id === place.environmentId
    if (!isHere || isOfAnotherCause(row, place.releaseId)) continue
    back.set(row.id, {
      defectId: row.id,
      severity: row.severity as Severity,
      open: row.open === 1,
      probability: 1,
      regression: true,
    })
  }
  return [...back.values()].sort((a, b) => a.defectId - b.defectId)
}

/** Whether a person, after it came back, named something else as its cause. */
function isOfAnotherCause(
  row: {
    readonly since_at: number
    readonly attribution: string
    readonly suspect_release_id: number | null
    readonly decisions_json: string
  },
  releaseId: number,
): boolean {
  const decided = (JSON.parse(row.decisions_json) as Decisions).attribution
  if (!decided || decided.at < row.since_at) return false
  return row.attribution === 'not-a-change' || (row.attribution === 'manual' && row.suspect_release_id !== releaseId)
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
