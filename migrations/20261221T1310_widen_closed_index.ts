import { type Kysely, sql } from 'kysely'

/** What was open at an instant that is past is told from this index alone, and no longer from the defects themselves. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements: readonly string[] = [
  'drop index defects_closed',
  `create index defects_closed on defects
    (environment_id, coalesce(resolved_at, status_at), service_id, status, severity, first_seen_at, resolved_at)
    where open = 0 and merged_into_id is null`,
]
