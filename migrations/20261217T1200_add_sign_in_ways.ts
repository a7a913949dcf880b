import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** Second factors, passkeys, people as other systems know them, and sign-ins that are under way. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, identity, tableEnd }: DdlWords): string[] => [
  `create table totp_secrets (
    user_id ${integer} primary key not null references users (id),
    sealed_secret ${text} not null,
    created_at ${integer} not null,
    confirmed_at ${integer},
    last_step ${integer} not null
  ) ${tableEnd}`,

  `create table recovery_codes (
    user_id ${integer} not null references users (id),
    code_hash ${text} not null,
    created_at ${integer} not null,
    used_at ${integer},
    primary key (user_id, code_hash)
  ) ${tableEnd}`,

  `create table passkeys (
    id ${identity},
    user_id ${integer} not null references users (id),
    user_handle ${text} not null,
    credential_id ${text} not null,
    public_key ${text} not null,
    sign_count ${integer} not null,
    transports ${text} not null,
    name ${text} not null,
    created_at ${integer} not null,
    last_used_at ${integer}
  ) ${tableEnd}`,
  'create unique index passkeys_credential_unique on passkeys (credential_id)',
  'create index passkeys_by_user on passkeys (user_id)',

  `create table outside_identities (
    issuer ${text} not null,
    subject ${text} not null,
    user_id ${integer} not null references users (id),
    linked_at ${integer} not null,
    last_used_at ${integer} not null,
    primary key (issuer, subject)
  ) ${tableEnd}`,
  'create index outside_identities_by_user on outside_identities (user_id)',

  `create table pending_sign_ins (
    id_hash ${text} primary key not null,
    kind ${text} not null,
    user_id ${integer} references users (id),
    data_json ${text} not null,
    network ${text} not null,
    created_at ${integer} not null,
    expires_at ${integer} not null
  ) ${tableEnd}`,
  'create index pending_sign_ins_by_network on pending_sign_ins (network, created_at)',
  'create index pending_sign_ins_by_end on pending_sign_ins (expires_at)',

  `alter table sessions add column way ${text} not null default 'password'`,
  `alter table sessions add column subject ${text}`,
]
