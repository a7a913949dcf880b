import { sql } from 'kysely'
import type { Severity } from '../../core/event.ts'
import type { Db } from '../database.ts'
import { isOneOf } from '../services/of-services.ts'
import type { DefectPlaces } from './overview-queries.ts'

export interface CameBack {
  readonly id: number
  readonly title: string
  readonly severity: Severity
  readonly service: string | undefined
  readonly environment: string | undefined
  readonly at: number
  /** How the version it was seen in is known to have the fix. */
  readonly sentence: string | undefined
}

/** Defects that had been fixed and were seen again since then, on which nobody has acted; the gravest and newest first. */
export async function listCameBack(
  db: Db,
  places: DefectPlaces,
  since: number,
  most: number,
  serviceIds?: readonly number[],
): Promise<readonly CameBack[]> {
  const rows = await db
    .selectFrom('generations as g')
    // Crosswise, so that SQLite begins with these, whatever it has counted.
    .crossJoin('defects as d')
    .leftJoin('services as s', 's.id', 'd.service_id')
    .leftJoin('environments as e', 'e.id', 'd.environment_id')
    .select(['d.id', 'd.title', 'd.severity', 's.name as service', 'e.name as environment', 'g.since_at', 'g.sentence'])
    // Few, by an index of those that came back.
    .where(sql<boolean>`g.number > 1`)
    .where('g.since_at', '>=', since)
    .whereRef('d.id', '=', 'g.defect_id')
    .whereRef('g.number', '=', 'd.generation')
    .where('d.status', '=', 'regressed')
    .where('d.merged_into_id', 'is', null)
    .where(isOneOf('d.service_id', serviceIds))
    .where((eb) =>
      eb.or(
        places.map((place) =>
          place === null ? eb('d.environment_id', 'is', null) : eb('d.environment_id', '=', place),
        ),
      ),
    )
    .orderBy('d.severity')
    .orderBy('g.since_at', 'desc')
    .orderBy('d.id')
    .limit(most)
    .execute()
  return rows.map((row) => ({
    ...{ id: row.id, title: row.title, severity: row.severity as Severity, at: row.since_at },
    service: row.service ?? undefined,
    environment: row.environment ?? undefined,
    sentence: row.sentence ?? undefined,
  }))
}
