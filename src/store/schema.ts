import type { ColumnType, Generated } from 'kysely'

/**
 * The tables, once for both engines. Instants are epoch milliseconds, flags are 0 or 1, `*_json` is JSON text.
 * Rows stay inside `store/`; what leaves are the types of `core/` and the named read models beside each query.
 */
export interface Database {
  services: ServicesTable
  service_dependencies: ServiceDependenciesTable
  service_profiles: ServiceProfilesTable
  environments: EnvironmentsTable
  tier_ranges: TierRangesTable
  releases: ReleasesTable
  release_commits: ReleaseCommitsTable
  release_files: ReleaseFilesTable
  repositories: RepositoriesTable
  commits: CommitsTable
  pushes: PushesTable
  push_commits: PushCommitsTable
  order_marks: OrderMarksTable
  classification_ranges: ClassificationRangesTable
  deployments: DeploymentsTable
  live_intervals: LiveIntervalsTable
  first_deployments: FirstDeploymentsTable
  session_counts: SessionCountsTable
  counted_sessions: CountedSessionsTable
  defects: DefectsTable
  defect_keys: DefectKeysTable
  defect_culprits: DefectCulpritsTable
  defect_days: DefectDaysTable
  unplaced_defect_days: UnplacedDefectDaysTable
  defect_hours: DefectHoursTable
  open_defects: OpenDefectsTable
  deployment_days: DeploymentDaysTable
  failed_deployments: FailedDeploymentsTable
  release_changes: ReleaseChangesTable
  reports: ReportsTable
  report_keys: ReportKeysTable
  identity_words: IdentityWordsTable
  identity_rules: IdentityRulesTable
  identity_word_reports: IdentityWordReportsTable
  status_statements: StatusStatementsTable
  sightings: SightingsTable
  occurrence_buckets: OccurrenceBucketsTable
  suspects: SuspectsTable
  attribution_ranges: AttributionRangesTable
  unplaced_attribution_range: UnplacedAttributionRangeTable
  generations: GenerationsTable
  judgement_ranges: JudgementRangesTable
  activities: ActivitiesTable
  sources: SourcesTable
  service_rules: ServiceRulesTable
  mapping_revisions: MappingRevisionsTable
  unmapped_origins: UnmappedOriginsTable
  source_replays: SourceReplaysTable
  severity_words: SeverityWordsTable
  source_mappings: SourceMappingsTable
  source_secrets: SourceSecretsTable
  source_repairs: SourceRepairsTable
  redeliveries: RedeliveriesTable
  source_hours: SourceHoursTable
  deliveries: DeliveriesTable
  delivery_attempts: DeliveryAttemptsTable
  refusals: RefusalsTable
  seen_bodies: SeenBodiesTable
  users: UsersTable
  saved_views: SavedViewsTable
  sessions: SessionsTable
  login_attempts: LoginAttemptsTable
  setup_links: SetupLinksTable
  totp_secrets: TotpSecretsTable
  recovery_codes: RecoveryCodesTable
  passkeys: PasskeysTable
  outside_identities: OutsideIdentitiesTable
  pending_sign_ins: PendingSignInsTable
  api_tokens: ApiTokensTable
  account_links: AccountLinksTable
  account_mails: AccountMailsTable
  password_requests: PasswordRequestsTable
  kept_forms: KeptFormsTable
  settings: SettingsTable
  emergency_releases: EmergencyReleasesTable
  emergency_steps: EmergencyStepsTable
  emergency_defects: EmergencyDefectsTable
  emergency_dispatches: EmergencyDispatchesTable
  emergency_attempts: EmergencyAttemptsTable
  ci_targets: CiTargetsTable
  emergency_policies: EmergencyPoliciesTable
  deploy_locks: DeployLocksTable
  freezes: FreezesTable
  audit_entries: AuditEntriesTable
  audit_head: AuditHeadTable
  rules: RulesTable
  rule_firings: RuleFiringsTable
  rule_checks: RuleChecksTable
  rule_rollbacks: RuleRollbacksTable
  on_call_schedules: OnCallSchedulesTable
  channels: ChannelsTable
  notifications: NotificationsTable
  watched_verdicts: WatchedVerdictsTable
  told_facts: ToldFactsTable
  report_snapshots: ReportSnapshotsTable
  report_links: ReportLinksTable
  report_schedules: ReportSchedulesTable
  report_runs: ReportRunsTable
}

type Flag = 0 | 1

export interface ServicesTable {
  id: Generated<number>
  name: string
  owner: string | null
  /** core/release/version.ts OrderPolicy */
  order_policy: string
  /** Versions as a person listed them, lowest first; only the manual policy reads it. */
  manual_order_json: Generated<string>
  /** hosted: we run it; shipped: users run it, so that defects show late. */
  detection: Generated<string>
  repository_url: string | null
  created_at: number
}

/** A defect of the one may have been brought by a release of the other. */
export interface ServiceDependenciesTable {
  service_id: number
  depends_on_id: number
}

/** What was learned of a service's releases and defects; core/attribution/profile.ts ServiceProfile. */
export interface ServiceProfilesTable {
  service_id: number
  learned_at: number
  profile_json: string
}

