import { type Kysely, sql } from 'kysely'

/** For the delivery metrics of a year: the few severe defects that they count, of one service, found without a look at the others. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of indexes) await sql.raw(statement).execute(db)
}

const SEVERE = "severity in ('S1', 'S2') and merged_into_id is null"

const indexes = [
  `create index defects_severe_attributed on defects
    (service_id, environment_id, first_seen_at, id, severity, suspect_release_id)
    where ${SEVERE} and attribution in ('attributed', 'manual')`,
  `create index defects_severe_fixed on defects
    (service_id, environment_id, first_seen_at)
    where ${SEVERE} and fixed_in_json <> '[]' and attribution <> 'not-a-change'`,
]
