import type { AttributionRemainder } from '../../src/store/attribution/attributions.ts'
import type { Db } from '../../src/store/database.ts'

/**
 * Every table that people see, with names in place of the numbers that depend on who came first. Two databases that
 * were told the same things must give equal results, in whatever order they heard them.
 */
export async function visibleState(db: Db): Promise<Record<string, readonly unknown[]>> {
  const defectNames = await nameDefects(db)
  const named = <Row extends { defect_id: number }>({ defect_id, ...row }: Row) => ({
    defect: defectNames.get(defect_id),
    ...row,
  })
  const services = await db.selectFrom('services').select(['name', 'order_policy']).execute()
  const environments = await db
    .selectFrom('environments')
    .select(['name', 'tier', 'tier_stated_at', 'said_tier'])
    .execute()
  const releases = await db
    .selectFrom('releases')
    .innerJoin('services', 'services.id', 'releases.service_id')
    .leftJoin('releases as alias_of', 'alias_of.id', 'releases.alias_of_id')
    .selectAll('releases')
    .select(['services.name as service', 'alias_of.version as alias_of'])
    .execute()
  const sessions = await db
    .selectFrom('session_counts')
    .innerJoin('services', 'services.id', 'session_counts.service_id')
    .select(['services.name as service', 'version', 'environment', 'day', 'total', 'crashed'])
    .where('total', '>', 0)
    .execute()
  const defectDays = await db
    .selectFrom('defect_days')
    .innerJoin('services', 'services.id', 'defect_days.service_id')
    .innerJoin('environments', 'environments.id', 'defect_days.environment_id')
    .select(['services.name as service', 'environments.name as environment', 'day'])
    .select(['s1', 's2', 's3', 's4', 'by_people', 'fixed', 'given_up'])
    .execute()
  const unplacedDefectDays = await db
    .selectFrom('unplaced_defect_days')
    .leftJoin('environments', 'environments.id', 'unplaced_defect_days.environment_id')
    .select(['environments.name as environment', 'day', 's1', 's2', 's3', 's4'])
    .execute()
  const defectHours = await db
    .selectFrom('defect_hours')
    .leftJoin('environments', 'environments.id', 'defect_hours.environment_id')
    .leftJoin('services', 'services.id', 'defect_hours.service_id')
    .select(['environments.name as environment', 'services.name as service', 'hour'])
    .select(['s1', 's2', 's3', 's4', 'by_people', 'fixed', 'given_up'])
    .execute()
  const openDefects = await db
    .selectFrom('open_defects')
    .leftJoin('environments', 'environments.id', 'open_defects.environment_id')
    .leftJoin('services', 'services.id', 'open_defects.service_id')
    .select(['environments.name as environment', 'services.name as service', 'severity', 'defects'])
    .execute()
  const deploymentDays = await db
    .selectFrom('deployment_days')
    .innerJoin('services', 'services.id', 'deployment_days.service_id')
    .innerJoin('environments', 'environments.id', 'deployment_days.environment_id')
    .select(['services.name as service', 'environments.name as environment', 'day'])
    .select(['deployments', 'rollbacks', 'emergencies', 'failed'])
    .execute()
  const failedDeployments = await db
    .selectFrom('failed_deployments')
    .innerJoin('deployments', 'deployments.id', 'failed_deployments.deployment_id')
    .select(['natural_key', 'failed_deployments.at'])
    .execute()
  const commits = await db
    .selectFrom('release_commits')
    .innerJoin('releases', 'releases.id', 'release_commits.release_id')
    .select([
      'releases.version',
      'release_commits.sha',
      'release_commits.message',
      'release_commits.author',
      'release_commits.at',
      'release_commits.stated',
    ])
    .execute()
  const releaseChanges = await db
    .selectFrom('release_changes')
    .innerJoin('releases', 'releases.id', 'release_changes.release_id')
    .innerJoin('services', 'services.id', 'release_changes.service_id')
    .select(['services.name as service', 'releases.version', 'times_json'])
    .execute()
  const files = await db
    .selectFrom('release_files')
    .innerJoin('releases', 'releases.id', 'release_files.release_id')
    .innerJoin('services', 'services.id', 'release_files.service_id')
    .select(['services.name as service', 'releases.version', 'path', 'stated'])
    .execute()
  const knownCommits = await db
    .selectFrom('commits')
    .innerJoin('repositories', 'repositories.id', 'commits.repository_id')
    .select(['repositories.name as repository', 'sha', 'message', 'author', 'at', 'files_json'])
    .execute()
  const pushes = await db
    .selectFrom('pushes')
    .innerJoin('repositories', 'repositories.id', 'pushes.repository_id')
    .leftJoin('push_commits', 'push_commits.push_id', 'pushes.id')
    .select(['repositories.name as repository', 'before_sha', 'after_sha', 'position', 'sha'])
    .execute()
  const deployments = await db
    .selectFrom('deployments')
    .innerJoin('services', 'services.id', 'deployments.service_id')
    .innerJoin('environments', 'environments.id', 'deployments.environment_id')
    .innerJoin('releases', 'releases.id', 'deployments.release_id')
    .leftJoin('releases as replaced', 'replaced.id', 'deployments.replaced_release_id')
    .select([
      'services.name as service',
      'environments.name as environment',
      'releases.version',
      'replaced.version as replaced',
      'natural_key',
      'deployments.facts_json',
      'status',
      'action',
      'effect',
      'started_at',
      'finished_at',
      'at',
      'deployments.url',
      'actor',
      'deployments.commit_sha',
      'percent',
    ])
    .execute()
  const intervals = await db
    .selectFrom('live_intervals')
    .innerJoin('services', 'services.id', 'live_intervals.service_id')
    .innerJoin('environments', 'environments.id', 'live_intervals.environment_id')
    .innerJoin('releases', 'releases.id', 'live_intervals.release_id')
    .innerJoin('deployments', 'deployments.id', 'live_intervals.deployment_id')
    .select([
      'services.name as service',
      'environments.name as environment',
      'releases.version',
      'deployments.natural_key as deployment',
      'from_at',
      'to_at',
    ])
    .execute()
  const firstDeployments = await db
    .selectFrom('first_deployments')
    .innerJoin('releases', 'releases.id', 'first_deployments.release_id')
    .innerJoin('services', 'services.id', 'first_deployments.service_id')
    .innerJoin('environments', 'environments.id', 'first_deployments.environment_id')
    .select(['services.name as service', 'environments.name as environment', 'releases.version', 'at'])
    .execute()
  const defects = await db
    .selectFrom('defects')
    .leftJoin('services', 'services.id', 'defects.service_id')
    .leftJoin('environments', 'environments.id', 'defects.environment_id')
    .leftJoin('releases', 'releases.id', 'defects.suspect_release_id')
    .select([
      'defects.id as defect_id',
      'title',
      'description',
      'services.name as service',
      'environments.name as environment',
      'stated_version',
      'stated_commit',
      'stated_deployment',
      'severity',
      'status',
      'open',
      'phase',
      'defects.url',
      'fixed_in_json',
      'fixes_json',
      'ever_fixed',
      'contested',
      'regression_answer',
      'regression_sentence',
      'regression_at',
      'generation',
      'generation_since',
      'first_seen_at',
      'last_seen_at',
      'detected_at',
      'reported_at',
      'acknowledged_at',
      'mitigated_at',
      'resolved_at',
      'occurrences',
      'status_at',
      'attribution',
      'releases.version as suspect',
      'suspect_probability',
      'attribution_reason',
      'attribution_json',
      'defects.detection',
      'introduced_in',
      'evidence_json',
    ])
    .where('merged_into_id', 'is', null)
    .execute()
  const culprits = await db.selectFrom('defect_culprits').select(['defect_id', 'sha']).execute()
  const reports = await db
    .selectFrom('reports')
    .select(['defect_id', 'identity', 'facts_json', 'first_seen_at', 'last_seen_at', 'first_said_at', 'occurrences'])
    .execute()
  const statements = await db
    .selectFrom('status_statements')
    .innerJoin('reports', 'reports.id', 'status_statements.report_id')
    .select(['identity', 'at', 'status', 'fixed_in_json', 'sighted'])
    .execute()
  const sightings = await db
    .selectFrom('sightings')
    .innerJoin('reports', 'reports.id', 'sightings.report_id')
    .select(['identity', 'seen_at', 'count', 'version', 'commit_sha', 'environment'])
    .execute()
  const generations = await db
    .selectFrom('generations')
    .leftJoin('releases', 'releases.id', 'generations.release_id')
    .select(['defect_id', 'number', 'since_at', 'releases.version', 'seen_version', 'sentence', 'fixed_at'])
    .select('fixed_in_json')
    .execute()
  const buckets = await db.selectFrom('occurrence_buckets').selectAll().execute()
  const suspects = await db
    .selectFrom('suspects')
    .innerJoin('releases', 'releases.id', 'suspects.release_id')
    .select(['defect_id', 'rank', 'releases.version', 'probability', 'evidence_json'])
    .execute()
  return {
    services: sorted(services),
    environments: sorted(environments),
    releases: sorted(
      releases.map(({ id: _, service_id: __, alias_of_id: ___, ...row }) => ({
        ...row,
        emergency_json: withDefectNames(row.emergency_json, defectNames),
      })),
    ),
    sessions: sorted(sessions),
    defectDays: sorted(defectDays),
    unplacedDefectDays: sorted(unplacedDefectDays),
    defectHours: sorted(defectHours),
    openDefects: sorted(openDefects),
    deploymentDays: sorted(deploymentDays),
    failedDeployments: sorted(failedDeployments),
    releaseChanges: sorted(releaseChanges),
    commits: sorted(commits),
    files: sorted(files),
    knownCommits: sorted(knownCommits),
    pushes: sorted(pushes),
    deployments: sorted(deployments),
    intervals: sorted(intervals),
    firstDeployments: sorted(firstDeployments),
    defects: sorted(defects.map(withConclusion).map(named)),
    culprits: sorted(culprits.map(named)),
    reports: sorted(reports.map(named)),
    statements: sorted(statements),
    sightings: sorted(sightings),
    generations: sorted(generations.map(named)),
    buckets: sorted(buckets.map(named)),
    suspects: sorted(suspects.map(named)),
  }
}

/** What was concluded, without the numbers of releases. */
function withConclusion<Row extends { attribution_json: string }>({ attribution_json, ...row }: Row) {
  const { rest, seenIn, model } = JSON.parse(attribution_json) as Partial<AttributionRemainder>
  return { ...row, rest, seenIn: seenIn && { version: seenIn.version, how: seenIn.how }, model }
}

/** A defect by the least of its keys: the same whoever reported first. */
async function nameDefects(db: Db): Promise<Map<number, string>> {
  const keys = await db.selectFrom('defect_keys').select(['defect_id', 'key']).orderBy('key', 'desc').execute()
  return new Map(keys.map(({ defect_id, key }) => [defect_id, key]))
}

const withDefectNames = (reasonsJson: string, names: ReadonlyMap<number, string>) =>
  (JSON.parse(reasonsJson) as { defectIds?: number[] }[]).map(({ defectIds, ...reason }) => ({
    ...reason,
    ...(defectIds && { defects: sorted(defectIds.map((id) => names.get(id))) }),
  }))

const sorted = (rows: readonly unknown[]): unknown[] =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
