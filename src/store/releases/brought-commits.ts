import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Db } from '../database.ts'
import { type Page, pageOf } from '../deployments/place-list.ts'
import { numbersAsRows } from '../dialect.ts'

/** The commits that deployments brought, one by one: what the lead time counts. */

export interface BroughtCommits {
  readonly deploymentIds: readonly number[]
  /** None but those with a time that is not after the deployment. */
  readonly timed: boolean
}

export interface BroughtCommitPosition {
  readonly deployedAt: number
  readonly releaseId: number
  readonly sha: string
}

export interface BroughtCommit extends BroughtCommitPosition {
  readonly service: string
  readonly version: string
  readonly repositoryUrl: string | undefined
  readonly message: string | undefined
  readonly author: string | undefined
  readonly at: number | undefined
}

/** One page of them, those deployed last first; merge commits are left out, as in the lead time. */
export async function listBroughtCommits(
  db: Db,
  asked: BroughtCommits,
  { after, limit }: { readonly after?: BroughtCommitPosition | undefined; readonly limit: number },
): Promise<Page<BroughtCommit>> {
  const rows = await brought(db, asked)
    .innerJoin('services as s', 's.id', 'd.service_id')
    .innerJoin('releases as r', 'r.id', 'd.release_id')
    .select(['d.at as deployed_at', 'named.id as release_id', 's.name as service', 'r.version', 's.repository_url'])
    .select(['c.sha', 'c.message', 'c.author', 'c.at'])
    .$if(after !== undefined, (query) => query.where(isAfter(after as BroughtCommitPosition)))
    .orderBy('d.at', 'desc')
    .orderBy('named.id', 'desc')
    .orderBy('c.sha', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (row) => ({
    ...{ deployedAt: row.deployed_at, releaseId: row.release_id, sha: row.sha },
    ...{ service: row.service, version: row.version, repositoryUrl: row.repository_url ?? undefined },
    ...{ message: row.message ?? undefined, author: row.author ?? undefined, at: row.at ?? undefined },
  }))
}

/** How many there are. */
export async function countBroughtCommits(db: Db, asked: BroughtCommits): Promise<number> {
  const { n } = await brought(db, asked)
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .executeTakeFirstOrThrow()
  return n
}

/** Those listed under a name that the release had before included; under two of its names, once. */
function brought(db: Db, { deploymentIds, timed }: BroughtCommits) {
  return db
    .selectFrom('deployments as d')
    .innerJoin('releases as named', (join) =>
      join.on((eb) =>
        eb.or([eb('named.id', '=', eb.ref('d.release_id')), eb('named.alias_of_id', '=', eb.ref('d.release_id'))]),
      ),
    )
    .innerJoin('release_commits as c', 'c.release_id', 'named.id')
    .where(sql<SqlBool>`d.id in ${numbersAsRows(db, deploymentIds)}`)
    .where(isNoMerge)
    .where(isListedFirst)
    .$if(timed, (query) => query.where(sql<SqlBool>`c.at is not null and c.at <= d.at`))
}

const WORD = [...'abcdefghijklmnopqrstuvwxyz0123456789_']
/** Its message does not begin with the word "merge". */
const isNoMerge: RawBuilder<SqlBool> = sql`(lower(substr(coalesce(c.message, ''), 1, 5)) <> 'merge'
  or lower(substr(c.message, 6, 1)) in (${sql.join(WORD.map((letter) => sql.lit(letter)))}))`

/** Under no other name of the release that became known before. */
const isListedFirst = sql<SqlBool>`not exists (
  select 1 from release_commits same join releases other on other.id = same.release_id
  where same.sha = c.sha and same.release_id < c.release_id
    and (other.id = d.release_id or other.alias_of_id = d.release_id))`

const isAfter = ({ deployedAt, releaseId, sha }: BroughtCommitPosition): RawBuilder<SqlBool> =>
  sql`(d.at < ${deployedAt} or d.at = ${deployedAt} and (named.id < ${releaseId} or named.id = ${releaseId} and c.sha < ${sha}))`
