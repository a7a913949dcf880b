import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** Channels on which people are told, what they are to be told, and the verdicts that were seen last. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, identity, tableEnd }: DdlWords): string[] => [
  `create table channels (
    id ${identity},
    name ${text} not null,
    kind ${text} not null,
    shown ${text} not null,
    settings_json ${text} not null,
    sealed_secret ${text} not null,
    subscription_json ${text} not null,
    cap_per_hour ${integer} not null,
    digest_minutes ${integer} not null,
    enabled ${integer} not null,
    turn ${integer} not null,
    failures ${integer} not null,
    held_until ${integer},
    last_sent_at ${integer},
    last_failed_at ${integer},
    last_failure ${text},
    made_at ${integer} not null,
    saved_at ${integer} not null,
    saved_name ${text} not null
  ) ${tableEnd}`,
  'create unique index channels_name_unique on channels (name)',

  `create table notifications (
    id ${identity},
    target ${text} not null,
    channel_id ${integer},
    mail_to ${text},
    event ${text} not null,
    dedupe_key ${text} not null,
    announcement_json ${text} not null,
    urgent ${integer} not null,
    happened_at ${integer} not null,
    created_at ${integer} not null,
    state ${text} not null,
    due_at ${integer},
    digest ${integer} not null,
    attempt ${integer} not null,
    owner ${text},
    fence ${integer} not null,
    sent_at ${integer},
    finished_at ${integer},
    reason ${text}
  ) ${tableEnd}`,
  'create unique index notifications_once on notifications (target, dedupe_key)',
  'create index notifications_due on notifications (due_at) where due_at is not null',
  'create index notifications_by_target on notifications (target, id)',
  'create index notifications_finished on notifications (finished_at) where finished_at is not null',

  `create table watched_verdicts (
    release_id ${integer} not null references releases (id),
    environment_id ${integer} not null references environments (id),
    word ${text} not null,
    since ${integer} not null,
    primary key (release_id, environment_id)
  ) ${tableEnd}`,
]
