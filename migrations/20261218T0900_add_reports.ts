import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** Reports as they were made, links with which others read them, and schedules that make them. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, identity, tableEnd }: DdlWords): string[] => [
  `create table report_schedules (
    id ${identity},
    cadence ${text} not null,
    service_id ${integer} references services (id),
    zone ${text} not null,
    enabled ${integer} not null,
    since ${integer} not null,
    made_by ${text} not null,
    made_at ${integer} not null
  ) ${tableEnd}`,

  `create table report_snapshots (
    id ${identity},
    kind ${text} not null,
    title ${text} not null,
    service_id ${integer} references services (id),
    snapshot_json ${text} not null,
    data_until ${integer},
    made_by ${text} not null,
    made_at ${integer} not null
  ) ${tableEnd}`,
  'create index report_snapshots_by_service on report_snapshots (service_id)',

  `create table report_runs (
    schedule_id ${integer} not null references report_schedules (id),
    period ${text} not null,
    made_at ${integer} not null,
    primary key (schedule_id, period)
  ) ${tableEnd}`,

  `create table report_links (
    id ${identity},
    report_id ${integer} not null references report_snapshots (id),
    token_hash ${text} not null,
    hides_people ${integer} not null,
    made_by ${text} not null,
    made_at ${integer} not null,
    expires_at ${integer} not null,
    ended_at ${integer},
    ended_by ${text},
    opened ${integer} not null,
    last_opened_at ${integer}
  ) ${tableEnd}`,
  'create unique index report_links_token_hash_unique on report_links (token_hash)',
  'create index report_links_by_report on report_links (report_id)',
]
