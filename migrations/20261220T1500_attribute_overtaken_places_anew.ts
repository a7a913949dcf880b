import { type Kysely, sql } from 'kysely'

/**
 * A release that another of the same instant replaced counted as a roll-out that never ends, and took half of its place
 * from all that came after it. Where that was so, whatever came after it is attributed anew.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(statement).execute(db)
}

const statement = `insert into attribution_ranges (service_id, from_at, after_id)
  select arrived.service_id, min(arrived.at), 0 from first_deployments as arrived
    where not exists (
      select 1 from live_intervals as ran
        where ran.service_id = arrived.service_id and ran.environment_id = arrived.environment_id
          and ran.release_id = arrived.release_id
    )
    group by arrived.service_id
  on conflict (service_id) do update set from_at = excluded.from_at, after_id = 0
    where attribution_ranges.from_at >= excluded.from_at`
