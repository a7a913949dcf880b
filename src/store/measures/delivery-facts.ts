import { type RawBuilder, type SqlBool, sql } from 'kysely'
import {
  DAY_MS,
  type DeliveryDefect,
  type DeliveryDeployment,
  type DeliveryFacts,
  EMERGENCY,
  type Period,
} from '../../core/delivery/facts.ts'
import type { DeploymentEffect } from '../../core/deployment/timeline.ts'
import type { DeploymentStatus, Severity } from '../../core/event.ts'
import type { Db } from '../database.ts'

/** What a period's first deployment replaced, and what its severe defects are due to, lies before it. */
const LEAD_IN_MS = 30 * DAY_MS
const AT_ONCE = 500

export interface DeliveryPlace {
  readonly serviceId: number
  readonly service: string
  readonly environmentId: number
  readonly environment: string
}

/**
 * What the five delivery metrics of one service in one environment are counted from. O(deployments + severe defects).
 *
 * @param suspicions false: merely suspected releases are left out; only `expectedFailures` needs them
 */
export async function loadDeliveryFacts(
  db: Db,
  place: DeliveryPlace,
  { from }: Period,
  { suspicions = true }: { readonly suspicions?: boolean } = {},
): Promise<DeliveryFacts> {
  const since = from - LEAD_IN_MS
  const rows = await listFinished(db, place, since)
  const releaseIds = [...new Set(rows.flatMap(({ release_id }) => release_id ?? []))]
  const [commits, { defects, fixes }, knownSince] = await Promise.all([
    listCommits(db, releaseIds),
    listSevereDefects(db, place, since, suspicions),
    findKnownSince(db, place),
  ])
  const placed = new Set<number>()
  const rollbacksOf = new Map<number, FinishedRow[]>()
  for (const row of rows)
    if (row.effect === 'rollback' && row.replaced_release_id !== null)
      rollbacksOf.set(row.replaced_release_id, [...(rollbacksOf.get(row.replaced_release_id) ?? []), row])
  const deployments = rows.map((row): DeliveryDeployment => {
    const isFirst = row.release_id !== null && row.effect === 'deploy' && !placed.has(row.release_id)
    if (isFirst) placed.add(row.release_id as number)
    return {
      id: row.id,
      releaseId: row.release_id ?? undefined,
      status: row.status as DeploymentStatus,
      effect: (row.effect ?? undefined) as DeploymentEffect | undefined,
      finishedAt: row.at,
      commits: isFirst ? (commits.get(row.release_id as number) ?? []) : [],
      emergencyScore: row.kind === 'emergency' ? EMERGENCY : 0,
      mendsDeploymentIds: [],
      fixesDefectIds: isFirst && row.version !== null ? (fixes.get(row.version) ?? []) : [],
      recoveredById: rollbacksOf.get(row.release_id ?? -1)?.find((later) => later.at > row.at)?.id,
    }
  })
  return { service: place.service, environment: place.environment, deployments, defects, knownSince }
}

interface FinishedRow {
  readonly id: number
  readonly release_id: number | null
  readonly version: string | null
  readonly kind: string | null
  readonly status: string
  readonly effect: string | null
  readonly at: number
  readonly replaced_release_id: number | null
}

