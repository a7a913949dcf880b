import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * When each release first reached each environment: the candidates for a defect are the last few of these before it.
 * Finding them among all deployments of a place would cost more with every deployment.
 */
export async function up(db: Kysely<unknown>, { integer, tableEnd }: DdlWords): Promise<void> {
  await sql
    .raw(`create table first_deployments (
      service_id ${integer} not null references services (id),
      environment_id ${integer} not null references environments (id),
      release_id ${integer} not null references releases (id),
      at ${integer} not null,
      primary key (release_id, environment_id)
    ) ${tableEnd}`)
    .execute(db)
  await sql
    .raw('create index first_deployments_by_place on first_deployments (service_id, environment_id, at, release_id)')
    .execute(db)
  await sql
    .raw(`insert into first_deployments (service_id, environment_id, release_id, at)
      select service_id, environment_id, release_id, min(coalesce(started_at, at)) from deployments
      where release_id is not null and action <> 'remove' and status in ('succeeded', 'in-progress')
      group by service_id, environment_id, release_id`)
    .execute(db)
}
