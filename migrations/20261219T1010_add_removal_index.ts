import { type Kysely, sql } from 'kysely'

/** For the signals: nothing runs only after a removal, so these few tell when something did, however many releases there were. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`create index deployments_removed on deployments (service_id, environment_id, at) where effect = 'removal'`)
    .execute(db)
}
