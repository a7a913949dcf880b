import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** Rules that tell services apart, what none of them matched, and past deliveries read again. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, identity, tableEnd }: DdlWords): string[] => [
  `alter table sources add column default_service ${text}`,

  `create table service_rules (
    id ${identity},
    source_id ${integer} references sources (id),
    field ${text} not null,
    pattern ${text} not null,
    service ${text} not null,
    created_at ${integer} not null
  ) ${tableEnd}`,

  `create table mapping_revisions (
    source_id ${integer} primary key not null,
    revision ${integer} not null
  ) ${tableEnd}`,

  `create table unmapped_origins (
    delivery_id ${integer} not null references deliveries (id),
    source_id ${integer} not null,
    received_at ${integer} not null,
    field ${text} not null,
    value ${text} not null,
    service ${text} not null,
    origin_json ${text} not null,
    primary key (delivery_id, field, value, service)
  ) ${tableEnd}`,
  'create index unmapped_origins_by_source on unmapped_origins (source_id, received_at)',

  `create table source_replays (
    source_id ${integer} primary key not null references sources (id),
    revision ${integer} not null,
    state ${text} not null,
    after_id ${integer} not null,
    up_to_id ${integer} not null
  ) ${tableEnd}`,
]