export interface EnvironmentsTable {
  id: Generated<number>
  name: string
  tier: string
  /** When a sender last stated the tier; null while it is only read from the name. */
  tier_stated_at: number | null
  /** What its name or senders say, while `tier` is what a person decided; null: nobody decided. */
  said_tier: Generated<string | null>
  tier_decided_by: Generated<string | null>
  tier_decided_at: Generated<number | null>
  created_at: number
}

/** Releases deployed to this environment behind this place in its deployments are still as they were of another tier. */
export interface TierRangesTable {
  environment_id: number
  after_at: number
  after_id: number
}

export interface ReleasesTable {
  id: Generated<number>
  service_id: number
  version: string
  /** Merged statements, core/facts.ts; the columns below are derived from it and from the deployments. */
  facts_json: string
  /** What the next five say together; core/release/release-kind.ts kindOf. */
  kind: string
  stated_kind: string | null
  /** From what ran before it where it was first deployed, production before others; null: that does not tell. */
  content_kind: string | null
  /** From its neighbour in the order. */
  order_kind: Generated<string>
  emergency_points: Generated<number>
  /** core/release/emergency-score.ts EmergencyReason[] */
  emergency_json: Generated<string>
  /** Why its version does not count, as the end of a sentence; null when it does. core/release/quarantine.ts. */
  quarantine: string | null
  /** Sorts the releases of one service, byte order; core/release/version-order.ts. */
  order_key: string
  commit_sha: string | null
  artifact: string | null
  name: string | null
  notes: string | null
  url: string | null
  withdrawn: Flag
  published_at: number | null
  /** For when it is planned; null: nobody said. */
  planned_at: number | null
  /** First success in any environment, and in one of tier production. */
  first_deployed_at: number | null
  first_production_at: number | null
  /** Earliest instant at which anything was said of it. */
  first_known_at: number
  /** Set on a release named after a commit once the release with that commit is known: it is the same, listed there. */
  alias_of_id: number | null
}

/** Message, author and time are those of `commits`, repeated so that a release can be read on its own. */
export interface ReleaseCommitsTable {
  release_id: number
  sha: string
  message: string | null
  author: string | null
  at: number | null
  /** 1: a sender listed it for the release; 0: it follows from pushes, operations/derivation/refresh-content.ts. */
  stated: Generated<Flag>
}

export interface ReleaseFilesTable {
  release_id: number
  path: string
  service_id: number
  /** 1: a sender listed it for the release; 0: a commit of the release changed it. */
  stated: Flag
}

/** Where commits come from. It has the name of the service that is built from it, which need not be known yet. */
export interface RepositoriesTable {
  id: Generated<number>
  name: string
}

/** All that was said of a commit, by whomever, merged: core/release/commit.ts. */
export interface CommitsTable {
  repository_id: number
  sha: string
  message: string | null
  author: string | null
  at: number | null
  /** Paths it changed, sorted. */
  files_json: Generated<string>
}

/** A branch moved from one commit to another. */
export interface PushesTable {
  id: Generated<number>
  repository_id: number
  /** Empty when the pushed commits follow none that is named. */
  before_sha: string
  after_sha: string
}

/** The commits of a push, oldest first. */
export interface PushCommitsTable {
  push_id: number
  position: number
  sha: string
}

/** The releases of this service wait to be put in order anew. */
export interface OrderMarksTable {
  service_id: number
}

/** Releases of this service first deployed at or after from_at, with ids above after_id, wait for their kinds. */
export interface ClassificationRangesTable {
  service_id: number
  from_at: number
  after_id: number
}

export interface DeploymentsTable {
  id: Generated<number>
  /** Source, service, environment and the sender's key: what makes two statements the same deployment. */
  natural_key: string
  /** The sender's own key, as defects name it. */
  sender_key: string | null
  source_id: number
  service_id: number
  environment_id: number
  /** What the sender named; null for a removal that names none. */
  named_release_id: number | null
  /** The same, or the one it is an alias of; for a removal that names none, what it ended. */
  release_id: number | null
  facts_json: string
  status: string
  action: string
  /** deploy, rollback, redeploy or removal: what the timeline makes of it; null until it succeeded. */
  effect: string | null
  started_at: number | null
  finished_at: number | null
  /** Sorts and places it: end of a finished one, else its start, else the last word about it. */
  at: number
  replaced_release_id: number | null
  url: string | null
  actor: string | null
  commit_sha: string | null
  /** Share of the traffic, in (0, 100]; null: nobody said. */
  percent: number | null
}

/** What ran where, half-open `[from_at, to_at)`; to_at null: still live. Derived from the succeeded deployments. */
export interface LiveIntervalsTable {
  id: Generated<number>
  service_id: number
  environment_id: number
  release_id: number
  deployment_id: number
  from_at: number
  to_at: number | null
}

/** When a release first reached an environment, or began to; derived from the deployments. */
export interface FirstDeploymentsTable {
  service_id: number
  environment_id: number
  release_id: number
  at: number
}

/** How many sessions of a release began on a day, and how many of them crashed; the sum of `counted_sessions`. */
export interface SessionCountsTable {
  service_id: number
  version: string
  environment: string
  /** Midnight UTC. */
  day: number
  total: number
  crashed: number
}

