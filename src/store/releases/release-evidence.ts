import { sql } from 'kysely'
import { canonicalReference, referencesIn, repositoryOf } from '../../core/inbound/references.ts'
import { type CommitMentions, commitMentions } from '../../core/release/commit-message.ts'
import type { Db } from '../database.ts'

/**
 * What attribution asks about the releases that come into question: a few dozen at a time, one query per question. What
 * was listed for a commit that turned out to be a release counts as that release's.
 */

/** Releases under all their names: `id` is the release's own. */
const named = (db: Db, releaseIds: readonly number[]) =>
  db
    .selectFrom('releases')
    .select((eb) => ['releases.id as name_id', eb.fn.coalesce('alias_of_id', 'releases.id').as('id')])
    .where((eb) => eb.or([eb('releases.id', 'in', [...releaseIds]), eb('alias_of_id', 'in', [...releaseIds])]))

/** The files that each release changed, sorted; empty where nobody said. */
export async function listReleaseFiles(
  db: Db,
  releaseIds: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const rows = await db
    .selectFrom(named(db, releaseIds).as('named'))
    .innerJoin('release_files', 'release_files.release_id', 'named.name_id')
    .select(['named.id', 'path'])
    .distinct()
    .orderBy('path')
    .execute()
  return grouped(releaseIds, rows, ({ path }) => path)
}

/** How many commits each release brought; a release of which nobody said so is left out. */
export async function countReleaseCommits(db: Db, releaseIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom(named(db, releaseIds).as('named'))
    .innerJoin('release_commits', 'release_commits.release_id', 'named.name_id')
    .select((eb) => ['named.id', eb.fn.count<number>('sha').distinct().as('commits')])
    .groupBy('named.id')
    .execute()
  return new Map(rows.map(({ id, commits }) => [id, commits]))
}

/** The ids of the commits that each release brought, sorted. */
export async function listReleaseShas(
  db: Db,
  releaseIds: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const rows = await db
    .selectFrom(named(db, releaseIds).as('named'))
    .innerJoin('release_commits', 'release_commits.release_id', 'named.name_id')
    .select(['named.id', 'sha'])
    .distinct()
    .orderBy('sha')
    .execute()
  return grouped(releaseIds, rows, ({ sha }) => sha)
}

/** What a release refers to, in the writing of core/inbound/references.ts, and what its commits take back or mend. */
export interface ReleaseMentions extends CommitMentions {
  readonly references: readonly string[]
}

/** Messages read at once; of more the newest. */
const MOST_MESSAGES = 5_000
const MOST_ADDRESSES = 1_000

/** What the commits, the notes and the deployments of each release name. Three queries. */
export async function listReleaseMentions(
  db: Db,
  releaseIds: readonly number[],
): Promise<ReadonlyMap<number, ReleaseMentions>> {
  const messages = await db
    .selectFrom(named(db, releaseIds).as('named'))
    .innerJoin('release_commits', 'release_commits.release_id', 'named.name_id')
    .select(['named.id', 'message as text'])
    .where('message', 'is not', null)
    .orderBy((eb) => eb.fn.coalesce('at', sql.lit(0)), 'desc')
    .orderBy('sha')
    .limit(MOST_MESSAGES)
    .execute()
  const releases = await db
    .selectFrom(named(db, releaseIds).as('named'))
    .innerJoin('releases', 'releases.id', 'named.name_id')
    .innerJoin('services', 'services.id', 'releases.service_id')
    .select(['named.id', 'notes', 'url', 'services.name as service'])
    .orderBy('releases.version')
    .execute()
  const addresses = await db
    .selectFrom('deployments')
    .select(['release_id as id', 'url'])
    .distinct()
    .where('release_id', 'in', [...releaseIds])
    .where('url', 'is not', null)
    .orderBy('url')
    .limit(MOST_ADDRESSES)
    .execute()

  const gathered = new Map(releaseIds.map((id) => [id, new Gathered()]))
  const repositories = new Map(releases.map(({ id, service }) => [id, repositoryOf(service)]))
  for (const { id, text } of messages) gathered.get(id)?.addMessage(text ?? '', repositories.get(id))
  for (const { id, notes, url } of releases) {
    gathered.get(id)?.addReferences(referencesIn(notes ?? '', repositories.get(id)))
    if (url !== null) gathered.get(id)?.addReferences([canonicalReference(url)])
  }
  for (const { id, url } of addresses) gathered.get(id ?? 0)?.addReferences([canonicalReference(url ?? '')])
  return new Map([...gathered].map(([id, one]) => [id, one.mentions()]))
}

class Gathered {
  readonly #references = new Set<string>()
  readonly #reverts = new Set<string>()
  readonly #revertedSubjects = new Set<string>()
  readonly #fixes = new Set<string>()

  addMessage(message: string, repository: string | undefined): void {
    const { reverts, revertedSubjects, fixes } = commitMentions(message)
    for (const sha of reverts) this.#reverts.add(sha)
    for (const subject of revertedSubjects) this.#revertedSubjects.add(subject)
    for (const sha of fixes) this.#fixes.add(sha)
    this.addReferences(referencesIn(message, repository))
  }

  addReferences(references: readonly string[]): void {
    for (const reference of references) this.#references.add(reference)
  }

  mentions(): ReleaseMentions {
    return {
      references: [...this.#references].sort(),
      reverts: [...this.#reverts].sort(),
      revertedSubjects: [...this.#revertedSubjects].sort(),
      fixes: [...this.#fixes].sort(),
    }
  }
}

export interface FileChanges {
  /** Releases of which files are known. */
  readonly releases: number
  /** In how many of them each file was changed. */
  readonly ofFile: ReadonlyMap<string, number>
}

/** In how many releases of a service each of its files was changed. One pass over an index; all that there ever was. */
export async function countFileChanges(db: Db, serviceId: number): Promise<FileChanges> {
  const own = (eb: { fn: Db['fn'] }) => eb.fn.coalesce('releases.alias_of_id', 'releases.id')
  const changes = db
    .selectFrom('release_files')
    .innerJoin('releases', 'releases.id', 'release_files.release_id')
    .where('release_files.service_id', '=', serviceId)
  const files = await changes
    .select((eb) => ['path', eb.fn.count<number>(own(eb)).distinct().as('releases')])
    .groupBy('path')
    .orderBy('path')
    .execute()
  const { releases } = await changes
    .select((eb) => eb.fn.count<number>(own(eb)).distinct().as('releases'))
    .executeTakeFirstOrThrow()
  return { releases, ofFile: new Map(files.map(({ path, releases: changed }) => [path, changed])) }
}

function grouped<Row extends { id: number }>(
  releaseIds: readonly number[],
  rows: readonly Row[],
  pick: (row: Row) => string,
): ReadonlyMap<number, readonly string[]> {
  const values = new Map<number, string[]>(releaseIds.map((id) => [id, []]))
  for (const row of rows) values.get(row.id)?.push(pick(row))
  return values
}
