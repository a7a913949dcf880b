import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** Emergency releases, what was done to them and by whom, what was sent to CI for them, and locks of places. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, identity, tableEnd }: DdlWords): string[] => [
  `create table emergency_releases (
    id ${identity},
    service_id ${integer} not null references services (id),
    environment_id ${integer} not null references environments (id),
    strategy ${text} not null,
    state ${text} not null,
    step ${integer} not null,
    generation ${integer} not null,
    from_version ${text},
    target_version ${text} not null,
    base_version ${text},
    ref ${text},
    reason ${text} not null,
    checks_json ${text} not null,
    form_key ${text} not null,
    opened_by ${text} not null,
    opened_name ${text} not null,
    opened_at ${integer} not null,
    approved_at ${integer},
    approved_name ${text},
    approved_as ${text},
    deployed_at ${integer},
    verified_at ${integer},
    ended_at ${integer},
    trouble ${text},
    ticks_json ${text} not null,
    needs_review ${integer} not null,
    reviewed_at ${integer}
  ) ${tableEnd}`,
  'create unique index emergency_releases_form_key_unique on emergency_releases (form_key)',
  `create unique index emergency_releases_one_open on emergency_releases (service_id, environment_id)
    where state in ('requested', 'approved', 'building', 'deploying', 'verifying')`,

  `create table emergency_steps (
    emergency_id ${integer} not null references emergency_releases (id),
    number ${integer} not null,
    at ${integer} not null,
    actor_id ${text},
    actor_name ${text},
    action ${text} not null,
    from_state ${text},
    to_state ${text} not null,
    detail_json ${text} not null,
    request_key ${text},
    primary key (emergency_id, number)
  ) ${tableEnd}`,
  'create unique index emergency_steps_request_unique on emergency_steps (emergency_id, request_key)',

  `create table emergency_defects (
    emergency_id ${integer} not null references emergency_releases (id),
    defect_id ${integer} not null references defects (id),
    primary key (emergency_id, defect_id)
  ) ${tableEnd}`,
  'create index emergency_defects_by_defect on emergency_defects (defect_id)',

  `create table emergency_dispatches (
    id ${identity},
    emergency_id ${integer} not null references emergency_releases (id),
    target_id ${integer} not null,
    generation ${integer} not null,
    target_revision ${integer} not null,
    target_name ${text} not null,
    key ${text} not null,
    request_json ${text} not null,
    decided_at ${integer} not null,
    state ${text} not null,
    due_at ${integer},
    attempt ${integer} not null,
    doubtful ${integer} not null,
    looks ${integer} not null,
    answered ${integer} not null,
    owner ${text},
    fence ${integer} not null,
    sent_at ${integer},
    finished_at ${integer},
    run_id ${text},
    run_url ${text},
    reason ${text}
  ) ${tableEnd}`,
  'create unique index emergency_dispatches_once on emergency_dispatches (emergency_id, target_id, generation)',
  'create unique index emergency_dispatches_key_unique on emergency_dispatches (key)',
  'create index emergency_dispatches_due on emergency_dispatches (due_at) where due_at is not null',

  `create table emergency_attempts (
    id ${identity},
    dispatch_id ${integer} not null references emergency_dispatches (id),
    kind ${text} not null,
    number ${integer} not null,
    began_at ${integer} not null,
    ended_at ${integer},
    outcome ${text},
    detail ${text}
  ) ${tableEnd}`,
  'create index emergency_attempts_by_dispatch on emergency_attempts (dispatch_id)',

  `create table ci_targets (
    id ${identity},
    service_id ${integer} not null references services (id),
    environment_id ${integer} not null references environments (id),
    kind ${text} not null,
    settings_json ${text} not null,
    sealed_secret ${text} not null,
    revision ${integer} not null,
    saved_at ${integer} not null,
    saved_name ${text} not null
  ) ${tableEnd}`,
  'create unique index ci_targets_place_unique on ci_targets (service_id, environment_id)',

  `create table emergency_policies (
    environment_id ${integer} primary key not null references environments (id),
    own_requests ${text} not null,
    break_glass ${integer} not null,
    quiet_minutes ${integer} not null,
    human_checks_json ${text} not null,
    saved_at ${integer} not null,
    saved_name ${text} not null
  ) ${tableEnd}`,

  `create table deploy_locks (
    id ${identity},
    service_id ${integer} references services (id),
    environment_id ${integer} not null references environments (id),
    reason ${text} not null,
    set_name ${text} not null,
    set_at ${integer} not null,
    released_name ${text},
    released_at ${integer}
  ) ${tableEnd}`,
  'create index deploy_locks_in_force on deploy_locks (environment_id) where released_at is null',
]
