import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * How many sessions of each release there were and how many of them crashed, and what each sender said of them, so that
 * hearing it again counts nothing twice. Sources may name the service that reports by them.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, tableEnd }: DdlWords): string[] => [
  `create table session_counts (
    service_id ${integer} not null references services (id),
    version ${text} not null,
    environment ${text} not null,
    day ${integer} not null,
    total ${integer} not null,
    crashed ${integer} not null,
    primary key (service_id, version, environment, day)
  ) ${tableEnd}`,

  `create table counted_sessions (
    source_id ${integer} not null references sources (id),
    name ${text} not null,
    service_id ${integer} not null references services (id),
    version ${text} not null,
    environment ${text} not null,
    began_at ${integer} not null,
    total ${integer} not null,
    crashed ${integer} not null,
    primary key (source_id, name)
  ) ${tableEnd}`,

  `alter table sources add column service ${text}`,
]