/** What a source said of sessions, by the name it has for them; core/release/sessions.ts. */
export interface CountedSessionsTable {
  source_id: number
  name: string
  service_id: number
  version: string
  environment: string
  began_at: number
  total: number
  crashed: number
}

/** id is the number people say: PF-<id>. */
export interface DefectsTable {
  id: Generated<number>
  title: string
  /** core/text/search-words.ts of the title, a blank before each. */
  title_words: Generated<string>
  description: string | null
  service_id: number | null
  environment_id: number | null
  stated_version: string | null
  stated_commit: string | null
  stated_deployment: string | null
  severity: string
  status: string
  /** 1 while status is open, triaged, in-progress or regressed. */
  open: Flag
  phase: string | null
  url: string | null
  first_seen_at: number
  last_seen_at: number
  detected_at: number
  /** core/defect/defect-times.ts; null: not yet, or nobody said. */
  reported_at: number | null
  acknowledged_at: number | null
  mitigated_at: number | null
  resolved_at: number | null
  occurrences: number
  /** When the current status was reached. */
  status_at: number
  /** Versions that fix it, commits and kept promises resolved. */
  fixed_in_json: string
  /** The same as it was said, with who and when: store/defects/judgements.ts StoredFix[]. */
  fixes_json: Generated<string>
  /** 1 once anybody said that it is fixed, or where. */
  ever_fixed: Generated<Flag>
  /** 1 when deployments may change what that comes to: it was seen since, or the fix is a promise or a commit. */
  contested: Generated<Flag>
  /** What its latest sightings after the fix mean: core/defect/regression.ts; null while there are none. */
  regression_answer: string | null
  regression_sentence: string | null
  /** The sighting they speak of. */
  regression_at: number | null
  /** 1, and one more for every regression; since when, null for the first. */
  generation: Generated<number>
  generation_since: number | null
  assignee_id: number | null
  /** What people set; wins over the reports: core/defect/defect.ts Decisions. */
  decisions_json: string
  /** attributed, suspected, unattributed, manual, not-a-change */
  attribution: string
  suspect_release_id: number | null
  suspect_probability: number | null
  attribution_reason: string | null
  attribution_method: string
  /** What else was concluded: store/attribution/attributions.ts AttributionRemainder. */
  attribution_json: Generated<string>
  /** How much of it the service's profile already counts towards each release: core/attribution/facts.ts; null: nothing. */
  counted_json: string | null
  /** The surviving defect when this one turned out to be the same; merged ones are not listed. */
  merged_into_id: number | null
  /** alert, error or issue: who noticed it first. */
  detection: Generated<string>
  /** The version or release that reports say brought it. */
  introduced_in: string | null
  /** Files, components, links and culprit commits: core/defect/defect-evidence.ts, those that are empty left out. */
  evidence_json: Generated<string>
  /** The report for which the number was given; null: it is from before that was written down. */
  founder_report_id: number | null
  /** What people set under this number; decisions_json has what they set under those merged into it as well. null: the same. */
  own_decisions_json: string | null
}

/** Its culprit commits once more, to be found when a release with one of them becomes known. */
export interface DefectCulpritsTable {
  defect_id: number
  /** Whole or abbreviated, as it was named. */
  sha: string
}

/** How many defects came and went on a day; triggers keep it (migration add_trend_counts). Merged ones are not in it. */
export interface DefectDaysTable {
  environment_id: number
  /** Days since 1 January 1970, UTC. */
  day: number
  service_id: number
  /** First seen, by the severity they have now. */
  s1: number
  s2: number
  s3: number
  s4: number
  /** Of these, noticed by a person, not by a monitor. */
  by_people: number
  /** Closed: by a fix, and without one. */
  fixed: number
  given_up: number
}

/** Defects that name no environment or no service, which `defect_days` leaves out. Kept by triggers on defects. */
export interface UnplacedDefectDaysTable {
  /** 0: none. */
  environment_id: number
  /** Days since 1 January 1970, UTC. */
  day: number
  /** 0: none. */
  service_id: number
  /** First seen, by the severity they have now. */
  s1: number
  s2: number
  s3: number
  s4: number
}

/** The same by the hour, of all defects that are not merged, whatever they name. Kept by triggers on defects. */
export interface DefectHoursTable extends Omit<DefectDaysTable, 'day'> {
  /** Hours since 1 January 1970, UTC. `environment_id` and `service_id` are 0 for none. */
  hour: number
}

/** How many defects are open, without the merged. Kept by triggers on defects. */
export interface OpenDefectsTable {
  /** 0: none. */
  environment_id: number
  /** 0: none. */
  service_id: number
  severity: string
  /** At least one. */
  defects: number
}

/** How many deployments put a release in place on each day, by triggers on deployments and what they are judged by. */
export interface DeploymentDaysTable {
  environment_id: number
  /** Days since 1 January 1970, UTC. */
  day: number
  service_id: number
  /** Neither rollbacks nor emergency releases. */
  deployments: number
  rollbacks: number
  emergencies: number
  /** Of all of these, as `failed_deployments` has it. */
  failed: number
}

/**
 * Rolled back by the next within 72 hours, or with a severe defect of their release: core/delivery/failed-deployments.ts.
 * Kept by triggers on deployments and defects.
 */
