import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** What was told to whom and could be told again, once its message has been let go of. */
export async function up(db: Kysely<unknown>, { text, tableEnd }: DdlWords): Promise<void> {
  await sql
    .raw(
      `create table told_facts (
    target ${text} not null,
    dedupe_key ${text} not null,
    primary key (target, dedupe_key)
  ) ${tableEnd}`,
    )
    .execute(db)
}
