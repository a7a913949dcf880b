import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** Which columns of the list of defects a person leaves out. */
export async function up(db: Kysely<unknown>, { text }: DdlWords): Promise<void> {
  await sql.raw(`alter table users add column hidden_defect_columns ${text} not null default ''`).execute(db)
}