/** Of releases that bring any change, under their own name; store/measures/release-changes.ts keeps them. */
export interface ReleaseChangesTable {
  service_id: number
  release_id: number
  /** When each was made, ascending, with null in the place of what is not known, last. */
  times_json: string
}

export interface FailedDeploymentsTable {
  deployment_id: number
  environment_id: number
  service_id: number
  at: number
}

/** Where a report with the key belongs: the keys of reports themselves, and those that they share. */
export interface DefectKeysTable {
  key: string
  defect_id: number
}

/** All that one source said about one thing it calls a defect. */
export interface ReportsTable {
  id: Generated<number>
  source_id: number
  identity: string
  defect_id: number
  facts_json: string
  first_seen_at: number | null
  last_seen_at: number | null
  first_said_at: number
  occurrences: number
  /** 0: it is from before report_keys; it holds all keys of its defect. */
  keys_known: Generated<Flag>
}

/** The keys that a report shares with others, core/defect/defect.ts sharedKeys. */
export interface ReportKeysTable {
  report_id: number
  key: string
  /** 1: it only mentions it, and belongs to the defect of a report of another source that has it. */
  mention: Generated<Flag>
}

/** core/defect/identity-rules.ts IdentityRule */
export interface IdentityRulesTable {
  id: Generated<number>
  source_id: number
  /** fields, names */
  kind: string
  /** Empty for names. */
  name: string
  fields_json: string
  created_at: number
}

/** What people said of which reports are one defect and which are not; core/defect/defect-identity.ts. */
export interface IdentityWordsTable {
  id: Generated<number>
  /** same, apart */
  kind: string
  at: number
  said_by: string
  reason: string
  /** The number that was merged, or the one that was split. */
  from_id: number | null
  /** What it was merged into, or what was split off. */
  into_id: number | null
  taken_back_at: number | null
  taken_back_by: string | null
}

/** The reports of which a word speaks, by their keys. */
export interface IdentityWordReportsTable {
  word_id: number
  key: string
  /** 0: of the one that was merged, or split off; 1: of the other. */
  side: number
}

/** Every statement of a sender about the state of a defect; core/defect/defect-course.ts. People's are in decisions_json. */
export interface StatusStatementsTable {
  report_id: number
  at: number
  /** Empty: it says nothing of the status. */
  status: string
  /** Empty: it says nothing of fixes, which is not the same as []. */
  fixed_in_json: string
  sighted: Flag
}

/** Sightings already counted, so that a repeat counts once; kept as long as deliveries can be replayed. */
export interface SightingsTable {
  report_id: number
  key: string
  seen_at: number
  count: number
  /** In what and where it was seen, as the sender said. */
  version: string | null
  commit_sha: string | null
  environment: string | null
}

export interface OccurrenceBucketsTable {
  defect_id: number
  /** Start of the hour. */
  bucket_at: number
  count: number
}

export interface SuspectsTable {
  defect_id: number
  rank: number
  release_id: number
  probability: number
  evidence_json: string
}

/** The same of defects that name no service; at most one row. */
export interface UnplacedAttributionRangeTable {
  id: number
  from_at: number
  after_id: number
}

/** Defects of this service after (first_seen_at, id) = (from_at, after_id) wait for a new attribution. */
export interface AttributionRangesTable {
  service_id: number
  from_at: number
  after_id: number
}

/**
 * The lives of a defect that was ever fixed: the first begins with it, each further one with a regression. What an
 * attribution of the latest needs: candidates begin after the fix of the one before.
 */
export interface GenerationsTable {
  defect_id: number
  number: number
  since_at: number
  /** In which it was seen again; null for the first generation. */
  release_id: number | null
  seen_version: string | null
  /** Why that is a regression. */
  sentence: string | null
  fixed_at: number | null
  fixed_in_json: string
}

/** Contested defects of this service with ids above after_id wait to be judged anew. */
export interface JudgementRangesTable {
  service_id: number
  after_id: number
}

export interface ActivitiesTable {
  id: Generated<number>
  defect_id: number
  at: number
  /** Who: a user's display name, or null for the system. */
  actor: string | null
  /** comment, status, severity, assignee, attribution, merged, created */
  kind: string
  detail_json: string
}

export interface SourcesTable {
  id: Generated<number>
  slug: string
  kind: string
  name: string
  /** What reports by it, where the sender does not say; null: what its slug says. */
  service: string | null
  enabled: Flag
  created_at: number
  last_delivery_at: number | null
  /** Of events that no rule matches and that name none. */
  default_service: string | null
  /** What it may send, in the long run and at once; null: what the configuration says. */
  rate_per_second: number | null
  rate_burst: number | null
}

/** core/inbound/service-rules.ts ServiceRule */
export interface ServiceRulesTable {
  id: Generated<number>
  /** null: for all sources */
  source_id: number | null
  field: string
  pattern: string
  service: string
  created_at: number
}

/** Of the last change of what an operator says of a source's names; the highest of all is the latest. */
export interface MappingRevisionsTable {
  /** 0: what is said for all sources */
  source_id: number
  revision: number
}

