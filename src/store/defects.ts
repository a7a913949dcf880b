import {
  ATTRIBUTION_METHOD,
  type Attribution,
  type AttributionState,
  type LiveThen,
  type ReleaseName,
} from '../core/attribution.ts'
import { bucketOf, type Decisions, type Defect, isOpen, type Report, type ReportFacts } from '../core/defect.ts'
import type { Db } from './database.ts'

/** What attribution needs to know of a stored defect. */
export interface DefectRecord {
  readonly id: number
  readonly serviceId: number | undefined
  readonly environmentId: number | undefined
  readonly environmentName: string | undefined
  readonly firstSeenAt: number
  readonly stated: {
    readonly deployment: string | undefined
    readonly version: string | undefined
    readonly commit: string | undefined
  }
  readonly decisions: Decisions
}

/** The defects, merged ones followed to their survivor, that already have one of the keys; lowest id first. */
export async function findDefectIds(db: Db, keys: readonly string[]): Promise<number[]> {
  const rows = await db
    .selectFrom('defect_keys')
    .select('defect_id')
    .distinct()
    .where('key', 'in', [...keys])
    .execute()
  return rows.map((row) => row.defect_id).sort((a, b) => a - b)
}

/** Makes room for a new defect; everything in it follows from its reports and is written by `saveDefect`. */
export async function reserveDefect(db: Db, now: number): Promise<number> {
  const { id } = await db
    .insertInto('defects')
    .values({
      title: '',
      severity: 'S3',
      status: 'open',
      open: 1,
      first_seen_at: now,
      last_seen_at: now,
      detected_at: now,
      occurrences: 0,
      status_at: now,
      fixed_in_json: '[]',
      decisions_json: '{}',
      attribution: 'unattributed',
      attribution_method: ATTRIBUTION_METHOD,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function addDefectKeys(db: Db, defectId: number, keys: readonly string[]): Promise<void> {
  await db
    .insertInto('defect_keys')
    .values(keys.map((key) => ({ key, defect_id: defectId })))
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute()
}

export async function saveDefect(
  db: Db,
  id: number,
  defect: Defect,
  place: { serviceId: number | undefined; environmentId: number | undefined },
): Promise<void> {
  await db
    .updateTable('defects')
    .set({
      title: defect.title,
      description: defect.description ?? null,
      service_id: place.serviceId ?? null,
      environment_id: place.environmentId ?? null,
      stated_version: defect.version ?? null,
      stated_commit: defect.commit ?? null,
      stated_deployment: defect.deployment ?? null,
      severity: defect.severity,
      status: defect.status,
      open: isOpen(defect.status) ? 1 : 0,
      phase: defect.phase ?? null,
      url: defect.url ?? null,
      first_seen_at: defect.firstSeenAt,
      last_seen_at: defect.lastSeenAt,
      detected_at: defect.detectedAt,
      occurrences: defect.occurrences,
      status_at: defect.statusAt,
    })
    .where('id', '=', id)
    .execute()
}

export async function getDecisions(db: Db, defectId: number): Promise<Decisions> {
  const row = await db
    .selectFrom('defects')
    .select('decisions_json')
    .where('id', '=', defectId)
    .executeTakeFirstOrThrow()
  return JSON.parse(row.decisions_json) as Decisions
}

export async function saveDecisions(db: Db, defectId: number, decisions: Decisions): Promise<void> {
  await db
    .updateTable('defects')
    .set({ decisions_json: JSON.stringify(decisions) })
    .where('id', '=', defectId)
    .execute()
}

export async function setFixedIn(db: Db, defectId: number, versions: readonly string[]): Promise<void> {
  await db
    .updateTable('defects')
    .set({ fixed_in_json: JSON.stringify(versions) })
    .where('id', '=', defectId)
    .execute()
}

export async function setAssignee(db: Db, defectId: number, userId: number | null): Promise<void> {
  await db.updateTable('defects').set({ assignee_id: userId }).where('id', '=', defectId).execute()
}

/** What a change of a defect is told against. */
export async function getDefectState(
  db: Db,
  id: number,
): Promise<{ status: string; severity: string; assigneeId: number | null }> {
  const row = await db
    .selectFrom('defects')
    .select(['status', 'severity', 'assignee_id'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return { status: row.status, severity: row.severity, assigneeId: row.assignee_id }
}

/** Service and version of a release, for the record of a decision. */
export const findSuspectName = (db: Db, releaseId: number): Promise<{ service: string; version: string } | undefined> =>
  db
    .selectFrom('releases')
    .innerJoin('services', 'services.id', 'releases.service_id')
    .select(['services.name as service', 'releases.version'])
    .where('releases.id', '=', releaseId)
    .executeTakeFirst()

/** The defect behind a number; a merged one leads to the one it was merged into. */
export async function resolveDefect(db: Db, id: number): Promise<number | undefined> {
  const row = await db.selectFrom('defects').select(['id', 'merged_into_id']).where('id', '=', id).executeTakeFirst()
  if (!row) return undefined
  return row.merged_into_id === null ? row.id : resolveDefect(db, row.merged_into_id)
}

export async function getDefect(db: Db, id: number): Promise<DefectRecord> {
  return toRecord(await selectDefects(db).where('defects.id', '=', id).executeTakeFirstOrThrow())
}

/** Defects of a service in the order of their first sighting, after the given place in that order. */
export async function listDefectsAfter(
  db: Db,
  serviceId: number,
  place: { readonly firstSeenAt: number; readonly id: number },
  limit: number,
): Promise<DefectRecord[]> {
  const rows = await selectDefects(db)
    .where('service_id', '=', serviceId)
    .where((eb) => eb(eb.refTuple('first_seen_at', 'defects.id'), '>', eb.tuple(place.firstSeenAt, place.id)))
    .where('merged_into_id', 'is', null)
    .orderBy('first_seen_at')
    .orderBy('defects.id')
    .limit(limit)
    .execute()
  return rows.map(toRecord)
}

/** When the first defect of the service was seen that names this version, one of these commits, or this deployment. */
export async function findFirstNaming(
  db: Db,
  serviceId: number,
  named: { version?: string; commits?: readonly string[] | 'any'; deployment?: string },
): Promise<number | undefined> {
  const firsts: (number | null | undefined)[] = []
  const of = () =>
    db
      .selectFrom('defects')
      .select((eb) => eb.fn.min<number | null>('first_seen_at').as('first'))
      .where('service_id', '=', serviceId)
  if (named.version !== undefined)
    firsts.push((await of().where('stated_version', '=', named.version).executeTakeFirst())?.first)
  if (named.commits === 'any')
    firsts.push((await of().where('stated_commit', 'is not', null).executeTakeFirst())?.first)
  else if (named.commits && named.commits.length > 0)
    firsts.push((await of().where('stated_commit', 'in', named.commits.slice(0, 1_000)).executeTakeFirst())?.first)
  if (named.deployment !== undefined)
    firsts.push((await of().where('stated_deployment', '=', named.deployment).executeTakeFirst())?.first)
  const known = firsts.filter((first): first is number => first !== null && first !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

/** Moves everything of one defect to another and leaves a pointer behind. */
export async function moveDefect(db: Db, from: number, to: number): Promise<void> {
  await db.updateTable('reports').set({ defect_id: to }).where('defect_id', '=', from).execute()
  await db.updateTable('defect_keys').set({ defect_id: to }).where('defect_id', '=', from).execute()
  await db.updateTable('activities').set({ defect_id: to }).where('defect_id', '=', from).execute()
  await db.deleteFrom('suspects').where('defect_id', '=', from).execute()
  const buckets = await db
    .selectFrom('occurrence_buckets')
    .select(['bucket_at', 'count'])
    .where('defect_id', '=', from)
    .execute()
  for (const bucket of buckets) await addToBucket(db, to, bucket.bucket_at, bucket.count)
  await db.deleteFrom('occurrence_buckets').where('defect_id', '=', from).execute()
  await db
    .updateTable('defects')
    .set({ merged_into_id: to, open: 0, suspect_release_id: null })
    .where('id', '=', from)
    .execute()
}

export interface ReportRecord {
  readonly id: number
  readonly defectId: number
  readonly facts: ReportFacts
  readonly firstSaidAt: number
}

export async function findReport(db: Db, sourceId: number, identity: string): Promise<ReportRecord | undefined> {
  const row = await db
    .selectFrom('reports')
    .select(['id', 'defect_id', 'facts_json', 'first_said_at'])
    .where('source_id', '=', sourceId)
    .where('identity', '=', identity)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      defectId: row.defect_id,
      facts: JSON.parse(row.facts_json) as ReportFacts,
      firstSaidAt: row.first_said_at,
    }
  )
}

export async function insertReport(
  db: Db,
  report: { sourceId: number; identity: string; defectId: number; facts: ReportFacts; firstSaidAt: number },
): Promise<number> {
  const { id } = await db
    .insertInto('reports')
    .values({
      source_id: report.sourceId,
      identity: report.identity,
      defect_id: report.defectId,
      facts_json: JSON.stringify(report.facts),
      first_said_at: report.firstSaidAt,
      occurrences: 0,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function updateReport(db: Db, id: number, facts: ReportFacts, firstSaidAt: number): Promise<void> {
  await db
    .updateTable('reports')
    .set({ facts_json: JSON.stringify(facts), first_said_at: firstSaidAt })
    .where('id', '=', id)
    .execute()
}

export async function listReports(db: Db, defectId: number): Promise<Report[]> {
  const rows = await db
    .selectFrom('reports')
    .innerJoin('sources', 'sources.id', 'reports.source_id')
    .select([
      'sources.slug',
      'reports.identity',
      'reports.facts_json',
      'reports.first_seen_at',
      'reports.last_seen_at',
      'reports.first_said_at',
      'reports.occurrences',
    ])
    .where('reports.defect_id', '=', defectId)
    .execute()
  return rows.map((row) => ({
    key: `${row.slug} ${row.identity}`,
    facts: JSON.parse(row.facts_json) as ReportFacts,
    firstSeenAt: row.first_seen_at ?? undefined,
    lastSeenAt: row.last_seen_at ?? undefined,
    firstSaidAt: row.first_said_at,
    occurrences: row.occurrences,
  }))
}

/**
 * Counts a sighting unless it was counted before. Of two statements about the same sighting the earlier, then the
 * larger one holds, whichever came first.
 * @returns whether anything changed
 */
export async function countSighting(
  db: Db,
  report: { id: number; defectId: number },
  sighting: { key: string; seenAt: number; count: number },
): Promise<boolean> {
  const held = await db
    .selectFrom('sightings')
    .select(['seen_at', 'count'])
    .where('report_id', '=', report.id)
    .where('key', '=', sighting.key)
    .executeTakeFirst()
  if (held) {
    const wins = sighting.seenAt < held.seen_at || (sighting.seenAt === held.seen_at && sighting.count > held.count)
    if (!wins) return false
    await addToBucket(db, report.defectId, bucketOf(held.seen_at), -held.count)
    await db
      .updateTable('sightings')
      .set({ seen_at: sighting.seenAt, count: sighting.count })
      .where('report_id', '=', report.id)
      .where('key', '=', sighting.key)
      .execute()
  } else {
    await db
      .insertInto('sightings')
      .values({ report_id: report.id, key: sighting.key, seen_at: sighting.seenAt, count: sighting.count })
      .execute()
  }
  await addToBucket(db, report.defectId, bucketOf(sighting.seenAt), sighting.count)
  if (held) await recountReport(db, report.id)
  else
    await db
      .updateTable('reports')
      .set((eb) => ({
        occurrences: eb('occurrences', '+', sighting.count),
        first_seen_at: eb
          .case()
          .when(eb.or([eb('first_seen_at', 'is', null), eb('first_seen_at', '>', sighting.seenAt)]))
          .then(sighting.seenAt)
          .else(eb.ref('first_seen_at'))
          .end(),
        last_seen_at: eb
          .case()
          .when(eb.or([eb('last_seen_at', 'is', null), eb('last_seen_at', '<', sighting.seenAt)]))
          .then(sighting.seenAt)
          .else(eb.ref('last_seen_at'))
          .end(),
      }))
      .where('id', '=', report.id)
      .execute()
  return true
}

async function recountReport(db: Db, reportId: number): Promise<void> {
  const total = await db
    .selectFrom('sightings')
    .select((eb) => [
      eb.fn.min('seen_at').as('first'),
      eb.fn.max('seen_at').as('last'),
      eb.fn.sum<number>('count').as('occurrences'),
    ])
    .where('report_id', '=', reportId)
    .executeTakeFirstOrThrow()
  await db
    .updateTable('reports')
    .set({ first_seen_at: total.first, last_seen_at: total.last, occurrences: Number(total.occurrences) })
    .where('id', '=', reportId)
    .execute()
}

async function addToBucket(db: Db, defectId: number, bucketAt: number, count: number): Promise<void> {
  await db
    .insertInto('occurrence_buckets')
    .values({ defect_id: defectId, bucket_at: bucketAt, count })
    .onConflict((conflict) =>
      conflict
        .columns(['defect_id', 'bucket_at'])
        .doUpdateSet((eb) => ({ count: eb('occurrence_buckets.count', '+', eb.ref('excluded.count')) })),
    )
    .execute()
  if (count < 0)
    await db
      .deleteFrom('occurrence_buckets')
      .where('defect_id', '=', defectId)
      .where('bucket_at', '=', bucketAt)
      .where('count', '<=', 0)
      .execute()
}

/** Writes who is suspected; `decided` is a person's word, which holds above the ranking. */
export async function saveAttribution(
  db: Db,
  defectId: number,
  attribution: Attribution,
  decided: { state: AttributionState; releaseId: number | undefined } | undefined,
): Promise<void> {
  const [top] = attribution.suspects
  const named = attribution.state !== 'unattributed' ? top : undefined
  await db.deleteFrom('suspects').where('defect_id', '=', defectId).execute()
  if (attribution.suspects.length > 0)
    await db
      .insertInto('suspects')
      .values(
        attribution.suspects.map((suspect, i) => ({
          defect_id: defectId,
          rank: i + 1,
          release_id: suspect.releaseId,
          probability: suspect.probability,
          evidence_json: JSON.stringify(suspect.evidence),
        })),
      )
      .execute()
  await db
    .updateTable('defects')
    .set({
      attribution: decided?.state ?? attribution.state,
      suspect_release_id: (decided ? decided.releaseId : named?.releaseId) ?? null,
      suspect_probability: decided ? (decided.releaseId === undefined ? null : 1) : (named?.probability ?? null),
      attribution_reason: attribution.reason,
      attribution_method: ATTRIBUTION_METHOD,
    })
    .where('id', '=', defectId)
    .execute()
}

/**
 * What was live for a service just before an instant, newest first: in one environment, or in all of tier production.
 * What went live at that very instant did not bring what was seen then; often it is the answer to it, a roll-back whose
 * time stands for that of the fault.
 * Two index look-ups per environment.
 */
export async function listLiveAt(
  db: Db,
  serviceId: number,
  environmentId: number | undefined,
  at: number,
): Promise<LiveThen[]> {
  let places = db.selectFrom('environments').select(['id', 'name'])
  places =
    environmentId === undefined ? places.where('tier', '=', 'production') : places.where('id', '=', environmentId)
  const live: LiveThen[] = []
  for (const place of await places.execute()) {
    const [now, before] = await db
      .selectFrom('live_intervals')
      .innerJoin('releases', 'releases.id', 'live_intervals.release_id')
      .select(['releases.id', 'releases.version', 'from_at', 'to_at'])
      .where('live_intervals.service_id', '=', serviceId)
      .where('live_intervals.environment_id', '=', place.id)
      .where('from_at', '<', at)
      .orderBy('from_at', 'desc')
      .limit(2)
      .execute()
    if (!now || (now.to_at !== null && now.to_at < at)) continue
    live.push({
      environment: place.name,
      release: { id: now.id, version: now.version },
      since: now.from_at,
      before: before && before.to_at === now.from_at ? { id: before.id, version: before.version } : undefined,
    })
  }
  return live.sort((a, b) => b.since - a.since || (a.environment < b.environment ? -1 : 1))
}

/** The releases that a defect's own statements point at. */
export async function findStatedReleases(
  db: Db,
  serviceId: number,
  stated: DefectRecord['stated'],
): Promise<{ deployment: ReleaseName | undefined; version: ReleaseName | undefined; commit: ReleaseName | undefined }> {
  const { deployment, version, commit } = stated
  return {
    deployment: deployment === undefined ? undefined : await findReleaseOfDeployment(db, serviceId, deployment),
    version: version === undefined ? undefined : await findReleaseOfVersion(db, serviceId, version),
    commit: commit === undefined ? undefined : await findReleaseOfCommit(db, serviceId, commit),
  }
}

const findReleaseOfDeployment = (db: Db, serviceId: number, senderKey: string): Promise<ReleaseName | undefined> =>
  db
    .selectFrom('deployments')
    .innerJoin('releases', 'releases.id', 'deployments.release_id')
    .select(['releases.id', 'releases.version'])
    .where('deployments.service_id', '=', serviceId)
    .where('deployments.sender_key', '=', senderKey)
    .orderBy('deployments.at')
    .orderBy('deployments.natural_key')
    .executeTakeFirst()

const findReleaseOfVersion = (db: Db, serviceId: number, version: string): Promise<ReleaseName | undefined> =>
  db
    .selectFrom('releases as named')
    .innerJoin('releases', (join) =>
      join.on((eb) => eb('releases.id', '=', eb.fn.coalesce('named.alias_of_id', 'named.id'))),
    )
    .select(['releases.id', 'releases.version'])
    .where('named.service_id', '=', serviceId)
    .where('named.version', '=', version)
    .executeTakeFirst()

/** The first release, in the service's order, that is or contains the commit. */
async function findReleaseOfCommit(db: Db, serviceId: number, commit: string): Promise<ReleaseName | undefined> {
  const tagged = await db
    .selectFrom('releases')
    .select(['id', 'version', 'order_key'])
    .where('service_id', '=', serviceId)
    .where((eb) => eb.or([eb('commit_sha', '=', commit), eb('version', '=', commit)]))
    .where('alias_of_id', 'is', null)
    .execute()
  const containing = await db
    .selectFrom('release_commits')
    .innerJoin('releases as naming', 'naming.id', 'release_commits.release_id')
    .innerJoin('releases', (join) =>
      join.on((eb) => eb('releases.id', '=', eb.fn.coalesce('naming.alias_of_id', 'naming.id'))),
    )
    .select(['releases.id', 'releases.version', 'releases.order_key'])
    .where('release_commits.sha', '=', commit)
    .where('releases.service_id', '=', serviceId)
    .execute()
  const [first] = [...tagged, ...containing].sort((a, b) => (a.order_key < b.order_key ? -1 : 1))
  return first && { id: first.id, version: first.version }
}

/** Asks for a new attribution of the service's defects first seen at or after an instant; work under way starts over there. */
export async function markForAttribution(db: Db, serviceId: number, from: number): Promise<void> {
  await db
    .insertInto('attribution_ranges')
    .values({ service_id: serviceId, from_at: from, after_id: 0 })
    .onConflict((conflict) =>
      conflict
        .column('service_id')
        .doUpdateSet({ from_at: from, after_id: 0 })
        .where('attribution_ranges.from_at', '>=', from),
    )
    .execute()
}

export async function hasDefectsSince(db: Db, serviceId: number, from: number): Promise<boolean> {
  const row = await db
    .selectFrom('defects')
    .select('id')
    .where('service_id', '=', serviceId)
    .where('first_seen_at', '>=', from)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The next service with defects to attribute, and the place in their order after which they wait. */
export async function findAttributionRange(
  db: Db,
): Promise<{ serviceId: number; after: { firstSeenAt: number; id: number } } | undefined> {
  const row = await db.selectFrom('attribution_ranges').selectAll().orderBy('service_id').executeTakeFirst()
  return row && { serviceId: row.service_id, after: { firstSeenAt: row.from_at, id: row.after_id } }
}

/** Remembers how far the work has come; undefined: it is done. */
export async function moveAttributionRange(
  db: Db,
  serviceId: number,
  after: { readonly firstSeenAt: number; readonly id: number } | undefined,
): Promise<void> {
  if (after)
    await db
      .updateTable('attribution_ranges')
      .set({ from_at: after.firstSeenAt, after_id: after.id })
      .where('service_id', '=', serviceId)
      .execute()
  else await db.deleteFrom('attribution_ranges').where('service_id', '=', serviceId).execute()
}

export async function recordActivity(
  db: Db,
  activity: { defectId: number; at: number; actor: string | null; kind: string; detail: Record<string, unknown> },
): Promise<void> {
  await db
    .insertInto('activities')
    .values({
      defect_id: activity.defectId,
      at: activity.at,
      actor: activity.actor,
      kind: activity.kind,
      detail_json: JSON.stringify(activity.detail),
    })
    .execute()
}

const selectDefects = (db: Db) =>
  db
    .selectFrom('defects')
    .leftJoin('environments', 'environments.id', 'defects.environment_id')
    .select([
      'defects.id',
      'service_id',
      'environment_id',
      'environments.name as environment_name',
      'first_seen_at',
      'stated_deployment',
      'stated_version',
      'stated_commit',
      'decisions_json',
    ])

const toRecord = (row: {
  id: number
  service_id: number | null
  environment_id: number | null
  environment_name: string | null
  first_seen_at: number
  stated_deployment: string | null
  stated_version: string | null
  stated_commit: string | null
  decisions_json: string
}): DefectRecord => ({
  id: row.id,
  serviceId: row.service_id ?? undefined,
  environmentId: row.environment_id ?? undefined,
  environmentName: row.environment_name ?? undefined,
  firstSeenAt: row.first_seen_at,
  stated: {
    deployment: row.stated_deployment ?? undefined,
    version: row.stated_version ?? undefined,
    commit: row.stated_commit ?? undefined,
  },
  decisions: JSON.parse(row.decisions_json) as Decisions,
})
