import { sql } from 'kysely'
import type { ServiceProfile } from '../../core/attribution/profile.ts'
import type { JudgedSuspicion } from '../../core/attribution/reliability.ts'
import type { Db } from '../database.ts'

/** Verdicts that are looked at, the last ones. */
const MOST_VERDICTS = 5_000

/** What the method says of the first suspect of each defect that a person decided, and whether the person agreed. */
export async function listJudgedSuspicions(db: Db): Promise<JudgedSuspicion[]> {
  const rows = await db
    .selectFrom('defects')
    .innerJoin('suspects', (join) => join.onRef('suspects.defect_id', '=', 'defects.id').on('rank', '=', 1))
    .select(['defects.id', 'probability', 'suspects.release_id', 'suspect_release_id'])
    // As literals: an index holds these defects alone.
    .where('attribution', 'in', [sql.lit('manual'), sql.lit('not-a-change')])
    .where('merged_into_id', 'is', null)
    .orderBy('defects.id', 'desc')
    .limit(MOST_VERDICTS)
    .execute()
  return rows.map((row) => ({
    defectId: row.id,
    probability: row.probability,
    right: row.release_id === row.suspect_release_id,
  }))
}

/** How many defects first seen since an instant are in each state of attribution. O(defects since). */
export async function countAttributions(db: Db, since: number): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('defects')
    .select((eb) => ['attribution', eb.fn.countAll<number>().as('defects')])
    .where('merged_into_id', 'is', null)
    .where('first_seen_at', '>=', since)
    .groupBy('attribution')
    .execute()
  return new Map(rows.map((row) => [row.attribution, Number(row.defects)]))
}

export interface LearnedService {
  readonly service: string
  readonly detection: string
  /** Undefined: nothing was learned of it yet. */
  readonly learnedAt: number | undefined
  /** Verdicts on suspicions that rested on time alone, and how many were right. */
  readonly timeAlone: ServiceProfile['calibration']
}

/** Every service, by name. */
export async function listLearnedServices(db: Db): Promise<LearnedService[]> {
  const rows = await db
    .selectFrom('services')
    .leftJoin('service_profiles', 'service_profiles.service_id', 'services.id')
    .select(['name', 'detection', 'learned_at', 'profile_json'])
    .orderBy('name')
    .limit(500)
    .execute()
  return rows.map((row) => ({
    service: row.name,
    detection: row.detection,
    learnedAt: row.learned_at ?? undefined,
    timeAlone:
      row.profile_json === null
        ? { verdicts: 0, right: 0 }
        : (JSON.parse(row.profile_json) as ServiceProfile).calibration,
  }))
}
