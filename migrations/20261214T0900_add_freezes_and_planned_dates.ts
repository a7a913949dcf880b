import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** When a release is planned for, and when nothing is to be deployed. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, identity, tableEnd }: DdlWords): string[] => [
  `alter table releases add column planned_at ${integer}`,
  'create index releases_by_planned on releases (planned_at, id) where planned_at is not null',

  `create table freezes (
    id ${identity},
    service_id ${integer} references services (id),
    environment_id ${integer} not null references environments (id),
    from_at ${integer} not null,
    to_at ${integer} not null,
    reason ${text} not null,
    created_by ${text} not null,
    created_at ${integer} not null,
    changed_by ${text},
    changed_at ${integer},
    ended_by ${text},
    ended_at ${integer}
  ) ${tableEnd}`,
  'create index freezes_by_end on freezes (to_at, id)',
  'create index freezes_by_begin on freezes (from_at, id)',
]
