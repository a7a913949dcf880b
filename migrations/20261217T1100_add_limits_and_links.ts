import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** Roles by their new names, people and tokens limited to services, links to an account, and successors of tokens. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, identity, tableEnd }: DdlWords): string[] => [
  `update users set role = 'engineer' where role = 'member'`,
  `alter table users add column services ${text}`,
  `alter table users add column last_seen_at ${integer}`,

  `alter table api_tokens add column services ${text}`,
  `alter table api_tokens add column made_by ${text}`,
  `alter table api_tokens add column successor_id ${integer}`,

  `create table account_links (
    id ${identity},
    kind ${text} not null,
    token_hash ${text} not null,
    email ${text} not null,
    name ${text},
    role ${text},
    services ${text},
    user_id ${integer} references users (id),
    made_by ${text} not null,
    made_at ${integer} not null,
    expires_at ${integer} not null
  ) ${tableEnd}`,
  'create unique index account_links_token_hash_unique on account_links (token_hash)',
  'create index account_links_by_user on account_links (user_id)',
]
