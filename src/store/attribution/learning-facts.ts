import { sql } from 'kysely'
import { daysInUse } from '../../core/attribution/days-in-use.ts'
import type { PlaceHistory } from '../../core/attribution/facts.ts'
import type { ServicePast } from '../../core/attribution/learn.ts'
import type { Db } from '../database.ts'
import { type DefectRecord, selectDefects, toDefectRecord } from '../defects/defects.ts'
import { countReleaseCommits } from '../releases/release-evidence.ts'
import { listReachedPlaces, loadPlaceHistory } from './place-history.ts'
import { findProfile, profileFrom } from './service-profiles.ts'

/** Releases of a service that are learned from, the last ones of each environment. */
const MOST_RELEASES = 150
const DAY_MS = 86_400_000

/** The defects of services first seen since an instant, and those that people decided, the newest first. */
export async function listDefectsToLearnFrom(db: Db, since: number, most: number): Promise<DefectRecord[]> {
  const ofService = () => selectDefects(db).where('service_id', 'is not', null).where('merged_into_id', 'is', null)
  const recent = await ofService()
    .where('first_seen_at', '>=', since)
    .orderBy('first_seen_at', 'desc')
    .orderBy('defects.id', 'desc')
    .limit(most)
    .execute()
  const decided = await ofService()
    // As literals: an index holds these defects alone.
    .where('attribution', 'in', [sql.lit('manual'), sql.lit('not-a-change')])
    .orderBy('first_seen_at', 'desc')
    .orderBy('defects.id', 'desc')
    .limit(most)
    .execute()
  const ids = new Set(recent.map(({ id }) => id))
  return [...recent, ...decided.filter(({ id }) => !ids.has(id))].map(toDefectRecord)
}

/** When the newest defect was first seen; undefined without any. */
export async function findNewestSighting(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom('defects')
    .select('first_seen_at')
    .where('merged_into_id', 'is', null)
    .orderBy('first_seen_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.first_seen_at
}

/** What is known of a service by now; undefined when nothing of it was ever deployed. */
export async function loadServicePast(
  db: Db,
  service: { readonly id: number; readonly name: string },
  now: number,
): Promise<ServicePast | undefined> {
  const places: PlaceHistory[] = []
  for (const place of await listReachedPlaces(db, service.id)) {
    const history = await loadPlaceHistory(db, service.id, place, now, MOST_RELEASES)
    if (history) places.push(history)
  }
  const main = mainOf(places)
  if (!main) return undefined
  const ids = main.candidates.map(({ releaseId }) => releaseId)
  const rows = await db
    .selectFrom('releases')
    .select(['id', 'version', 'order_key', 'first_deployed_at', 'first_known_at'])
    .where('id', 'in', ids)
    .orderBy('order_key')
    .execute()
  const commits = await countReleaseCommits(db, ids)
  const releases = rows.map((row) => ({
    id: row.id,
    version: row.version,
    order: row.order_key,
    firstDeployedAt: row.first_deployed_at ?? row.first_known_at,
    commitCount: commits.get(row.id),
    commits: [],
    files: [],
    references: [],
  }))
  const profile = profileFrom(await findProfile(db, service.id), { places, releases }, now)
  const exposure = daysInUse(main, now, profile.detection, new Map(rows.map((row) => [row.id, row.order_key])))
  return {
    service: service.name,
    profile,
    days: Math.max(1, (now - main.historyFrom) / DAY_MS),
    releases: releases.map(({ id, commitCount }) => ({ id, commitCount, exposureDays: exposure.get(id) ?? 0 })),
  }
}

/** The environment in which most is seen: production before others, then the one that most releases reached. */
function mainOf(places: readonly PlaceHistory[]): PlaceHistory | undefined {
  const reached = (place: PlaceHistory) => place.candidates.length + place.earlierReleases
  const isProduction = (place: PlaceHistory) => Number(place.tier === 'production')
  return [...places].sort((a, b) => isProduction(b) - isProduction(a) || reached(b) - reached(a))[0]
}

/** Remembers how much of each defect the profiles count towards each release. */
export async function saveCounted(
  db: Db,
  counted: readonly { readonly defectId: number; readonly counted: Readonly<Record<string, number>> }[],
): Promise<void> {
  for (const one of counted)
    await db
      .updateTable('defects')
      .set({ counted_json: JSON.stringify(one.counted) })
      .where('id', '=', one.defectId)
      .execute()
}
