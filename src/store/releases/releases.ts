import type { ReleaseFacts } from '../../core/release/release.ts'
import type { Db } from '../database.ts'
import { keepChanges } from '../measures/release-changes.ts'

/** A release as far as it was stated. */
export interface ReleaseRecord {
  readonly id: number
  readonly serviceId: number
  readonly version: string
  readonly facts: ReleaseFacts
  readonly firstKnownAt: number
  readonly firstDeployedAt: number | undefined
  /** The release that this one, named after a commit, turned out to be. */
  readonly aliasOfId: number | undefined
}

export async function findRelease(db: Db, serviceId: number, version: string): Promise<ReleaseRecord | undefined> {
  const row = await selectReleases(db)
    .where('service_id', '=', serviceId)
    .where('version', '=', version)
    .executeTakeFirst()
  return row && toRecord(row)
}

export async function getRelease(db: Db, id: number): Promise<ReleaseRecord> {
  return toRecord(await selectReleases(db).where('id', '=', id).executeTakeFirstOrThrow())
}

export async function insertRelease(
  db: Db,
  release: { serviceId: number; version: string; facts: ReleaseFacts; firstKnownAt: number },
): Promise<ReleaseRecord> {
  const row = await db
    .insertInto('releases')
    .values({
      service_id: release.serviceId,
      version: release.version,
      facts_json: JSON.stringify(release.facts),
      kind: 'unknown',
      stated_kind: release.facts.kind?.value ?? null,
      // Its place is found before the transaction ends: operations/derivation/order-releases.ts.
      order_key: '',
      first_known_at: release.firstKnownAt,
      commit_sha: release.facts.commit?.value ?? null,
      withdrawn: 0,
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
  return toRecord(row)
}

/** Writes what was said, and when it was first deployed. */
export async function updateRelease(
  db: Db,
  id: number,
  release: {
    facts: ReleaseFacts
    firstKnownAt: number
    firstDeployedAt: number | undefined
    firstProductionAt: number | undefined
  },
): Promise<void> {
  const { facts } = release
  await db
    .updateTable('releases')
    .set({
      facts_json: JSON.stringify(facts),
      stated_kind: facts.kind?.value ?? null,
      commit_sha: facts.commit?.value ?? null,
      artifact: facts.artifact?.value ?? null,
      name: facts.name?.value ?? null,
      notes: facts.notes?.value ?? null,
      url: facts.url?.value ?? null,
      withdrawn: facts.withdrawn?.value ? 1 : 0,
      published_at: facts.publishedAt?.value ?? null,
      planned_at: facts.plannedAt?.value ?? null,
      first_known_at: release.firstKnownAt,
      first_deployed_at: release.firstDeployedAt ?? null,
      first_production_at: release.firstProductionAt ?? null,
    })
    .where('id', '=', id)
    .execute()
}

export async function saveReleaseFacts(db: Db, id: number, facts: ReleaseFacts, firstKnownAt: number): Promise<void> {
  await db
    .updateTable('releases')
    .set({
      facts_json: JSON.stringify(facts),
      first_known_at: firstKnownAt,
      commit_sha: facts.commit?.value ?? null,
    })
    .where('id', '=', id)
    .execute()
}

/** Releases of the service whose commit this is, other than the one named after it. */
export async function listReleasesOfCommit(db: Db, serviceId: number, commit: string): Promise<ReleaseRecord[]> {
  const rows = await selectReleases(db)
    .where('service_id', '=', serviceId)
    .where('commit_sha', '=', commit)
    .where('version', '!=', commit)
    .execute()
  return rows.map(toRecord)
}

/**
 * Makes a release an alias of another one, or itself again, and moves its deployments there.
 * @returns where it succeeded, each place with the first time
 */
export async function setAlias(
  db: Db,
  releaseId: number,
  aliasOfId: number | undefined,
): Promise<{ serviceId: number; environmentId: number; from: number }[]> {
  const before = await canonicalReleaseId(db, releaseId)
  await db
    .updateTable('releases')
    .set({ alias_of_id: aliasOfId ?? null })
    .where('id', '=', releaseId)
    .execute()
  for (const id of new Set([before, releaseId])) await keepChanges(db, id)
  await db
    .updateTable('deployments')
    .set({ release_id: aliasOfId ?? releaseId })
    .where('named_release_id', '=', releaseId)
    .execute()
  const places = await db
    .selectFrom('deployments')
    .select((eb) => ['service_id', 'environment_id', eb.fn.min('at').as('from_at')])
    .where('named_release_id', '=', releaseId)
    .where('status', '=', 'succeeded')
    .groupBy(['service_id', 'environment_id'])
    .execute()
  return places.map((place) => ({
    serviceId: place.service_id,
    environmentId: place.environment_id,
    from: Number(place.from_at),
  }))
}

/** The release itself, or the one it is an alias of. */
export async function canonicalReleaseId(db: Db, id: number): Promise<number> {
  const row = await db.selectFrom('releases').select('alias_of_id').where('id', '=', id).executeTakeFirstOrThrow()
  return row.alias_of_id ?? id
}

export async function listReleaseIds(db: Db, serviceId: number): Promise<number[]> {
  const rows = await db.selectFrom('releases').select('id').where('service_id', '=', serviceId).execute()
  return rows.map((row) => row.id)
}

/** Releases that were ever deployed to an environment. */
export async function listReleaseIdsDeployedTo(db: Db, environmentId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('deployments')
    .select('release_id')
    .distinct()
    .where('environment_id', '=', environmentId)
    .execute()
  return rows.flatMap((row) => row.release_id ?? [])
}

const COLUMNS = [
  'id',
  'service_id',
  'version',
  'facts_json',
  'first_known_at',
  'first_deployed_at',
  'alias_of_id',
] as const
const selectReleases = (db: Db) => db.selectFrom('releases').select(COLUMNS)

const toRecord = (row: {
  id: number
  service_id: number
  version: string
  facts_json: string
  first_known_at: number
  first_deployed_at: number | null
  alias_of_id: number | null
}): ReleaseRecord => ({
  id: row.id,
  serviceId: row.service_id,
  version: row.version,
  facts: JSON.parse(row.facts_json) as ReleaseFacts,
  firstKnownAt: row.first_known_at,
  firstDeployedAt: row.first_deployed_at ?? undefined,
  aliasOfId: row.alias_of_id ?? undefined,
})
