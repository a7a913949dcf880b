import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** What an operator says of the payloads of a source that takes any JSON. */
export async function up(db: Kysely<unknown>, { integer, text, tableEnd }: DdlWords): Promise<void> {
  await sql
    .raw(
      `create table source_mappings (
        source_id ${integer} primary key not null references sources (id),
        mapping_json ${text} not null,
        saved_at ${integer} not null
      ) ${tableEnd}`,
    )
    .execute(db)
}
