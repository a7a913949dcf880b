import { type SqlBool, sql } from 'kysely'
import type { ReleaseKind, Severity } from '../../core/event.ts'
import type { EmergencyFacts, EmergencyReason, ProductionFacts } from '../../core/release/emergency-score.ts'
import type { KindStatements } from '../../core/release/release-kind.ts'
import type { Db } from '../database.ts'
import { kindStatements } from './release-order.ts'

/** What is looked at to tell the kind of a release; all of it lies before its own first deployment. */

export interface ReleaseToClassify {
  readonly id: number
  readonly serviceId: number
  readonly version: string
  readonly name: string | undefined
  readonly orderKey: string
  readonly counts: boolean
  readonly firstDeployedAt: number | undefined
  readonly kinds: KindStatements
  /** As it was found last. */
  readonly kind: ReleaseKind
  readonly emergencyJson: string
}

export async function getReleaseToClassify(db: Db, id: number): Promise<ReleaseToClassify> {
  const row = await db
    .selectFrom('releases')
    .select(['id', 'service_id', 'version', 'name', 'order_key', 'quarantine', 'alias_of_id', 'first_deployed_at'])
    .select(['kind', 'stated_kind', 'content_kind', 'order_kind', 'emergency_points', 'emergency_json'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return {
    id: row.id,
    serviceId: row.service_id,
    version: row.version,
    name: row.name ?? undefined,
    orderKey: row.order_key,
    counts: row.quarantine === null && row.alias_of_id === null,
    firstDeployedAt: row.first_deployed_at ?? undefined,
    kinds: kindStatements(row),
    kind: row.kind as ReleaseKind,
    emergencyJson: row.emergency_json,
  }
}

/** A success that put something in place. */
export interface FirstDeployment {
  readonly at: number
  readonly naturalKey: string
  readonly environmentId: number
  readonly isProduction: boolean
}

/** Where a release was first deployed: in production when it ever was, else anywhere. */
export async function findFirstDeployment(db: Db, releaseId: number): Promise<FirstDeployment | undefined> {
  const row = await db
    .selectFrom('deployments as d')
    .innerJoin('environments as e', 'e.id', 'd.environment_id')
    .select(['d.at', 'd.natural_key', 'd.environment_id', 'e.tier'])
    .where('d.release_id', '=', releaseId)
    .where('d.status', '=', 'succeeded')
    .where('d.effect', '=', 'deploy')
    .orderBy((eb) => eb.case().when('e.tier', '=', 'production').then(0).else(1).end())
    .orderBy('d.at')
    .orderBy('d.natural_key')
    .limit(1)
    .executeTakeFirst()
  return (
    row && {
      at: row.at,
      naturalKey: row.natural_key,
      environmentId: row.environment_id,
      isProduction: row.tier === 'production',
    }
  )
}

/** What was put in place in the environment before a deployment, the newest first. */
export async function listVersionsBefore(
  db: Db,
  serviceId: number,
  first: FirstDeployment,
  limit: number,
): Promise<string[]> {
  const rows = await changesBefore(db, serviceId, first)
    .innerJoin('releases as r', 'r.id', 'd.release_id')
    .select('r.version')
    .limit(limit)
    .execute()
  return rows.map(({ version }) => version)
}

const changesBefore = (db: Db, serviceId: number, first: FirstDeployment) =>
  db
    .selectFrom('deployments as d')
    .where('d.service_id', '=', serviceId)
    .where('d.environment_id', '=', first.environmentId)
    .where('d.status', '=', 'succeeded')
    .where('d.effect', 'in', ['deploy', 'rollback'])
    .where((eb) => eb(eb.refTuple('d.at', 'd.natural_key'), '<', eb.tuple(first.at, first.naturalKey)))
    .orderBy('d.at', 'desc')
    .orderBy('d.natural_key', 'desc')

/** Deployments and releases that tell what is usual. */
const DEPLOYMENTS_COMPARED = 200
const PATHS_COMPARED = 10

export async function readProductionFacts(
  db: Db,
  release: ReleaseToClassify,
  first: FirstDeployment,
): Promise<ProductionFacts> {
  const before = await changesBefore(db, release.serviceId, first)
    .select(['d.at', 'd.natural_key', 'd.release_id', 'd.effect'])
    .limit(DEPLOYMENTS_COMPARED)
    .execute()
  const newest = before
    .filter(({ effect }) => effect === 'deploy')
    .slice(0, PATHS_COMPARED)
    .flatMap(({ release_id: id, at }) => (id === null ? [] : [{ id, at }]))
  const passedBy = await readPassed(db, [release.id, ...newest.map(({ id }) => id)])
  return {
    at: first.at,
    earlier: before.map(({ at }) => at),
    paths: newest.map(({ id, at }) => passedBy(id, at)),
    passed: passedBy(release.id, first.at),
  }
}

/** Which environments before production a release had been in by an instant, by name. */
async function readPassed(
  db: Db,
  releaseIds: readonly number[],
): Promise<(releaseId: number, before: number) => string[]> {
  const rows = await db
    .selectFrom('deployments as d')
    .innerJoin('environments as e', 'e.id', 'd.environment_id')
    .select(['d.release_id', 'e.name'])
    .select((eb) => eb.fn.min('d.at').as('first'))
    .where('d.release_id', 'in', [...releaseIds])
    .where('d.status', '=', 'succeeded')
    .where('d.action', '!=', 'remove')
    .where('e.tier', '!=', 'production')
    .groupBy(['d.release_id', 'e.name'])
    .orderBy('e.name')
    .execute()
  return (releaseId, before) =>
    rows.filter((row) => row.release_id === releaseId && row.first < before).map(({ name }) => name)
}

/** The highest release that there was before an instant, above a place in the order; what does not count is below all. */
export async function findHighestAbove(
  db: Db,
  serviceId: number,
  orderKey: string,
  before: number,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('releases')
    .select('version')
    .where('service_id', '=', serviceId)
    .where('order_key', '>', orderKey)
    .where((eb) => eb(eb.fn.coalesce('first_deployed_at', 'first_known_at'), '<', before))
    .where('alias_of_id', 'is', null)
    .orderBy('order_key', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.version
}

/** S1 and S2 defects that the release is said to fix, first seen before an instant. */
export async function listGraveFixes(
  db: Db,
  release: { readonly serviceId: number; readonly version: string },
  before: number,
): Promise<EmergencyFacts['fixes']> {
  const rows = await db
    .selectFrom('defects')
    .select(['id', 'severity'])
    .where('service_id', '=', release.serviceId)
    .where(namesAsFix(release.version))
    .where('severity', 'in', ['S1', 'S2'])
    .where('first_seen_at', '<', before)
    .where('merged_into_id', 'is', null)
    .execute()
  return rows.map(({ id, severity }) => ({ defectId: id, severity: severity as Severity }))
}

/** Defects of which a version is said to hold the fix; beside a condition on the service an index holds them together. */
export const namesAsFix = (version: string) =>
  // `replace` rather than LIKE: it tells upper from lower case on both engines and has no wildcards.
  sql<SqlBool>`fixed_in_json <> '[]' and replace(fixed_in_json, ${JSON.stringify(version)}, '') <> fixed_in_json`

const MERGED = /\bmerge\b.{0,200}/i
const MESSAGES_READ = 500

/** How many commits are listed for it, and which of them merge a branch. */
export async function readCommitFacts(db: Db, releaseId: number): Promise<{ commits: number; merges: string[] }> {
  const names = db
    .selectFrom('releases as name')
    .select('name.id')
    .where((name) => name.or([name('name.id', '=', releaseId), name('name.alias_of_id', '=', releaseId)]))
  const { commits } = await db
    .selectFrom('release_commits')
    .select((eb) => eb.fn.count<number>('sha').distinct().as('commits'))
    .where('release_id', 'in', names)
    .executeTakeFirstOrThrow()
  if (commits === 0) return { commits, merges: [] }
  const rows = await db
    .selectFrom('release_commits')
    .select('message')
    .where('release_id', 'in', names)
    .where('message', 'is not', null)
    .orderBy('sha')
    .limit(MESSAGES_READ)
    .execute()
  return {
    commits,
    merges: rows.flatMap(({ message }) => MERGED.exec((message ?? '').split('\n', 1)[0] ?? '')?.[0] ?? []),
  }
}

export async function saveKind(
  db: Db,
  id: number,
  found: {
    kind: ReleaseKind
    byContent: ReleaseKind | undefined
    points: number
    reasons: readonly EmergencyReason[]
  },
): Promise<void> {
  await db
    .updateTable('releases')
    .set({
      kind: found.kind,
      content_kind: found.byContent ?? null,
      emergency_points: found.points,
      emergency_json: JSON.stringify(found.reasons),
    })
    .where('id', '=', id)
    .execute()
}

/** Asks for the kinds of the service's releases first deployed at or after an instant; work under way starts over. */
export async function markForClassification(db: Db, serviceId: number, from: number): Promise<void> {
  await db
    .insertInto('classification_ranges')
    .values({ service_id: serviceId, from_at: from, after_id: 0 })
    .onConflict((conflict) =>
      conflict.column('service_id').doUpdateSet((eb) => ({
        from_at: eb
          .case()
          .when('classification_ranges.from_at', '<', from)
          .then(eb.ref('classification_ranges.from_at'))
          .else(from)
          .end(),
        after_id: 0,
      })),
    )
    .execute()
}

export async function hasOtherReleasesSince(
  db: Db,
  serviceId: number,
  from: number,
  except: readonly number[],
): Promise<boolean> {
  for (const column of ['first_deployed_at', 'first_production_at'] as const) {
    const row = await db
      .selectFrom('releases')
      .select('id')
      .where('service_id', '=', serviceId)
      .where(column, '>=', from)
      .where('id', 'not in', [...except])
      .limit(1)
      .executeTakeFirst()
    if (row) return true
  }
  return false
}

export interface ClassificationRange {
  readonly serviceId: number
  readonly from: number
  readonly afterId: number
}

export async function findClassificationRange(db: Db): Promise<ClassificationRange | undefined> {
  const row = await db.selectFrom('classification_ranges').selectAll().orderBy('service_id').limit(1).executeTakeFirst()
  return row && { serviceId: row.service_id, from: row.from_at, afterId: row.after_id }
}

export async function listReleasesInRange(db: Db, range: ClassificationRange, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('releases')
    .select('id')
    .where('service_id', '=', range.serviceId)
    .where('id', '>', range.afterId)
    .where((eb) => eb.or([eb('first_deployed_at', '>=', range.from), eb('first_production_at', '>=', range.from)]))
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Remembers how far the work has come; undefined: it is done. */
export async function moveClassificationRange(db: Db, serviceId: number, afterId: number | undefined): Promise<void> {
  if (afterId === undefined) await db.deleteFrom('classification_ranges').where('service_id', '=', serviceId).execute()
  else
    await db
      .updateTable('classification_ranges')
      .set({ after_id: afterId })
      .where('service_id', '=', serviceId)
      .execute()
}
