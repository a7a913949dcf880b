import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** The words by which sources grade defects, and what the operator takes them for. */
export async function up(db: Kysely<unknown>, { integer, text, tableEnd }: DdlWords): Promise<void> {
  await sql
    .raw(
      `create table severity_words (
        source_id ${integer} not null references sources (id),
        word ${text} not null,
        read_as ${text},
        severity ${text},
        primary key (source_id, word)
      ) ${tableEnd}`,
    )
    .execute(db)
}
