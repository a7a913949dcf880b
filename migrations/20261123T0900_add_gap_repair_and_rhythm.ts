import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** How a source's gaps are repaired, what was asked for again, and the hours in which sources deliver. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, tableEnd }: DdlWords): string[] => [
  `create table source_repairs (
    source_id ${integer} primary key not null references sources (id),
    hook_url ${text} not null,
    sealed_token ${text} not null,
    next_look_at ${integer} not null,
    looked_at ${integer},
    settled_until ${integer},
    failures ${integer} not null default 0,
    result_json ${text}
  ) ${tableEnd}`,

  `create table redeliveries (
    source_id ${integer} not null references sources (id),
    guid ${text} not null,
    because ${text} not null constraint redeliveries_because_known check (because in ('failed', 'lost')),
    times ${integer} not null,
    asked_at ${integer} not null,
    primary key (source_id, guid)
  ) ${tableEnd}`,

  `create table source_hours (
    source_id ${integer} not null references sources (id),
    hour_at ${integer} not null,
    primary key (source_id, hour_at)
  ) ${tableEnd}`,
]