const listFinished = (db: Db, place: DeliveryPlace, since: number): Promise<FinishedRow[]> =>
  db
    .selectFrom('deployments')
    .leftJoin('releases', 'releases.id', 'deployments.release_id')
    .select(['deployments.id', 'release_id', 'version', 'kind', 'status', 'effect', 'at', 'replaced_release_id'])
    .where('deployments.service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('at', '>=', since)
    .where('status', 'in', ['succeeded', 'failed', 'cancelled'])
    .orderBy('at')
    .orderBy('natural_key')
    .execute()

/** The commits of each release, those listed under a name it had before included. */
async function listCommits(db: Db, releaseIds: readonly number[]): Promise<Map<number, DeliveryDeployment['commits']>> {
  const commits = new Map<number, { at: number | undefined; isMerge: boolean }[]>()
  for (let start = 0; start < releaseIds.length; start += AT_ONCE) {
    const some = releaseIds.slice(start, start + AT_ONCE)
    const rows = await db
      .selectFrom('release_commits')
      .innerJoin('releases', 'releases.id', 'release_commits.release_id')
      .select(['releases.id', 'alias_of_id', 'message', 'at'])
      .where((eb) => eb.or([eb('releases.id', 'in', some), eb('alias_of_id', 'in', some)]))
      .execute()
    for (const row of rows) {
      const id = row.alias_of_id ?? row.id
      const known = commits.get(id)
      const commit = { at: row.at ?? undefined, isMerge: /^merge\b/i.test(row.message ?? '') }
      if (known) known.push(commit)
      else commits.set(id, [commit])
    }
  }
  return commits
}

/**
 * S1 and S2, seen in the environment or in none that was named; what no change caused is no deployment's failure.
 * `fixes` has their ids by the version that is named to contain their fix.
 *
 * @param suspicions false: only those that are attributed or of which it is said what fixes them; that is all a metric
 *   counts, and far fewer
 */
async function listSevereDefects(
  db: Db,
  place: DeliveryPlace,
  since: number,
  suspicions: boolean,
): Promise<{ defects: DeliveryDefect[]; fixes: ReadonlyMap<string, readonly number[]> }> {
  const ofService = (part: RawBuilder<SqlBool>) =>
    db
      .selectFrom('defects')
      .select(['id', 'severity', 'first_seen_at'])
      .where('service_id', '=', place.serviceId)
      .where('first_seen_at', '>=', since)
      .where(part)
  const there = ['environment_id', '=', place.environmentId] as const
  const nowhere = ['environment_id', 'is', null] as const
  const attributed = ofService(isAttributed).select('suspect_release_id')
  const fixed = ofService(isFixedInSome).select('fixed_in_json')
  const others = suspicions ? ofService(isHeldAgainstReleases) : undefined
  const [ofReleases, ofFixes, ofAll] = await Promise.all([
    Promise.all([attributed.where(...there).execute(), attributed.where(...nowhere).execute()]),
    Promise.all([fixed.where(...there).execute(), fixed.where(...nowhere).execute()]),
    others && Promise.all([others.where(...there).execute(), others.where(...nowhere).execute()]),
  ])
  const releaseOf = new Map(ofReleases.flat().map((row) => [row.id, row.suspect_release_id ?? undefined]))
  const rows = new Map(
    [ofReleases, ofFixes, ofAll ?? []].flatMap((parts) => parts.flat()).map((row) => [row.id, row] as const),
  )
  const suspects = suspicions ? await listSuspects(db, [...rows.keys()]) : new Map<number, never>()
  const fixes = new Map<string, number[]>()
  for (const { id, fixed_in_json } of ofFixes.flat())
    for (const version of JSON.parse(fixed_in_json) as string[]) fixes.set(version, [...(fixes.get(version) ?? []), id])
  const defects = [...rows.values()].map((row) => ({
    id: row.id,
    severity: row.severity as Severity,
    openedAt: row.first_seen_at,
    attributedReleaseId: releaseOf.get(row.id),
    suspects: suspects.get(row.id) ?? [],
  }))
  return { defects, fixes }
}

async function listSuspects(
  db: Db,
  defectIds: readonly number[],
): Promise<ReadonlyMap<number, DeliveryDefect['suspects']>> {
  const suspects = new Map<number, { releaseId: number; probability: number }[]>()
  for (let start = 0; start < defectIds.length; start += AT_ONCE) {
    const ids = defectIds.slice(start, start + AT_ONCE)
    for (const row of await db.selectFrom('suspects').selectAll().where('defect_id', 'in', ids).execute()) {
      const suspect = { releaseId: row.release_id, probability: row.probability }
      suspects.set(row.defect_id, [...(suspects.get(row.defect_id) ?? []), suspect])
    }
  }
  return suspects
}

/** As the indexes have them. */
const SEVERE = "severity in ('S1', 'S2') and merged_into_id is null"
const isHeldAgainstReleases = sql.raw<SqlBool>(`${SEVERE} and attribution <> 'not-a-change'`)
const isAttributed = sql.raw<SqlBool>(`${SEVERE} and attribution in ('attributed', 'manual')`)
const isFixedInSome = sql.raw<SqlBool>(`${SEVERE} and fixed_in_json <> '[]' and attribution <> 'not-a-change'`)

async function findKnownSince(db: Db, place: DeliveryPlace): Promise<number> {
  const row = await db
    .selectFrom('deployments')
    .select((eb) => eb.fn.min<number | null>('at').as('at'))
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .executeTakeFirst()
  return Number(row?.at ?? Number.MAX_SAFE_INTEGER)
}
