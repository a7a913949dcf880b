import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** Mails that carry links to accounts, who asks for one, and who has a password at all. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, identity, tableEnd }: DdlWords): string[] => [
  `alter table users add column has_password ${integer} not null default 1`,
  // Made at somebody's first sign-in from outside, with a password that nobody knows, and not changed since.
  `update users set has_password = 0
    where exists (
      select 1 from outside_identities
      where outside_identities.user_id = users.id and outside_identities.linked_at = users.created_at
    )
    and not exists (
      select 1 from audit_entries
      where audit_entries.action = 'password.changed' and audit_entries.subject_name = users.email
    )`,

  `create table password_requests (
    id ${identity},
    sealed_email ${text} not null,
    address ${text} not null,
    asked_at ${integer} not null
  ) ${tableEnd}`,

  `create table account_mails (
    link_id ${integer} primary key not null references account_links (id) on delete cascade,
    sealed_token ${text},
    state ${text} not null,
    created_at ${integer} not null,
    due_at ${integer},
    attempt ${integer} not null,
    fence ${integer} not null,
    finished_at ${integer},
    reason ${text}
  ) ${tableEnd}`,
  'create index account_mails_by_due on account_mails (due_at) where due_at is not null',
]
