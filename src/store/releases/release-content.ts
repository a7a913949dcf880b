import type { Commit, EnvironmentTier } from '../../core/event.ts'
import { MOST_FILES } from '../../core/release/commit.ts'
import type { Replacement } from '../../core/release/release-content.ts'
import type { Db } from '../database.ts'
import { keepChanges } from '../measures/release-changes.ts'

/** What releases contain: the commits and files that senders list, and those that follow from pushes. */

const CHUNK = 200

/** A release as far as its content follows from it. */
export interface ContentOwner {
  readonly id: number
  readonly serviceId: number
  readonly service: string
  readonly version: string
  readonly commit: string | undefined
  /** Its content counts as that of this release. */
  readonly aliasOfId: number | undefined
  /** When it was first begun to be put anywhere; while it never ran, when it was known, for a report may name it. */
  readonly since: number
  /** Releases named after a commit that turned out to be this one: what was listed for them is in it. */
  readonly aliasIds: readonly number[]
}

export async function getContentOwner(db: Db, releaseId: number): Promise<ContentOwner> {
  const row = await db
    .selectFrom('releases')
    .innerJoin('services', 'services.id', 'releases.service_id')
    .select([
      'services.name',
      'service_id',
      'version',
      'commit_sha',
      'alias_of_id',
      'first_known_at',
      'first_deployed_at',
    ])
    .where('releases.id', '=', releaseId)
    .executeTakeFirstOrThrow()
  const deployed = await db
    .selectFrom('deployments')
    .select((eb) => eb.fn.min<number | null>(eb.fn.coalesce('started_at', 'at')).as('since'))
    .where('release_id', '=', releaseId)
    .executeTakeFirst()
  const aliases = await db.selectFrom('releases').select('id').where('alias_of_id', '=', releaseId).execute()
  return {
    id: releaseId,
    serviceId: row.service_id,
    service: row.name,
    version: row.version,
    commit: row.commit_sha ?? row.version,
    aliasOfId: row.alias_of_id ?? undefined,
    since: Math.min(
      deployed?.since ?? Number.POSITIVE_INFINITY,
      row.first_deployed_at === null ? row.first_known_at : Number.POSITIVE_INFINITY,
    ),
    aliasIds: aliases.map(({ id }) => id),
  }
}

/** The first deployment of a release in each environment in which it replaced another. */
export async function listReplacements(db: Db, releaseId: number): Promise<Replacement[]> {
  const rows = await db
    .selectFrom('deployments')
    .innerJoin('environments', 'environments.id', 'deployments.environment_id')
    .innerJoin('releases as replaced', 'replaced.id', 'deployments.replaced_release_id')
    .select(['environments.name', 'environments.tier', 'deployments.at', 'replaced.version', 'replaced.commit_sha'])
    .where('deployments.release_id', '=', releaseId)
    .where('status', '=', 'succeeded')
    .where('effect', '=', 'deploy')
    .orderBy('deployments.at')
    .orderBy('natural_key')
    .execute()
  const first = new Map<string, Replacement>()
  for (const row of rows)
    if (!first.has(row.name))
      first.set(row.name, {
        environment: row.name,
        tier: row.tier as EnvironmentTier,
        at: row.at,
        replacedCommit: row.commit_sha ?? row.version,
      })
  return [...first.values()]
}

/** The releases that replaced this one somewhere; what is new in them is counted from it. */
export async function listReplacing(db: Db, releaseId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('deployments')
    .select('release_id')
    .distinct()
    .where('replaced_release_id', '=', releaseId)
    .execute()
  return rows.flatMap(({ release_id }) => release_id ?? [])
}

/** The releases of a service that were built from one of these commits. */
export async function listReleasesBuiltFrom(db: Db, serviceId: number, shas: readonly string[]): Promise<number[]> {
  const rows = await db
    .selectFrom('releases')
    .select('id')
    .where('service_id', '=', serviceId)
    .where((eb) => eb.or([eb('commit_sha', 'in', [...shas]), eb('version', 'in', [...shas])]))
    .execute()
  return rows.map(({ id }) => id)
}

/** The releases of a service that contain one of these commits. */
export async function listReleasesContaining(db: Db, serviceId: number, shas: readonly string[]): Promise<number[]> {
  const rows = await db
    .selectFrom('release_commits')
    .innerJoin('releases', 'releases.id', 'release_commits.release_id')
    .select('releases.id')
    .distinct()
    .where('sha', 'in', [...shas])
    .where('service_id', '=', serviceId)
    .execute()
  return rows.map(({ id }) => id)
}

/**
 * Lists commits for a release, as its sender does.
 * @param commits each once
 * @returns those that were not listed before
 */
export async function stateReleaseCommits(db: Db, releaseId: number, commits: readonly Commit[]): Promise<string[]> {
  const added: string[] = []
  for (let start = 0; start < commits.length; start += CHUNK) {
    const rows = await db
      .insertInto('release_commits')
      .values(
        commits
          .slice(start, start + CHUNK)
          .map((commit) => ({ release_id: releaseId, stated: 1 as const, ...rowOf(commit) })),
      )
      .onConflict((conflict) =>
        conflict.columns(['release_id', 'sha']).doUpdateSet({ stated: 1 }).where('release_commits.stated', '=', 0),
      )
      .returning('sha')
      .execute()
    added.push(...rows.map(({ sha }) => sha))
  }
  if (added.length > 0) await keepChanges(db, releaseId)
  return added
}

