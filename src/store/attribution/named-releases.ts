import { writtenAs } from '../../core/release/version-writing.ts'
import type { Db } from '../database.ts'
import type { DefectRecord } from '../defects/defects.ts'

/** The releases that reports name: what a defect was seen in, and what is said to have brought it. */

export interface ReleaseName {
  readonly id: number
  readonly version: string
}

/** What a defect's evidence blames, and the release each stands for when we know one. */
export interface BlamedReleases {
  readonly release: ReleaseName | undefined
  readonly commits: readonly { readonly sha: string; readonly release: ReleaseName | undefined }[]
}

export interface StatedReleases {
  readonly deployment: ReleaseName | undefined
  readonly version: ReleaseName | undefined
  readonly commit: ReleaseName | undefined
}

/** Finds what reports name; many name the same, and each name is looked up once. */
export class NamedReleases {
  readonly #db: Db
  readonly #found = new Map<string, Promise<ReleaseName | undefined>>()
  readonly #called = new Map<string, Promise<readonly CalledRelease[]>>()

  constructor(db: Db) {
    this.#db = db
  }

  /** The releases that a defect's own statements point at. */
  async stated(serviceId: number, stated: DefectRecord['stated']): Promise<StatedReleases> {
    const { deployment, version, commit } = stated
    return {
      deployment:
        deployment === undefined
          ? undefined
          : await this.#once(`deployment ${serviceId} ${deployment}`, () =>
              findReleaseOfDeployment(this.#db, serviceId, deployment),
            ),
      version: version === undefined ? undefined : await this.#written(serviceId, version),
      commit:
        commit === undefined
          ? undefined
          : await this.#once(`commit ${serviceId} ${commit}`, () => findReleaseOfCommit(this.#db, serviceId, commit)),
    }
  }

  /** What a defect's evidence blames. */
  async blamed(
    serviceId: number,
    {
      introducedIn,
      culpritCommits,
    }: { readonly introducedIn: string | undefined; readonly culpritCommits: readonly string[] },
  ): Promise<BlamedReleases> {
    const commits: { sha: string; release: ReleaseName | undefined }[] = []
    for (const sha of culpritCommits) commits.push({ sha, release: await this.ofNamedCommit(serviceId, sha) })
    return {
      release: introducedIn === undefined ? undefined : await this.#written(serviceId, introducedIn),
      commits,
    }
  }

  /** The first release, in the service's order, that is or contains a commit named by its beginning or in full. */
  ofNamedCommit(serviceId: number, sha: string): Promise<ReleaseName | undefined> {
    return this.#once(`named ${serviceId} ${sha}`, () => findNamedCommit(this.#db, serviceId, sha))
  }

  /** Releases that had been deployed anywhere by an instant and are called by one of these names, with or without a `v`. */
  async called(serviceId: number, names: readonly string[], until: number): Promise<ReleaseName[]> {
    if (names.length === 0) return []
    const key = JSON.stringify([serviceId, names])
    const called = this.#called.get(key) ?? listCalled(this.#db, serviceId, names)
    this.#called.set(key, called)
    return (await called).filter(({ deployedAt }) => deployedAt < until)
  }

  #written(serviceId: number, version: string): Promise<ReleaseName | undefined> {
    return this.#once(`version ${serviceId} ${version}`, () => findWritten(this.#db, serviceId, version))
  }

  #once(key: string, find: () => Promise<ReleaseName | undefined>): Promise<ReleaseName | undefined> {
    const found = this.#found.get(key) ?? find()
    this.#found.set(key, found)
    return found
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

/** By the beginning of a commit or all of it. */
async function findNamedCommit(db: Db, serviceId: number, sha: string): Promise<ReleaseName | undefined> {
  // Every id that begins so lies below this text: after f there are no more digits.
  const end = `${sha}g`
  const built = builtReleases(db, serviceId).where((eb) =>
    eb.or([
      eb.and([eb('commit_sha', '>=', sha), eb('commit_sha', '<', end)]),
      eb.and([eb('version', '>=', sha), eb('version', '<', end)]),
    ]),
  )
  const listing = listingReleases(db, serviceId)
    .where('release_commits.sha', '>=', sha)
    .where('release_commits.sha', '<', end)
  return firstInOrder(await built.execute(), await listing.execute())
}

const findReleaseOfDeployment = (db: Db, serviceId: number, senderKey: string): Promise<ReleaseName | undefined> =>
  db
    .selectFrom('deployments')
    .innerJoin('releases', 'releases.id', 'deployments.release_id')
    .select(['releases.id', 'releases.version'])
    .where('deployments.service_id', '=', serviceId)
    .where('deployments.sender_key', '=', senderKey)
    .orderBy('deployments.at')
    .orderBy('deployments.natural_key')
    .executeTakeFirst()

/** The first release, in the service's order, that is or contains the commit. */
export async function findReleaseOfCommit(db: Db, serviceId: number, commit: string): Promise<ReleaseName | undefined> {
  const built = builtReleases(db, serviceId).where((eb) =>
    eb.or([eb('commit_sha', '=', commit), eb('version', '=', commit)]),
  )
  const listing = listingReleases(db, serviceId).where('release_commits.sha', '=', commit)
  return firstInOrder(await built.execute(), await listing.execute())
}

interface PlacedRelease extends ReleaseName {
  readonly order_key: string
}

const firstInOrder = (...found: readonly (readonly PlacedRelease[])[]): ReleaseName | undefined => {
  const [first] = found.flat().sort((a, b) => (a.order_key < b.order_key ? -1 : 1))
  return first && { id: first.id, version: first.version }
}

/** To be narrowed to those that were built from a commit. */
const builtReleases = (db: Db, serviceId: number) =>
  db
    .selectFrom('releases')
    .select(['id', 'version', 'order_key'])
    .where('service_id', '=', serviceId)
    .where('alias_of_id', 'is', null)

/** To be narrowed to those that list a commit, under any of their names. */
const listingReleases = (db: Db, serviceId: number) =>
  db
    .selectFrom('release_commits')
    .innerJoin('releases as naming', 'naming.id', 'release_commits.release_id')
    .innerJoin('releases', (join) =>
      join.on((eb) => eb('releases.id', '=', eb.fn.coalesce('naming.alias_of_id', 'naming.id'))),
    )
    .select(['releases.id', 'releases.version', 'releases.order_key'])
    .where('releases.service_id', '=', serviceId)

interface CalledRelease extends ReleaseName {
  /** First, anywhere. */
  readonly deployedAt: number
}

async function listCalled(db: Db, serviceId: number, names: readonly string[]): Promise<CalledRelease[]> {
  const rows = await db
    .selectFrom('releases as named')
    .innerJoin('releases', (join) =>
      join.on((eb) => eb('releases.id', '=', eb.fn.coalesce('named.alias_of_id', 'named.id'))),
    )
    .select(['releases.id', 'named.version', 'releases.first_deployed_at'])
    .where('named.service_id', '=', serviceId)
    .where('named.version', 'in', [...new Set(names.flatMap(writtenAs))])
    .where('releases.first_deployed_at', 'is not', null)
    .orderBy('named.version')
    .execute()
  return rows.map(({ id, version, first_deployed_at }) => ({ id, version, deployedAt: first_deployed_at as number }))
}