/** Events that no rule matched, by the delivery that brought them; written again whenever it is processed. */
export interface UnmappedOriginsTable {
  delivery_id: number
  source_id: number
  received_at: number
  /** The name in the origin that best tells it from others, and its value; empty when there is none. */
  field: string
  value: string
  /** What it counts for all the same; empty: for no service. */
  service: string
  origin_json: string
}

/** The last time that past deliveries of a source were read again; it is at its end when both ids are equal. */
export interface SourceReplaysTable {
  source_id: number
  /** By which they are read. */
  revision: number
  /** State of those that are read again: processed, failed. */
  state: string
  /** Deliveries up to this one are queued or done. */
  after_id: number
  up_to_id: number
}

/** The words by which a source grades defects. */
export interface SeverityWordsTable {
  source_id: number
  word: string
  /** What we take it for, S1 to S4; null: for nothing. */
  read_as: string | null
  /** What the operator says; null: nothing. */
  severity: string | null
}

/** What the payloads of a source that takes any JSON mean. */
export interface SourceMappingsTable {
  source_id: number
  /** sources/generic/mapping.ts Mapping */
  mapping_json: string
  saved_at: number
}

export interface SourceSecretsTable {
  id: Generated<number>
  source_id: number
  /** Sealed with the key file; operations/access/secret-box.ts. */
  sealed: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
}

/** Where the sender's log of a source's deliveries is read, and how that went. A source without gap repair has no row. */
export interface SourceRepairsTable {
  source_id: number
  /** The hook in the sender's API. */
  hook_url: string
  /** Sealed with the key file; operations/intake/repair-admin.ts. */
  sealed_token: string
  /** Whoever moves it on has the look to himself. */
  next_look_at: number
  looked_at: number | null
  /** Nothing from before is missing; null: nothing was settled yet. */
  settled_until: number | null
  /** Looks in a row that came to nothing. */
  failures: number
  /** What the last look found, core/inbound/gap-repair.ts LookResult. */
  result_json: string | null
}

/** Deliveries that the sender was asked for again; kept for longer than it can be asked for them. */
export interface RedeliveriesTable {
  source_id: number
  guid: string
  /** failed, lost */
  because: string
  times: number
  /** The last time. */
  asked_at: number
}

/** The hours in which a source delivered, the newest 336 of each; core/inbound/silence.ts. */
export interface SourceHoursTable {
  source_id: number
  /** Start of the hour. */
  hour_at: number
}

export interface DeliveriesTable {
  id: Generated<number>
  source_id: number
  /** The sender's id, or one made from the body: unique per source. */
  delivery_key: string
  body_sha256: string
  received_at: number
  /** Chosen request headers, JSON object, names in lower case; never the credentials. */
  headers_json: string
  /** accepted, processed, ignored, failed */
  state: string
  attempts: number
  /** When an accepted one may be tried (again); null for the others, which keeps the queue's index as short as the queue. */
  due_at: number | null
  reason: string | null
  /** What was concluded, core/conclusion.ts; JSON array. */
  conclusions_json: string
  event: string | null
  processed_at: number | null
  took_ms: number | null
  /** 1: a body seen before came under a new delivery id. */
  replay_suspect: Flag
  body: ColumnType<Uint8Array, Uint8Array, Uint8Array>
  /** 1: made by us to try the way; it changes nothing. Known once it is concluded. */
  test: Generated<Flag>
  /** When its body was let go of, and is empty since. */
  body_gone_at: number | null
}

/** Tries to process a delivery that did not end it for good: those that failed, and all that a replay went beyond. */
export interface DeliveryAttemptsTable {
  delivery_id: number
  /** From 1, in their order. */
  number: number
  at: number
  /** retried, or the state in which it left the delivery: processed, ignored, failed */
  result: string
  reason: string | null
  /** Who replayed it after this; null: nobody. */
  actor: string | null
}

/** Who was refused at the address of a source, and why: never what was sent. The newest few of each source. */
export interface RefusalsTable {
  source_id: number
  /** core/inbound/refusal.ts */
  reason: string
  address: string
  first_at: number
  last_at: number
  times: number
}

/** Which delivery brought a body first. Written while processing: an index over bodies would double the cost of accepting. */
export interface SeenBodiesTable {
  source_id: number
  body_sha256: string
  delivery_id: number
}

export interface UsersTable {
  id: Generated<number>
  email: string
  name: string
  role: string
  password_hash: string
  created_at: number
  disabled_at: number | null
  /** In which times are shown to them; an IANA name. */
  time_zone: Generated<string>
  /** With which view of the defects they begin; null: with the open ones. It may have gone. */
  first_view_id: number | null
  /** Which columns of the defects they leave out: names with commas between. */
  hidden_defect_columns: Generated<string>
  /** JSON array of names: may change things of these services only; null: of all. */
  services: string | null
  last_seen_at: number | null
  /** 0: made when they came from outside, and has none that anybody knows. */
  has_password: Generated<Flag>
}

/** Whoever has the text behind the hash may make an account, or choose a new password for one. */
export interface AccountLinksTable {
  id: Generated<number>
  kind: 'invitation' | 'reset'
  token_hash: string
  email: string
  /** Of an invitation. */
  name: string | null
  role: string | null
  services: string | null
  /** Of a reset. */
  user_id: number | null
  made_by: string
  made_at: number
  expires_at: number
}

