import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** What people say of the tier of an environment, beside what its name and senders say. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, tableEnd }: DdlWords): string[] => [
  `alter table environments add column said_tier ${text}`,
  `alter table environments add column tier_decided_by ${text}`,
  `alter table environments add column tier_decided_at ${integer}`,

  `create table tier_ranges (
    environment_id ${integer} primary key references environments (id),
    after_at ${integer} not null,
    after_id ${integer} not null
  ) ${tableEnd}`,
]
