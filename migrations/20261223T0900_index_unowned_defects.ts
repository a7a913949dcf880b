import { type Kysely, sql } from 'kysely'

/**
 * For the overview: it counts the grave defects that nobody owns on every visit, which meant to look up each open one. All
 * that is asked for is in it, so that SQLite takes it whatever it has counted.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create index defects_unowned on defects (environment_id, open, severity, assignee_id, service_id)
        where open = 1 and severity in ('S1', 'S2') and assignee_id is null and merged_into_id is null`,
    )
    .execute(db)
}
