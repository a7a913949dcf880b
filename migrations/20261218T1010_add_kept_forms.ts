import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** What somebody had typed when they had to sign in first. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, tableEnd }: DdlWords): string[] => [
  `create table kept_forms (
    id_hash ${text} primary key not null,
    user_id ${integer} not null references users (id),
    sealed_form ${text} not null,
    kept_at ${integer} not null,
    expires_at ${integer} not null
  ) ${tableEnd}`,
  'create index kept_forms_by_user on kept_forms (user_id, kept_at)',
]