/** The outbox of mails that carry links to accounts; one that is used or replaced takes its mail along. */
export interface AccountMailsTable {
  link_id: number
  /** Sealed with the key file; null once it was sent or given up. operations/access/account-mail.ts */
  sealed_token: string | null
  /** ready, sending, sent, failed */
  state: string
  created_at: number
  /** ready: to be sent; sending: after it the sender counts as gone. null: nothing is due. */
  due_at: number | null
  attempt: number
  fence: number
  finished_at: number | null
  /** Why it was not sent, so far. */
  reason: string | null
}

/** Somebody typed an address because they forgot their password; whether it is known is looked up afterwards. */
export interface PasswordRequestsTable {
  id: Generated<number>
  /** Sealed with the key file: what is typed there may be a password. operations/access/forgotten-password.ts */
  sealed_email: string
  /** Where they came from. */
  address: string
  asked_at: number
}

/** What somebody had typed when they had to sign in first. */
export interface KeptFormsTable {
  id_hash: string
  user_id: number
  /** Sealed with the key file; no secrets in it. core/access/kept-form.ts */
  sealed_form: string
  kept_at: number
  expires_at: number
}

/** A filter of the defects under a name. */
export interface SavedViewsTable {
  id: Generated<number>
  user_id: number
  name: string
  /** As it stands in the address. */
  query: string
  shared: Flag
  created_at: number
}

export interface SessionsTable {
  /** SHA-256 of the cookie value, hex. */
  id_hash: string
  user_id: number
  csrf_token: string
  created_at: number
  last_seen_at: number
  expires_at: number
  user_agent: string | null
  address: string | null
  /** How it began; operations/access/sign-in-way.ts. */
  way: Generated<string>
  /** Whom the proxy named, for sessions that live by its word. */
  subject: string | null
}

/** What makes the six digits of a person's authenticator. */
export interface TotpSecretsTable {
  user_id: number
  sealed_secret: string
  created_at: number
  /** null: set up but not yet shown to work; it asks nobody for a code. */
  confirmed_at: number | null
  /** The time step of the last code that was taken; none up to it is taken again. */
  last_step: number
}

export interface RecoveryCodesTable {
  user_id: number
  /** SHA-256, hex: each has 120 random bits. */
  code_hash: string
  created_at: number
  used_at: number | null
}

export interface PasskeysTable {
  id: Generated<number>
  user_id: number
  /** Random, the same for all passkeys of a person: what authenticators know them by. */
  user_handle: string
  /** base64url */
  credential_id: string
  /** COSE, base64url. */
  public_key: string
  /** As the authenticator last said; those that do not count say 0. */
  sign_count: number
  /** With commas between. */
  transports: string
  name: string
  created_at: number
  last_used_at: number | null
}

/** Who somebody is to an identity provider (its issuer URL) or to the proxy (`proxy`). */
export interface OutsideIdentitiesTable {
  issuer: string
  subject: string
  user_id: number
  linked_at: number
  last_used_at: number
}

/** A sign-in or a registration between two requests of one browser. */
export interface PendingSignInsTable {
  /** SHA-256 of the cookie value, hex. */
  id_hash: string
  kind: string
  user_id: number | null
  data_json: string
  /** Where it came from, as attempts are counted. */
  network: string
  created_at: number
  expires_at: number
}

/** Failed sign-ins per subject (account or address) for throttling. */
export interface LoginAttemptsTable {
  subject: string
  failures: number
  blocked_until: number
  last_at: number
}

export interface SetupLinksTable {
  /** Always 1: there is one at most. */
  id: number
  token_hash: string
  expires_at: number
}

export interface ApiTokensTable {
  id: Generated<number>
  name: string
  /** First characters, for people to recognise it. */
  prefix: string
  token_hash: string
  /** Comma-separated: read, deployments:write, defects:write */
  scopes: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
  /** JSON array of names: may change things of these services only; null: of all. */
  services: string | null
  made_by: string | null
  /** The one that takes over. */
  successor_id: number | null
}

export interface SettingsTable {
  name: string
  value: string
}

/** id is the number people say: ER-<id>. One at most is open for a service and environment. */
export interface EmergencyReleasesTable {
  id: Generated<number>
  service_id: number
  environment_id: number
  /** rollback, hotfix */
  strategy: string
  /** core/emergency/transitions.ts EmergencyState */
  state: string
  /** Number of its last step; every form and call says which it has seen. */
  step: number
  /** Of the request to CI; 0 while there is none. */
  generation: number
  /** What was live when it was opened, as far as was known. */
  from_version: string | null
  target_version: string
  /** Of a hotfix. */
  base_version: string | null
  ref: string | null
  reason: string
  /** As they stood when it was opened: core/emergency/checks.ts Check[]. */
  checks_json: string
  /** Of the form or the call that opened it. */
  form_key: string
  /** core/emergency/approval.ts Actor id */
  opened_by: string
  opened_name: string
  opened_at: number
  approved_at: number | null
  approved_name: string | null
  /** How the policy allowed it: core/emergency/approval.ts. */
  approved_as: string | null
  deployed_at: number | null
  verified_at: number | null
  ended_at: number | null
  /** Why it is back where it was, or what was seen again; null: nothing is wrong. */
  trouble: string | null
  /** Checks that people ticked: title to name, JSON object. */
  ticks_json: string
  /** 1 after a break-glass approval. */
  needs_review: Flag
  reviewed_at: number | null
}

