import type { FixPromise } from '../../core/defect/fix.ts'
import type { FixedRelease } from '../../core/defect/regression.ts'
import type { Db } from '../database.ts'

/** The releases that fixes and sightings name, and what their commits tell of each other. */

export interface KnownRelease {
  readonly id: number
  readonly version: string
  /** Its own, or the name it was deployed under. */
  readonly commit: string
  readonly firstDeployedAt: number | undefined
  readonly counts: boolean
}

/** The release of that name; a bare commit leads to the release it turned out to be. */
export async function findKnownRelease(db: Db, serviceId: number, name: string): Promise<KnownRelease | undefined> {
  const row = await db
    .selectFrom('releases as named')
    .innerJoin('releases as r', (join) =>
      join.on((eb) => eb('r.id', '=', eb.fn.coalesce('named.alias_of_id', 'named.id'))),
    )
    .select(['r.id', 'r.version', 'r.commit_sha', 'r.first_deployed_at', 'r.quarantine'])
    .where('named.service_id', '=', serviceId)
    .where('named.version', '=', name)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      version: row.version,
      commit: row.commit_sha ?? row.version,
      firstDeployedAt: row.first_deployed_at ?? undefined,
      counts: row.quarantine === null,
    }
  )
}

/** The version at the top of the order of those that were deployed. */
export async function findHighestDeployed(db: Db, serviceId: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('releases')
    .select('version')
    .where('service_id', '=', serviceId)
    .where('first_deployed_at', 'is not', null)
    .where('alias_of_id', 'is', null)
    .orderBy('order_key', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.version
}

/**
 * Whether the commits listed for a release include one of these: directly, or through a release whose own commit is
 * listed and which lists one of them.
 */
async function includesCommit(db: Db, releaseId: number, shas: readonly string[]): Promise<boolean> {
  const direct = await listedFor(db, releaseId)
    .where('c.sha', 'in', [...shas])
    .select('c.sha')
    .limit(1)
    .executeTakeFirst()
  if (direct) return true
  const through = await listedFor(db, releaseId)
    .innerJoin('releases as part', (join) =>
      join
        .onRef('part.service_id', '=', 'name.service_id')
        .on((eb) => eb(eb.fn.coalesce('part.commit_sha', 'part.version'), '=', eb.ref('c.sha'))),
    )
    .innerJoin('release_commits as further', 'further.release_id', 'part.id')
    .where('further.sha', 'in', [...shas])
    .select('further.sha')
    .limit(1)
    .executeTakeFirst()
  return through !== undefined
}

/** What the commits tell of a release and each fix: true, it holds it; false, it came before; absent: they do not tell. */
export async function readContained(
  db: Db,
  seen: KnownRelease,
  fixes: readonly ResolvedFix[],
): Promise<ReadonlyMap<string, boolean>> {
  const contains = new Map<string, boolean>()
  for (const { version, releaseId, commits } of fixes) {
    if (releaseId === seen.id) continue
    if (await includesCommit(db, seen.id, commits)) contains.set(version.text, true)
    else if (releaseId !== undefined && (await includesCommit(db, releaseId, [seen.commit])))
      contains.set(version.text, false)
  }
  return contains
}

/** A release that is said to hold a fix. */
export interface ResolvedFix extends FixedRelease {
  /** Undefined while no such release is known. */
  readonly releaseId: number | undefined
  /** That of the release, and the one the fix was named by. */
  readonly commits: readonly string[]
}

/** The commits of a release and of the bare commits that turned out to be it. */
const listedFor = (db: Db, releaseId: number) =>
  db
    .selectFrom('releases as name')
    .innerJoin('release_commits as c', 'c.release_id', 'name.id')
    .where((name) => name.or([name('name.id', '=', releaseId), name('name.alias_of_id', '=', releaseId)]))

/**
 * The release that keeps a promise: the first one deployed after it was given, in production when it says so. One below
 * what was live in production then is a backport and keeps nothing.
 */
export async function findPromised(
  db: Db,
  serviceId: number,
  promise: FixPromise,
  since: number,
): Promise<KnownRelease | undefined> {
  // What was deployed counts.
  const counted = () => db.selectFrom('releases').where('service_id', '=', serviceId).where('alias_of_id', 'is', null)
  const highestBefore = (column: 'first_production_at' | 'first_deployed_at') =>
    counted().select('order_key').where(column, '<=', since).orderBy('order_key', 'desc').limit(1).executeTakeFirst()
  const before = (await highestBefore('first_production_at')) ?? (await highestBefore('first_deployed_at'))
  const first = promise === 'next-release' ? 'first_deployed_at' : 'first_production_at'
  const row = await counted()
    .select(['id', 'version', 'commit_sha', 'first_deployed_at'])
    .where(first, '>', since)
    .where('order_key', '>', before?.order_key ?? '')
    .orderBy(first)
    .orderBy('order_key')
    .limit(1)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      version: row.version,
      commit: row.commit_sha ?? row.version,
      firstDeployedAt: row.first_deployed_at ?? undefined,
      counts: true,
    }
  )
}
