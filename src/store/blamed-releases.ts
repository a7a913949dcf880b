import { writtenAs } from '../core/version-writing.ts'
import type { Db } from './database.ts'

interface ReleaseName {
  readonly id: number
  readonly version: string
}

/** What a defect's evidence blames, and the release each stands for when we know one. */
export interface BlamedReleases {
  readonly release: ReleaseName | undefined
  readonly commits: readonly { readonly sha: string; readonly release: ReleaseName | undefined }[]
}

export async function findBlamedReleases(
  db: Db,
  serviceId: number,
  evidence: { readonly introducedIn: string | undefined; readonly culpritCommits: readonly string[] },
): Promise<BlamedReleases> {
  const commits: { sha: string; release: ReleaseName | undefined }[] = []
  for (const sha of evidence.culpritCommits) commits.push({ sha, release: await findFirstWith(db, serviceId, sha) })
  const { introducedIn } = evidence
  return {
    release: introducedIn === undefined ? undefined : await findWritten(db, serviceId, introducedIn),
    commits,
  }
}

/** The release of that version, written with or without a `v`; as it is written comes first. */
async function findWritten(db: Db, serviceId: number, version: string): Promise<ReleaseName | undefined> {
  const rows = await db
    .selectFrom('releases as named')
    .innerJoin('releases', (join) =>
      join.on((eb) => eb('releases.id', '=', eb.fn.coalesce('named.alias_of_id', 'named.id'))),
    )
    .select(['releases.id', 'releases.version', 'named.version as written'])
    .where('named.service_id', '=', serviceId)
    .where('named.version', 'in', writtenAs(version))
    .orderBy('named.version')
    .execute()
  const found = rows.find(({ written }) => written === version) ?? rows[0]
  return found && { id: found.id, version: found.version }
}

/** The first release, in the service's order, that is or contains a commit named by its beginning or in full. */
async function findFirstWith(db: Db, serviceId: number, sha: string): Promise<ReleaseName | undefined> {
  // Every id that begins so lies below this text: after f there are no more digits.
  const end = `${sha}g`
  const built = await db
    .selectFrom('releases')
    .select(['id', 'version', 'order_key'])
    .where('service_id', '=', serviceId)
    .where((eb) =>
      eb.or([
        eb.and([eb('commit_sha', '>=', sha), eb('commit_sha', '<', end)]),
        eb.and([eb('version', '>=', sha), eb('version', '<', end)]),
      ]),
    )
    .where('alias_of_id', 'is', null)
    .execute()
  const containing = await db
    .selectFrom('release_commits')
    .innerJoin('releases as naming', 'naming.id', 'release_commits.release_id')
    .innerJoin('releases', (join) =>
      join.on((eb) => eb('releases.id', '=', eb.fn.coalesce('naming.alias_of_id', 'naming.id'))),
    )
    .select(['releases.id', 'releases.version', 'releases.order_key'])
    .where('release_commits.sha', '>=', sha)
    .where('release_commits.sha', '<', end)
    .where('releases.service_id', '=', serviceId)
    .execute()
  const [first] = [...built, ...containing].sort((a, b) => (a.order_key < b.order_key ? -1 : 1))
  return first && { id: first.id, version: first.version }
}
