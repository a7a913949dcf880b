import { bucketOf, type Report, type ReportFacts } from '../../core/defect/defect.ts'
import type { Db } from '../database.ts'
import type { SightingPlace } from './sightings.ts'

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
      keys_known: 1,
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

export async function listReports(db: Db, defectId: number): Promise<(Report & { readonly id: number })[]> {
  const rows = await db
    .selectFrom('reports')
    .innerJoin('sources', 'sources.id', 'reports.source_id')
    .select([
      'reports.id',
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
    id: row.id,
    key: `${row.slug} ${row.identity}`,
    facts: JSON.parse(row.facts_json) as ReportFacts,
    firstSeenAt: row.first_seen_at ?? undefined,
    lastSeenAt: row.last_seen_at ?? undefined,
    firstSaidAt: row.first_said_at,
    occurrences: row.occurrences,
  }))
}

export interface Sighting extends SightingPlace {
  readonly key: string
  readonly seenAt: number
  readonly count: number
}

/**
 * Counts a sighting unless it was counted before. Of two statements about the same sighting the earlier holds, then the
 * larger one, then the one that says more of where it was, whichever came first.
 * @returns whether anything changed
 */
export async function countSighting(
  db: Db,
  report: { id: number; defectId: number },
  sighting: Sighting,
): Promise<boolean> {
  const held = await db
    .selectFrom('sightings')
    .select(['seen_at', 'count', 'version', 'commit_sha', 'environment'])
    .where('report_id', '=', report.id)
    .where('key', '=', sighting.key)
    .executeTakeFirst()
  const place = {
    version: sighting.version ?? null,
    commit_sha: sighting.commit ?? null,
    environment: sighting.environment ?? null,
  }
  if (held) {
    const wins =
      held.seen_at - sighting.seenAt || sighting.count - held.count || (placeText(place) > placeText(held) ? 1 : 0)
    if (wins <= 0) return false
    await addToBucket(db, report.defectId, bucketOf(held.seen_at), -held.count)
    await db
      .updateTable('sightings')
      .set({ seen_at: sighting.seenAt, count: sighting.count, ...place })
      .where('report_id', '=', report.id)
      .where('key', '=', sighting.key)
      .execute()
  } else {
    await db
      .insertInto('sightings')
      .values({ report_id: report.id, key: sighting.key, seen_at: sighting.seenAt, count: sighting.count, ...place })
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

const placeText = (place: { version: string | null; commit_sha: string | null; environment: string | null }): string =>
  JSON.stringify([place.version ?? '', place.commit_sha ?? '', place.environment ?? ''])

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

export async function addToBucket(db: Db, defectId: number, bucketAt: number, count: number): Promise<void> {
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
