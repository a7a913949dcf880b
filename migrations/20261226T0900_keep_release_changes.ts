import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** When the changes that each release brings were made: a year of lead times read every commit of its releases. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of [table(words), fill(words)]) await sql.raw(statement).execute(db)
}

const table = ({ integer, text, engine }: DdlWords): string => `create table release_changes (
    service_id ${integer} not null references services (id),
    release_id ${integer} not null references releases (id),
    times_json ${text} not null,
    primary key (service_id, release_id)
  ) ${engine === 'sqlite' ? 'strict, without rowid' : ''}`

/** A commit that is listed under two names of a release is one; what merges others is none. */
export const fill = ({ engine }: DdlWords): string => `insert into release_changes (service_id, release_id, times_json)
  select service_id, release_id, ${engine === 'sqlite' ? TIMES.sqlite : TIMES.postgres}
  from (
    select coalesce(named.alias_of_id, named.id) as release_id, named.service_id, c.sha, min(c.at) as at
    from release_commits c join releases named on named.id = c.release_id
    where ${engine === 'sqlite' ? IS_NO_MERGE.sqlite : IS_NO_MERGE.postgres}
    group by coalesce(named.alias_of_id, named.id), named.service_id, c.sha
  ) as changes
  group by service_id, release_id`

const TIMES = {
  sqlite: 'json_group_array(at order by at nulls last)',
  postgres: 'cast(array_to_json(array_agg(at order by at nulls last)) as text)',
}
const IS_NO_MERGE = {
  sqlite: `c.message is null or lower(substr(c.message, 1, 5)) <> 'merge' or substr(c.message, 6, 1) glob '[a-zA-Z0-9_]'`,
  postgres: `c.message is null or c.message !~* '^merge(?![a-z0-9_])'`,
}
