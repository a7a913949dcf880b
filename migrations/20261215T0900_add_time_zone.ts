import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** The time zone in which a person reads times. */
export async function up(db: Kysely<unknown>, { text }: DdlWords): Promise<void> {
  await sql.raw(`alter table users add column time_zone ${text} not null default 'UTC'`).execute(db)
}
