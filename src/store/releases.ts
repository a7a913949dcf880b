import type { Commit, ReleaseKind } from '../core/event.ts'
import type { ReleaseFacts } from '../core/release.ts'
import type { Db } from './database.ts'

/** A release as the rules that order and classify it need it. */
export interface ReleaseRecord {
  readonly id: number
  readonly serviceId: number
  readonly version: string
  readonly facts: ReleaseFacts
  readonly kind: ReleaseKind
  readonly orderKey: string
  readonly firstKnownAt: number
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
  release: { serviceId: number; version: string; facts: ReleaseFacts; orderKey: string; firstKnownAt: number },
): Promise<ReleaseRecord> {
  const row = await db
    .insertInto('releases')
    .values({
      service_id: release.serviceId,
      version: release.version,
      facts_json: JSON.stringify(release.facts),
      kind: 'unknown',
      order_key: release.orderKey,
      first_known_at: release.firstKnownAt,
      withdrawn: 0,
    })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
  return toRecord(row)
}

/** Writes what was said and what follows from it. */
export async function updateRelease(
  db: Db,
  id: number,
  release: {
    facts: ReleaseFacts
    kind: ReleaseKind
    orderKey: string
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
      kind: release.kind,
      order_key: release.orderKey,
      commit_sha: facts.commit?.value ?? null,
      artifact: facts.artifact?.value ?? null,
      name: facts.name?.value ?? null,
      notes: facts.notes?.value ?? null,
      url: facts.url?.value ?? null,
      withdrawn: facts.withdrawn?.value ? 1 : 0,
      published_at: facts.publishedAt?.value ?? null,
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
    .set({ facts_json: JSON.stringify(facts), first_known_at: firstKnownAt })
    .where('id', '=', id)
    .execute()
}

export async function setReleaseKind(db: Db, id: number, kind: ReleaseKind): Promise<void> {
  await db.updateTable('releases').set({ kind }).where('id', '=', id).execute()
}

/** Up to `limit` releases of the service directly below or above a place in the order, nearest first. */
export async function listNeighbours(
  db: Db,
  serviceId: number,
  orderKey: string,
  side: 'below' | 'above',
  limit: number,
): Promise<ReleaseRecord[]> {
  const rows = await selectReleases(db)
    .where('service_id', '=', serviceId)
    .where('order_key', side === 'below' ? '<' : '>', orderKey)
    .orderBy('order_key', side === 'below' ? 'desc' : 'asc')
    .limit(limit)
    .execute()
  return rows.map(toRecord)
}

/** First successful deployment of a release, anywhere and in production. */
export async function findFirstDeployments(
  db: Db,
  releaseId: number,
): Promise<{ firstDeployedAt: number | undefined; firstProductionAt: number | undefined }> {
  const rows = await db
    .selectFrom('deployments')
    .innerJoin('environments', 'environments.id', 'deployments.environment_id')
    .select((eb) => ['environments.tier', eb.fn.min('deployments.at').as('first')])
    .where('deployments.release_id', '=', releaseId)
    .where('deployments.status', '=', 'succeeded')
    .where('deployments.action', '!=', 'remove')
    .groupBy('environments.tier')
    .execute()
  const firsts = rows.map((row) => Number(row.first))
  const production = rows.find((row) => row.tier === 'production')
  return {
    firstDeployedAt: firsts.length > 0 ? Math.min(...firsts) : undefined,
    firstProductionAt: production ? Number(production.first) : undefined,
  }
}

/** Releases that were ever deployed to an environment. */
export async function listReleaseIdsDeployedTo(db: Db, environmentId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('deployments')
    .select('release_id')
    .distinct()
    .where('environment_id', '=', environmentId)
    .execute()
  return rows.map((row) => row.release_id)
}

/** @returns the commits not known of this release before */
export async function addReleaseCommits(db: Db, releaseId: number, commits: readonly Commit[]): Promise<string[]> {
  const added: string[] = []
  for (let start = 0; start < commits.length; start += 200) {
    const rows = await db
      .insertInto('release_commits')
      .values(
        commits.slice(start, start + 200).map((commit) => ({
          release_id: releaseId,
          sha: commit.sha,
          message: commit.message ?? null,
          author: commit.author ?? null,
          at: commit.at ?? null,
        })),
      )
      .onConflict((conflict) => conflict.columns(['release_id', 'sha']).doNothing())
      .returning('sha')
      .execute()
    added.push(...rows.map((row) => row.sha))
  }
  return added
}

const COLUMNS = ['id', 'service_id', 'version', 'facts_json', 'kind', 'order_key', 'first_known_at'] as const
const selectReleases = (db: Db) => db.selectFrom('releases').select(COLUMNS)

const toRecord = (row: {
  id: number
  service_id: number
  version: string
  facts_json: string
  kind: string
  order_key: string
  first_known_at: number
}): ReleaseRecord => ({
  id: row.id,
  serviceId: row.service_id,
  version: row.version,
  facts: JSON.parse(row.facts_json) as ReleaseFacts,
  kind: row.kind as ReleaseKind,
  orderKey: row.order_key,
  firstKnownAt: row.first_known_at,
})
