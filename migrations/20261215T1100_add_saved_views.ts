import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** Filters of the defects under a name, and which of them somebody begins with. */
export async function up(db: Kysely<unknown>, { identity, integer, text, tableEnd }: DdlWords): Promise<void> {
  const statements = [
    `create table saved_views (
      id ${identity},
      user_id ${integer} not null references users (id),
      name ${text} not null,
      query ${text} not null,
      shared ${integer} not null,
      created_at ${integer} not null,
      constraint saved_views_user_name_unique unique (user_id, name)
    ) ${tableEnd}`,
    'create index saved_views_shared on saved_views (shared, name)',
    `alter table users add column first_view_id ${integer}`,
  ]
  for (const statement of statements) await sql.raw(statement).execute(db)
}
