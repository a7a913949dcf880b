import {
  ATTRIBUTION_METHOD,
  type Attribution,
  type AttributionState,
  type LiveThen,
  type ReleaseName,
} from '../core/attribution.ts'
import type { Db } from './database.ts'
import { findFirstBlaming } from './defect-evidence.ts'
import { type DefectRecord, selectDefects, toDefectRecord } from './defects.ts'

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
  return rows.map(toDefectRecord)
}

/**
 * When the first defect of the service was seen that names this version, one of these commits, or this deployment, as
 * what it was seen in or as what brought it.
 */
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
  else
    for (let start = 0; start < (named.commits?.length ?? 0); start += 1_000)
      firsts.push(
        (
          await of()
            .where('stated_commit', 'in', named.commits?.slice(start, start + 1_000) ?? [])
            .executeTakeFirst()
        )?.first,
      )
  if (named.deployment !== undefined)
    firsts.push((await of().where('stated_deployment', '=', named.deployment).executeTakeFirst())?.first)
  firsts.push(await findFirstBlaming(db, serviceId, named))
  const known = firsts.filter((first): first is number => first !== null && first !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
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
export async function findReleaseOfCommit(db: Db, serviceId: number, commit: string): Promise<ReleaseName | undefined> {
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
