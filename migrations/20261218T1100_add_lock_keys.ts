import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** By which call a lock was set, so that the same call again sets no second one; null: on a page. */
export async function up(db: Kysely<unknown>, { text }: DdlWords): Promise<void> {
  await sql.raw(`alter table deploy_locks add column set_key ${text}`).execute(db)
  await sql.raw('create unique index deploy_locks_by_key on deploy_locks (set_key)').execute(db)
}
