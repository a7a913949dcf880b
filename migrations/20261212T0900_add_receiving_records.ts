import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * What became of each try to process a delivery, who was refused and why, how much a source may send, and what it takes
 * to find and let go of what is old. The new indexes of deliveries hold those that are concluded: taking one in costs
 * no more than before.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, tableEnd }: DdlWords): string[] => [
  `alter table deliveries add column test ${integer} not null default 0`,
  `alter table deliveries add column body_gone_at ${integer}`,
  'create index deliveries_concluded on deliveries (source_id, state, id) where due_at is null',
  `create index deliveries_with_body on deliveries (state, received_at, id)
    where due_at is null and body_gone_at is null`,
  'create index deliveries_without_body on deliveries (received_at, id) where body_gone_at is not null',

  `create table delivery_attempts (
    delivery_id ${integer} not null references deliveries (id),
    number ${integer} not null,
    at ${integer} not null,
    result ${text} not null,
    reason ${text},
    actor ${text},
    primary key (delivery_id, number)
  ) ${tableEnd}`,

  `create table refusals (
    source_id ${integer} not null references sources (id),
    reason ${text} not null,
    address ${text} not null,
    first_at ${integer} not null,
    last_at ${integer} not null,
    times ${integer} not null,
    primary key (source_id, reason, address)
  ) ${tableEnd}`,

  `alter table sources add column rate_per_second ${integer}`,
  `alter table sources add column rate_burst ${integer}`,
  'create index counted_sessions_by_began on counted_sessions (began_at)',
]
