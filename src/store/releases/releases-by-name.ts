import type { Db } from '../database.ts'

/** A release by the name that its sender has for it over all services. */
export interface NamedRelease {
  readonly id: number
  readonly service: string
  readonly version: string
  readonly name: string
  readonly firstKnownAt: number
  readonly publishedAt: number | undefined
}

const MOST = 100

/** By service; of more than a hundred the first. */
export async function listReleasesNamed(db: Db, name: string): Promise<NamedRelease[]> {
  const rows = await selectNamed(db).where('releases.name', '=', name).orderBy('services.name').limit(MOST).execute()
  return rows.map(toNamed)
}

/** Those of a service that have such a name, the newest first, a hundred at most. */
export async function listNamedReleases(db: Db, service: string): Promise<NamedRelease[]> {
  const rows = await selectNamed(db)
    .where('services.name', '=', service)
    .where('releases.name', 'is not', null)
    .orderBy('releases.first_known_at', 'desc')
    .orderBy('releases.id', 'desc')
    .limit(MOST)
    .execute()
  return rows.map(toNamed)
}

/** Their deployments, the newest first, a hundred at most. */
export async function listDeploymentsOf(db: Db, releaseIds: readonly number[]) {
  if (releaseIds.length === 0) return []
  return await db
    .selectFrom('deployments')
    .innerJoin('environments', 'environments.id', 'deployments.environment_id')
    .select(['deployments.id', 'environments.name as environment', 'sender_key', 'url', 'started_at', 'finished_at'])
    .where('release_id', 'in', releaseIds)
    .orderBy('at', 'desc')
    .orderBy('deployments.id', 'desc')
    .limit(MOST)
    .execute()
}

/** The commit of the highest release of the service below this one, or below all when it is not known. */
export async function commitBelow(db: Db, service: string, version: string): Promise<string | undefined> {
  const counted = () =>
    db
      .selectFrom('releases')
      .innerJoin('services', 'services.id', 'releases.service_id')
      .where('services.name', '=', service)
  const self = await counted().select('order_key').where('version', '=', version).executeTakeFirst()
  const row = await counted()
    .select('commit_sha')
    .where('commit_sha', 'is not', null)
    .where('version', '!=', version)
    .where('alias_of_id', 'is', null)
    .where('quarantine', 'is', null)
    .$if(self !== undefined, (query) => query.where('order_key', '<', self?.order_key ?? ''))
    .orderBy('order_key', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.commit_sha ?? undefined
}

const selectNamed = (db: Db) =>
  db
    .selectFrom('releases')
    .innerJoin('services', 'services.id', 'releases.service_id')
    .select([
      'releases.id',
      'services.name as service',
      'releases.version',
      'releases.name',
      'releases.first_known_at',
      'releases.published_at',
    ])

const toNamed = (row: {
  id: number
  service: string
  version: string
  name: string | null
  first_known_at: number
  published_at: number | null
}): NamedRelease => ({
  id: row.id,
  service: row.service,
  version: row.version,
  name: row.name ?? row.version,
  firstKnownAt: row.first_known_at,
  publishedAt: row.published_at ?? undefined,
})
