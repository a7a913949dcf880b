import type { Severity } from '../../core/event.ts'
import type { ToldDefect } from '../../core/notifications/announcement.ts'
import type { Db } from '../database.ts'

/** What people are told of a defect, with where it was seen. */
export interface DefectToTell extends ToldDefect {
  readonly service: string | undefined
  readonly environment: string | undefined
  /** The release that is suspected, by the method and not by a person; undefined: none is. */
  readonly suspect:
    | {
        readonly releaseId: number
        readonly service: string
        readonly version: string
        readonly probability: number
        readonly reason: string
      }
    | undefined
}

export async function getDefectToTell(db: Db, id: number): Promise<DefectToTell> {
  const row = await db
    .selectFrom('defects')
    .leftJoin('services', 'services.id', 'defects.service_id')
    .leftJoin('environments', 'environments.id', 'defects.environment_id')
    .leftJoin('releases', 'releases.id', 'defects.suspect_release_id')
    .leftJoin('services as of', 'of.id', 'releases.service_id')
    .select(['title', 'severity', 'services.name as service', 'environments.name as environment'])
    .select(['attribution', 'attribution_reason', 'suspect_probability', 'suspect_release_id'])
    .select(['releases.version', 'of.name as suspectService'])
    .where('defects.id', '=', id)
    .executeTakeFirstOrThrow()
  return {
    id,
    title: row.title,
    severity: row.severity as Severity,
    service: row.service ?? undefined,
    environment: row.environment ?? undefined,
    suspect:
      (row.attribution === 'suspected' || row.attribution === 'attributed') &&
      row.suspect_release_id !== null &&
      row.version !== null &&
      row.suspectService !== null
        ? {
            releaseId: row.suspect_release_id,
            service: row.suspectService,
            version: row.version,
            probability: row.suspect_probability ?? 0,
            reason: row.attribution_reason ?? '',
          }
        : undefined,
  }
}
