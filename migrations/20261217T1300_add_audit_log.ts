import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/**
 * Who did what. Entries are only ever added: the triggers stand in the way of mistakes, and the hashes, each over the
 * entry before it, show what somebody did who took the triggers away.
 */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of [...tables(words), ...indexes, ...triggers[words.engine]])
    await sql.raw(statement).execute(db)
}

const tables = ({ integer, text, tableEnd }: DdlWords): string[] => [
  `create table audit_entries (
    number ${integer} primary key not null,
    at ${integer} not null,
    actor_kind ${text} not null,
    actor_id ${text},
    actor_name ${text} not null,
    address ${text},
    action ${text} not null,
    subject_kind ${text} not null,
    subject_id ${text} not null,
    subject_name ${text} not null,
    change_json ${text} not null,
    previous_hash ${text} not null,
    hash ${text} not null
  ) ${tableEnd}`,
  // One row: whoever updates it has the turn.
  `create table audit_head (
    number ${integer} not null,
    hash ${text} not null
  ) ${tableEnd}`,
  `insert into audit_head (number, hash) values (0, '${'0'.repeat(64)}')`,
]

const indexes: readonly string[] = [
  'create index audit_entries_by_time on audit_entries (at, number)',
  'create index audit_entries_by_actor on audit_entries (actor_name, number)',
  'create index audit_entries_by_action on audit_entries (action, number)',
  'create index audit_entries_by_subject on audit_entries (subject_kind, subject_id, number)',
]

const REFUSAL = 'entries of the audit log are never changed or deleted'

const triggers: Record<DdlWords['engine'], readonly string[]> = {
  sqlite: [
    `create trigger audit_entries_stay_as_they_are before update on audit_entries begin
      select raise(abort, '${REFUSAL}');
    end`,
    `create trigger audit_entries_stay before delete on audit_entries begin
      select raise(abort, '${REFUSAL}');
    end`,
    `create trigger audit_head_stays before delete on audit_head begin
      select raise(abort, '${REFUSAL}');
    end`,
  ],
  postgres: [
    `create function refuse_audit_change() returns trigger language plpgsql as $$ begin
      raise exception '${REFUSAL}';
    end $$`,
    `create trigger audit_entries_stay before update or delete or truncate on audit_entries
    for each statement execute function refuse_audit_change()`,
    `create trigger audit_head_stays before delete or truncate on audit_head
    for each statement execute function refuse_audit_change()`,
  ],
}
