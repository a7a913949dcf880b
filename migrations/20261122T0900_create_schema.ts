import { type Kysely, sql } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'

/** The first schema. What a column means stands beside its type in src/store/schema.ts. */
export async function up(db: Kysely<unknown>, words: DdlWords): Promise<void> {
  for (const statement of statements(words)) await sql.raw(statement).execute(db)
}

const statements = ({ integer, text, real, blob, identity, tableEnd }: DdlWords): string[] => [
  `create table services (
    id ${identity},
    name ${text} not null constraint services_name_unique unique,
    owner ${text},
    order_policy ${text} not null,
    repository_url ${text},
    created_at ${integer} not null
  ) ${tableEnd}`,

  `create table environments (
    id ${identity},
    name ${text} not null constraint environments_name_unique unique,
    tier ${text} not null constraint environments_tier_known
      check (tier in ('production', 'staging', 'testing', 'development', 'other')),
    tier_stated_at ${integer},
    created_at ${integer} not null
  ) ${tableEnd}`,

  `create table releases (
    id ${identity},
    service_id ${integer} not null references services (id),
    version ${text} not null,
    facts_json ${text} not null,
    kind ${text} not null,
    order_key ${text} not null,
    commit_sha ${text},
    artifact ${text},
    name ${text},
    notes ${text},
    url ${text},
    withdrawn ${integer} not null default 0,
    published_at ${integer},
    first_deployed_at ${integer},
    first_production_at ${integer},
    first_known_at ${integer} not null,
    alias_of_id ${integer} references releases (id),
    constraint releases_service_version_unique unique (service_id, version)
  ) ${tableEnd}`,
  'create index releases_by_order on releases (service_id, order_key, id)',
  'create index releases_by_commit on releases (service_id, commit_sha)',
  'create index releases_by_first_deployed on releases (first_deployed_at, id)',
  'create index releases_by_alias on releases (alias_of_id) where alias_of_id is not null',
  'create index releases_by_first_known on releases (first_known_at, id)',
  'create index releases_by_service_first_known on releases (service_id, first_known_at, id)',

  `create table release_commits (
    release_id ${integer} not null references releases (id),
    sha ${text} not null,
    message ${text},
    author ${text},
    at ${integer},
    primary key (release_id, sha)
  ) ${tableEnd}`,
  'create index release_commits_by_sha on release_commits (sha)',

  `create table sources (
    id ${identity},
    slug ${text} not null constraint sources_slug_unique unique,
    kind ${text} not null,
    name ${text} not null,
    enabled ${integer} not null default 1,
    created_at ${integer} not null,
    last_delivery_at ${integer}
  ) ${tableEnd}`,

  `create table source_secrets (
    id ${identity},
    source_id ${integer} not null references sources (id),
    sealed ${text} not null,
    created_at ${integer} not null,
    expires_at ${integer},
    last_used_at ${integer}
  ) ${tableEnd}`,
  'create index source_secrets_by_source on source_secrets (source_id)',

  `create table deliveries (
    id ${identity},
    source_id ${integer} not null references sources (id),
    delivery_key ${text} not null,
    body_sha256 ${text} not null,
    received_at ${integer} not null,
    headers_json ${text} not null,
    state ${text} not null constraint deliveries_state_known
      check (state in ('accepted', 'processed', 'ignored', 'failed')),
    attempts ${integer} not null default 0,
    due_at ${integer},
    reason ${text},
    conclusions_json ${text} not null default '[]',
    event ${text},
    processed_at ${integer},
    took_ms ${integer},
    replay_suspect ${integer} not null default 0,
    body ${blob} not null,
    constraint deliveries_source_key_unique unique (source_id, delivery_key)
  ) ${tableEnd}`,
  'create index deliveries_waiting on deliveries (due_at, id) where due_at is not null',
  "create index deliveries_failed on deliveries (id) where state = 'failed'",
  'create index deliveries_by_state on deliveries (state, id)',
  'create index deliveries_by_source on deliveries (source_id, id)',

  `create table seen_bodies (
    source_id ${integer} not null references sources (id),
    body_sha256 ${text} not null,
    delivery_id ${integer} not null,
    primary key (source_id, body_sha256)
  ) ${tableEnd}`,

  `create table deployments (
    id ${identity},
    natural_key ${text} not null constraint deployments_natural_key_unique unique,
    sender_key ${text},
    source_id ${integer} not null references sources (id),
    service_id ${integer} not null references services (id),
    environment_id ${integer} not null references environments (id),
    named_release_id ${integer} references releases (id),
    release_id ${integer} references releases (id),
    facts_json ${text} not null,
    status ${text} not null,
    action ${text} not null,
    effect ${text},
    started_at ${integer},
    finished_at ${integer},
    at ${integer} not null,
    replaced_release_id ${integer} references releases (id),
    url ${text},
    actor ${text},
    commit_sha ${text}
  ) ${tableEnd}`,
  'create index deployments_by_place on deployments (service_id, environment_id, at, natural_key)',
  'create index deployments_by_release on deployments (release_id, environment_id, at)',
  'create index deployments_by_named_release on deployments (named_release_id)',
  'create index deployments_by_time on deployments (at, id)',
  'create index deployments_by_environment on deployments (environment_id, at, id)',
  "create index deployments_rolling_back on deployments (replaced_release_id) where effect = 'rollback'",
  'create index deployments_by_sender_key on deployments (service_id, sender_key)',

  `create table live_intervals (
    id ${identity},
    service_id ${integer} not null references services (id),
    environment_id ${integer} not null references environments (id),
    release_id ${integer} not null references releases (id),
    deployment_id ${integer} not null references deployments (id),
    from_at ${integer} not null,
    to_at ${integer}
  ) ${tableEnd}`,
  'create index live_intervals_by_place on live_intervals (service_id, environment_id, from_at)',
  'create index live_intervals_by_release on live_intervals (release_id, environment_id, from_at)',
  'create unique index live_intervals_one_live on live_intervals (service_id, environment_id) where to_at is null',

  `create table users (
    id ${identity},
    email ${text} not null constraint users_email_unique unique,
    name ${text} not null,
    role ${text} not null,
    password_hash ${text} not null,
    created_at ${integer} not null,
    disabled_at ${integer}
  ) ${tableEnd}`,

  `create table defects (
    id ${identity},
    title ${text} not null,
    description ${text},
    service_id ${integer} references services (id),
    environment_id ${integer} references environments (id),
    stated_version ${text},
    stated_commit ${text},
    stated_deployment ${text},
    severity ${text} not null constraint defects_severity_known check (severity in ('S1', 'S2', 'S3', 'S4')),
    status ${text} not null,
    open ${integer} not null,
    phase ${text},
    url ${text},
    first_seen_at ${integer} not null,
    last_seen_at ${integer} not null,
    detected_at ${integer} not null,
    occurrences ${integer} not null,
    status_at ${integer} not null,
    fixed_in_json ${text} not null default '[]',
    assignee_id ${integer} references users (id),
    decisions_json ${text} not null default '{}',
    attribution ${text} not null,
    suspect_release_id ${integer} references releases (id),
    suspect_probability ${real},
    attribution_reason ${text},
    attribution_method ${text} not null,
    merged_into_id ${integer} references defects (id)
  ) ${tableEnd}`,
  'create index defects_by_first_seen on defects (first_seen_at, id) where merged_into_id is null',
  // No index holds last_seen_at or occurrences: every sighting changes them, and PostgreSQL would then have to touch all
  // indexes of the row at each one.
  'create index defects_by_severity on defects (open, severity, first_seen_at, id) where merged_into_id is null',
  `create index defects_by_service_severity on defects (service_id, open, severity, first_seen_at, id)
    where merged_into_id is null`,
  // The overview reads its counts from this index alone, hence the service at its end.
  `create index defects_by_environment on defects (environment_id, open, severity, first_seen_at, id, service_id)
    where merged_into_id is null`,
  'create index defects_by_service on defects (service_id, first_seen_at, id)',
  'create index defects_by_service_version on defects (service_id, stated_version)',
  `create index defects_by_suspect on defects (suspect_release_id, open, severity, first_seen_at, id)
    where merged_into_id is null`,
  'create index defects_by_assignee on defects (assignee_id) where assignee_id is not null and merged_into_id is null',
  `create index defects_by_fixed_in on defects (service_id, fixed_in_json, id)
    where fixed_in_json <> '[]' and merged_into_id is null`,

  `create table defect_keys (
    key ${text} primary key not null,
    defect_id ${integer} not null references defects (id)
  ) ${tableEnd}`,
  'create index defect_keys_by_defect on defect_keys (defect_id)',

  `create table reports (
    id ${identity},
    source_id ${integer} not null references sources (id),
    identity ${text} not null,
    defect_id ${integer} not null references defects (id),
    facts_json ${text} not null,
    first_seen_at ${integer},
    last_seen_at ${integer},
    first_said_at ${integer} not null,
    occurrences ${integer} not null,
    constraint reports_source_identity_unique unique (source_id, identity)
  ) ${tableEnd}`,
  'create index reports_by_defect on reports (defect_id)',

  `create table sightings (
    report_id ${integer} not null references reports (id),
    key ${text} not null,
    seen_at ${integer} not null,
    count ${integer} not null,
    primary key (report_id, key)
  ) ${tableEnd}`,

  `create table occurrence_buckets (
    defect_id ${integer} not null references defects (id),
    bucket_at ${integer} not null,
    count ${integer} not null,
    primary key (defect_id, bucket_at)
  ) ${tableEnd}`,

  `create table suspects (
    defect_id ${integer} not null references defects (id),
    rank ${integer} not null,
    release_id ${integer} not null references releases (id),
    probability ${real} not null,
    evidence_json ${text} not null,
    primary key (defect_id, rank)
  ) ${tableEnd}`,
  'create index suspects_by_release on suspects (release_id)',

  `create table attribution_ranges (
    service_id ${integer} primary key not null references services (id),
    from_at ${integer} not null,
    after_id ${integer} not null
  ) ${tableEnd}`,

  `create table activities (
    id ${identity},
    defect_id ${integer} not null references defects (id),
    at ${integer} not null,
    actor ${text},
    kind ${text} not null,
    detail_json ${text} not null
  ) ${tableEnd}`,
  'create index activities_by_defect on activities (defect_id, at, id)',

  `create table sessions (
    id_hash ${text} primary key not null,
    user_id ${integer} not null references users (id),
    csrf_token ${text} not null,
    created_at ${integer} not null,
    last_seen_at ${integer} not null,
    expires_at ${integer} not null,
    user_agent ${text},
    address ${text}
  ) ${tableEnd}`,
  'create index sessions_by_user on sessions (user_id)',

  `create table login_attempts (
    subject ${text} primary key not null,
    failures ${integer} not null,
    blocked_until ${integer} not null,
    last_at ${integer} not null
  ) ${tableEnd}`,

  `create table setup_links (
    id ${integer} primary key not null constraint setup_links_one_only check (id = 1),
    token_hash ${text} not null,
    expires_at ${integer} not null
  ) ${tableEnd}`,

  `create table api_tokens (
    id ${identity},
    name ${text} not null,
    prefix ${text} not null,
    token_hash ${text} not null constraint api_tokens_hash_unique unique,
    scopes ${text} not null,
    created_at ${integer} not null,
    expires_at ${integer},
    last_used_at ${integer},
    revoked_at ${integer}
  ) ${tableEnd}`,

  `create table settings (
    name ${text} primary key not null,
    value ${text} not null
  ) ${tableEnd}`,
]
