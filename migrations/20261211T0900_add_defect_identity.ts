import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * What people say of which reports are one defect, and what it takes to follow them: the keys that each report shares
 * with others, and, for every number, the report it was given for and what people decided under it alone.
 *
 * The keys of the reports that are here already are filled in when they are needed (store/defects/defect-identity.ts): which of
 * them holds which key nobody wrote down.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ identity, integer, text, tableEnd }: DdlWords): string[] => [
  `alter table defects add column founder_report_id ${integer}`,
  `alter table defects add column own_decisions_json ${text}`,
  'create index defects_merged_into on defects (merged_into_id) where merged_into_id is not null',

  `alter table reports add column keys_known ${integer} not null default 0`,
  `create table report_keys (
    report_id ${integer} not null references reports (id),
    key ${text} not null,
    primary key (report_id, key)
  ) ${tableEnd}`,
  'create index report_keys_by_key on report_keys (key)',

  `create table identity_words (
    id ${identity},
    kind ${text} not null,
    at ${integer} not null,
    said_by ${text} not null,
    reason ${text} not null,
    from_id ${integer},
    into_id ${integer},
    taken_back_at ${integer},
    taken_back_by ${text}
  ) ${tableEnd}`,
  `create table identity_word_reports (
    word_id ${integer} not null references identity_words (id),
    key ${text} not null,
    side ${integer} not null,
    primary key (word_id, key)
  ) ${tableEnd}`,
  'create index identity_word_reports_by_key on identity_word_reports (key)',
]