/** What was done: one row for every accepted step, in its transaction; never changed. */
export interface EmergencyStepsTable {
  emergency_id: number
  number: number
  at: number
  /** null: the server by itself. */
  actor_id: string | null
  actor_name: string | null
  /** open, or core/emergency/transitions.ts EmergencyAction */
  action: string
  from_state: string | null
  to_state: string
  detail_json: string
  /** Of the form or call; the same one again changes nothing. */
  request_key: string | null
}

export interface EmergencyDefectsTable {
  emergency_id: number
  defect_id: number
}

/** The outbox: what CI is to be asked for, written in the transaction that decides it. core/emergency/dispatch.ts */
export interface EmergencyDispatchesTable {
  id: Generated<number>
  emergency_id: number
  /** ci_targets.id, which may be gone. */
  target_id: number
  generation: number
  /** As it was when it was approved; another one is not sent to. */
  target_revision: number
  target_name: string
  /** `ER-27-1` */
  key: string
  /** outbound/ci/trigger.ts FireRequest, the same in every try. */
  request_json: string
  decided_at: number
  state: string
  /** ready: to be sent; sending: after it the sender counts as gone; unknown: to be looked for. null: nothing is due. */
  due_at: number | null
  /** Calls made or begun. */
  attempt: number
  /** Of them, those that ended in doubt. */
  doubtful: number
  /** Looks since the last call. */
  looks: number
  /** 1: the last call came to an end that we saw. */
  answered: Flag
  /** The instance that has it. */
  owner: string | null
  /** One more whenever it is taken; who comes back with an older one changes nothing. */
  fence: number
  /** When the last call began. */
  sent_at: number | null
  finished_at: number | null
  run_id: string | null
  run_url: string | null
  reason: string | null
}

/** Every call and every look, written before it is made. */
export interface EmergencyAttemptsTable {
  id: Generated<number>
  dispatch_id: number
  /** fire, look */
  kind: string
  number: number
  began_at: number
  ended_at: number | null
  /** The kind of outcome; null: nobody came back. */
  outcome: string | null
  detail: string | null
}

/** Which CI is asked for a place. */
export interface CiTargetsTable {
  id: Generated<number>
  service_id: number
  environment_id: number
  /** outbound/ci/index.ts */
  kind: string
  settings_json: string
  /** Sealed with the key file; operations/emergency/ci-targets.ts. */
  sealed_secret: string
  revision: number
  saved_at: number
  saved_name: string
}

/** What an operator says of an environment; without a row the usual holds. */
export interface EmergencyPoliciesTable {
  environment_id: number
  own_requests: string
  break_glass: Flag
  /** How long linked defects must be quiet. */
  quiet_minutes: number
  /** Titles of what people tick, JSON array. */
  human_checks_json: string
  saved_at: number
  saved_name: string
}

/** Locks that people set. An open emergency release locks its place without a row here. */
export interface DeployLocksTable {
  id: Generated<number>
  /** null: every service */
  service_id: number | null
  environment_id: number
  reason: string
  set_name: string
  set_at: number
  released_name: string | null
  released_at: number | null
  /** Of the call that set it; null: on a page. */
  set_key: string | null
}

/** core/time/freeze.ts; rows are never deleted. */
export interface FreezesTable {
  id: Generated<number>
  /** null: all services. */
  service_id: number | null
  environment_id: number
  from_at: number
  to_at: number
  reason: string
  created_by: string
  created_at: number
  changed_by: string | null
  changed_at: number | null
  ended_by: string | null
  ended_at: number | null
}

/** Who did what; entries are only ever added, and each is bound to the one before it (core/audit/chain.ts). */
export interface AuditEntriesTable {
  /** 1, 2, 3 … without gaps. */
  number: number
  at: number
  actor_kind: string
  actor_id: string | null
  actor_name: string
  address: string | null
  action: string
  subject_kind: string
  subject_id: string
  subject_name: string
  /** No secrets in it, not even sealed ones. */
  change_json: string
  previous_hash: string
  hash: string
}

/** One row: the newest entry. */
export interface AuditHeadTable {
  number: number
  hash: string
}

export interface RulesTable {
  id: Generated<number>
  name: string
  is_on: Flag
  /** core/rules/rule.ts Rule */
  definition_json: string
  /** What happened before it was switched on or last changed is not its business. */
  watches_since: number
  muted_until: number | null
  muted_name: string | null
  saved_at: number
  saved_name: string
  /** What it did stays. */
  removed_at: number | null
}

/** What a rule did, or was held back from; one row for each subject, whatever happens again. */
export interface RuleFiringsTable {
  id: Generated<number>
  rule_id: number
  /** core/rules/standing.ts subjectOf */
  subject: string
  /** fired, muted, capped */
  outcome: string
  at: number
  happened_at: number
  service_id: number | null
  environment_id: number | null
  release_id: number | null
  defect_id: number | null
  emergency_id: number | null
  /** 1: it approved a rollback. */
  rolled_back: Flag
  /** What happened, in one line. */
  what: string
  /** core/rules/judge-rule.ts Reason[] */
  reasons_json: string
  /** What it did, sentences; JSON array. */
  done_json: string
}