/** Carries what is known of commits to the releases that contain them. */
export async function updateContainedCommits(
  db: Db,
  releaseIds: readonly number[],
  commits: readonly Commit[],
): Promise<void> {
  for (const { sha, ...details } of commits.map(rowOf))
    await db
      .updateTable('release_commits')
      .set(details)
      .where('sha', '=', sha)
      .where('release_id', 'in', [...releaseIds])
      .execute()
  for (const id of releaseIds) await keepChanges(db, id)
}

const rowOf = ({ sha, message, author, at }: Commit) => ({
  sha,
  message: message ?? null,
  author: author ?? null,
  at: at ?? null,
})

/**
 * Lists files for a release, as its sender does. Of more than 5,000 the first in byte order stay.
 * @returns whether one is new
 */
export async function stateReleaseFiles(
  db: Db,
  release: { readonly id: number; readonly serviceId: number },
  paths: readonly string[],
): Promise<boolean> {
  const distinct = [...new Set(paths)]
  let isNew = false
  for (let start = 0; start < distinct.length; start += CHUNK) {
    const rows = await db
      .insertInto('release_files')
      .values(distinct.slice(start, start + CHUNK).map((path) => fileRow(release, path, 1)))
      .onConflict((conflict) =>
        conflict.columns(['release_id', 'path']).doUpdateSet({ stated: 1 }).where('release_files.stated', '=', 0),
      )
      .returning('path')
      .execute()
    isNew ||= rows.length > 0
  }
  if (!isNew) return false
  const beyond = await db
    .selectFrom('release_files')
    .select('path')
    .where('release_id', '=', release.id)
    .where('stated', '=', 1)
    .orderBy('path')
    .offset(MOST_FILES)
    .limit(1)
    .executeTakeFirst()
  if (beyond)
    await db
      .deleteFrom('release_files')
      .where('release_id', '=', release.id)
      .where('stated', '=', 1)
      .where('path', '>=', beyond.path)
      .execute()
  return true
}

const fileRow = (release: { readonly id: number; readonly serviceId: number }, path: string, stated: 0 | 1) => ({
  release_id: release.id,
  service_id: release.serviceId,
  path,
  stated,
})

/** What senders listed for a release under any of its names, and what was derived for it so far. */
export async function getContent(
  db: Db,
  { id, aliasIds }: ContentOwner,
): Promise<{
  readonly stated: { readonly commits: ReadonlySet<string>; readonly files: ReadonlySet<string> }
  readonly derived: { readonly commits: ReadonlySet<string>; readonly files: ReadonlySet<string> }
}> {
  const ids = [id, ...aliasIds]
  const commits = await db
    .selectFrom('release_commits')
    .select(['release_id', 'sha as name', 'stated'])
    .where('release_id', 'in', ids)
    .execute()
  const files = await db
    .selectFrom('release_files')
    .select(['release_id', 'path as name', 'stated'])
    .where('release_id', 'in', ids)
    .execute()
  const names = (rows: typeof commits) => new Set(rows.map(({ name }) => name))
  const statedIn = (rows: typeof commits) => names(rows.filter(({ stated }) => stated === 1))
  const derivedIn = (rows: typeof commits) =>
    names(rows.filter(({ stated, release_id }) => stated === 0 && release_id === id))
  return {
    stated: { commits: statedIn(commits), files: statedIn(files) },
    derived: { commits: derivedIn(commits), files: derivedIn(files) },
  }
}

export async function replaceDerivedCommits(
  db: Db,
  releaseId: number,
  change: { readonly added: readonly Commit[]; readonly removed: readonly string[] },
): Promise<void> {
  for (let start = 0; start < change.removed.length; start += CHUNK)
    await db
      .deleteFrom('release_commits')
      .where('release_id', '=', releaseId)
      .where('stated', '=', 0)
      .where('sha', 'in', change.removed.slice(start, start + CHUNK))
      .execute()
  for (let start = 0; start < change.added.length; start += CHUNK)
    await db
      .insertInto('release_commits')
      .values(
        change.added
          .slice(start, start + CHUNK)
          .map((commit) => ({ release_id: releaseId, stated: 0 as const, ...rowOf(commit) })),
      )
      .execute()
  if (change.removed.length + change.added.length > 0) await keepChanges(db, releaseId)
}

export async function replaceDerivedFiles(
  db: Db,
  release: { readonly id: number; readonly serviceId: number },
  change: { readonly added: readonly string[]; readonly removed: readonly string[] },
): Promise<void> {
  for (let start = 0; start < change.removed.length; start += CHUNK)
    await db
      .deleteFrom('release_files')
      .where('release_id', '=', release.id)
      .where('stated', '=', 0)
      .where('path', 'in', change.removed.slice(start, start + CHUNK))
      .execute()
  for (let start = 0; start < change.added.length; start += CHUNK)
    await db
      .insertInto('release_files')
      .values(change.added.slice(start, start + CHUNK).map((path) => fileRow(release, path, 0)))
      .execute()
}
