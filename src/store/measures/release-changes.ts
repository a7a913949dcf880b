import { sql } from 'kysely'
import { type Changes, changesOf } from '../../core/delivery/changes.ts'
import type { Db } from '../database.ts'
import { inColumn, jsonColumn, rowsOf } from '../dialect.ts'

/**
 * The changes of each release, kept with it: a year of delivery metrics asks for those of tens of thousands, whose
 * commits are ten times as many. Whatever writes `release_commits` or makes one release the alias of another keeps them.
 */

/** Looks again at the changes of a release, and of the one that it is an alias of. */
export async function keepChanges(db: Db, releaseId: number): Promise<void> {
  const { aliasOfId, serviceId } = await db
    .selectFrom('releases')
    .select(['alias_of_id as aliasOfId', 'service_id as serviceId'])
    .where('id', '=', releaseId)
    .executeTakeFirstOrThrow()
  const forget = (id: number) =>
    db.deleteFrom('release_changes').where('service_id', '=', serviceId).where('release_id', '=', id).execute()
  if (aliasOfId !== null) await forget(releaseId)
  const owner = aliasOfId ?? releaseId
  const commits = await db
    .selectFrom('release_commits as c')
    .innerJoin('releases as named', 'named.id', 'c.release_id')
    .select(['c.sha', 'c.message', 'c.at'])
    .where((eb) => eb.or([eb('named.id', '=', owner), eb('named.alias_of_id', '=', owner)]))
    .execute()
  const changes = changesOf(commits)
  const times_json = JSON.stringify(timesOf(changes))
  if (changes.count === 0) await forget(owner)
  else
    await db
      .insertInto('release_changes')
      .values({ release_id: owner, service_id: serviceId, times_json })
      .onConflict((conflict) => conflict.columns(['service_id', 'release_id']).doUpdateSet({ times_json }))
      .execute()
}

/** As they are kept: null for each whose time is not known, last. */
export const timesOf = ({ count, times }: Changes): readonly (number | null)[] => [
  ...times,
  ...Array.from({ length: count - times.length }, () => null),
]

/** Of many releases of a service, column by column, as they came; `readChanges` reads them. */
export interface ChangesText {
  readonly ids: string | null
  readonly times: string | null
}

/**
 * The changes of all releases of each service from one on, by service; a release that brings none is left out.
 *
 * What was deployed in a year lies together, and is read so in half of the time that it takes to find each.
 */
export async function listChangesFrom(
  db: Db,
  oldest: readonly { readonly serviceId: number; readonly releaseId: number }[],
): Promise<ReadonlyMap<number, ChangesText>> {
  if (oldest.length === 0) return new Map()
  const rows = oldest.map(({ serviceId, releaseId }) => [serviceId, releaseId])
  // A cross join keeps SQLite from looking through all changes, and for each through the services.
  const found = await sql<ChangesText & { serviceId: number }>`
    with oldest (service_id, release_id) as (${rowsOf(db, rows)})
    select c.service_id as "serviceId", ${jsonColumn('c.release_id')} as ids, ${jsonColumn('c.times_json')} as times
    from oldest cross join release_changes c
    where c.service_id = oldest.service_id and c.release_id >= oldest.release_id
    group by c.service_id`.execute(db)
  return new Map(found.rows.map(({ serviceId, ...text }) => [serviceId, text]))
}

/** By release. */
export function readChanges(text: ChangesText | undefined): ReadonlyMap<number, Changes> {
  const times = inColumn<readonly (number | null)[]>(text?.times)
  return new Map(inColumn<number>(text?.ids).map((id, i) => [id, toChanges(times[i] as readonly (number | null)[])]))
}

const toChanges = (times: readonly (number | null)[]): Changes => ({
  count: times.length,
  times: times.at(-1) === null ? times.filter((at) => at !== null) : (times as readonly number[]),
})
