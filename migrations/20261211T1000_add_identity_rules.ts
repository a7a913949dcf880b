import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * What an operator says of how the reports of a source are known to be the same defect as others, and which keys a report
 * only mentions: they bring it to the defect of the report that has them.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ identity, integer, text, tableEnd }: DdlWords): string[] => [
  `alter table report_keys add column mention ${integer} not null default 0`,
  `create table identity_rules (
    id ${identity},
    source_id ${integer} not null references sources (id),
    kind ${text} not null,
    name ${text} not null,
    fields_json ${text} not null,
    created_at ${integer} not null,
    constraint identity_rules_unique unique (source_id, kind, name)
  ) ${tableEnd}`,
]
