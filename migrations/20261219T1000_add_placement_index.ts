import { type Kysely, sql } from 'kysely'

/** For the delivery metrics of several services: what was put in place in each, by time, without a look at the rows. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create index deployments_placed_by_service on deployments
      (service_id, environment_id, at, id, release_id, effect, replaced_release_id)
      where effect in ('deploy', 'rollback')`,
    )
    .execute(db)
}