/** Defects to be held against the rules; kept by triggers. */
export interface RuleChecksTable {
  defect_id: number
}

/** Where rules may fire a rollback; an admin said so. */
export interface RuleRollbacksTable {
  service_id: number
  environment_id: number
  most_a_day: number
  set_name: string
  set_at: number
}

/** One for each service, and one for all others. */
export interface OnCallSchedulesTable {
  id: Generated<number>
  /** null: all services without one of their own. */
  service_id: number | null
  /** rotation, calendar */
  kind: string
  /** core/oncall/read-schedule.ts ScheduleSettings */
  settings_json: string
  /** Of the calendar; whoever knows it may read it. operations/oncall/save-schedule.ts */
  sealed_address: string | null
  /** Of the calendar, as it was last read: core/oncall/schedule.ts Shift[]. */
  shifts_json: string
  /** When it was last read well, and last tried. */
  read_at: number | null
  tried_at: number | null
  /** When it is to be read again; null: never, it is no calendar. */
  due_at: number | null
  /** Why the last try failed. */
  trouble: string | null
  saved_at: number
  saved_name: string
}

/** Where people are told what happens. */
export interface ChannelsTable {
  id: Generated<number>
  name: string
  /** outbound/channels/index.ts */
  kind: string
  /** Where it goes, without what must stay secret. */
  shown: string
  /** What is no secret; the kind's own. */
  settings_json: string
  /** The address and the keys, sealed with the key file; empty where there are none. operations/notifications/channels.ts */
  sealed_secret: string
  /** core/notifications/subscription.ts Subscription */
  subscription_json: string
  /** Messages an hour; what comes on top is put together. */
  cap_per_hour: number
  /** 0: at once; else everything is put together, so often. */
  digest_minutes: number
  enabled: Flag
  /** One more whenever something is taken to be sent; who has seen an older one is too late. */
  turn: number
  /** In a row. */
  failures: number
  /** Nothing is sent before: it failed too often, or the other side asked for a pause. */
  held_until: number | null
  last_sent_at: number | null
  last_failed_at: number | null
  last_failure: string | null
  made_at: number
  saved_at: number
  saved_name: string
}

/** The outbox of messages, written in the transaction of what they tell. */
export interface NotificationsTable {
  id: Generated<number>
  /** `channel:7`, `mail:ana@b.example` */
  target: string
  /** channels.id; null for a mail to one person. */
  channel_id: number | null
  mail_to: string | null
  /** core/notifications/announcement.ts AnnouncementEvent */
  event: string
  /** The same fact has the same one, and is told a target once. */
  dedupe_key: string
  /** core/notifications/announcement.ts Announcement */
  announcement_json: string
  /** 1: never waits to be put together with others. */
  urgent: Flag
  happened_at: number
  created_at: number
  /** ready, sending, sent, failed */
  state: string
  /** ready: to be sent; sending: after it the sender counts as gone. null: nothing is due. */
  due_at: number | null
  /** 1: it waits to be put together with others, or was. */
  digest: Flag
  attempt: number
  owner: string | null
  fence: number
  sent_at: number | null
  finished_at: number | null
  /** Why it was not sent, so far. */
  reason: string | null
}

/** Keys of messages that were let go of, where the fact could be told again. */
export interface ToldFactsTable {
  target: string
  dedupe_key: string
}

/** What was last seen of a release that is live; a word that turned is told. */
export interface WatchedVerdictsTable {
  release_id: number
  environment_id: number
  word: string
  since: number
}

/** A report as it was made; it never changes. */
export interface ReportSnapshotsTable {
  id: Generated<number>
  /** core/reports/snapshot.ts ReportSubject */
  kind: 'release' | 'period'
  title: string
  /** null: about all services. */
  service_id: number | null
  /** core/reports/snapshot.ts ReportSnapshot */
  snapshot_json: string
  /** When what was processed last had come in. null: nothing ever had. */
  data_until: number | null
  made_by: string
  made_at: number
}

/** Whoever has the text behind the hash may read the report while the link is in force. */
export interface ReportLinksTable {
  id: Generated<number>
  report_id: number
  token_hash: string
  hides_people: Flag
  made_by: string
  made_at: number
  expires_at: number
  /** Ended before its time. */
  ended_at: number | null
  ended_by: string | null
  /** How often it was opened. */
  opened: number
  last_opened_at: number | null
}

export interface ReportSchedulesTable {
  id: Generated<number>
  cadence: 'weekly' | 'monthly' | 'emergency-closed'
  /** null: all services in one report. */
  service_id: number | null
  /** In which weeks and months are counted. */
  zone: string
  enabled: Flag
  /** When it was switched on last: what ended before is not reported. */
  since: number
  made_by: string
  made_at: number
}

/** One report of each schedule for each period, whichever instance makes it. */
export interface ReportRunsTable {
  schedule_id: number
  /** `2026-11-23`, the first day of it; `ER-27` */
  period: string
  made_at: number
}
