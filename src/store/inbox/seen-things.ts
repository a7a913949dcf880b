import type { DefectStatus, DeploymentStatus, Severity } from '../../core/event.ts'
import type {
  SeenDefect,
  SeenDeployment,
  SeenPlace,
  SeenRelease,
  SeenThings,
} from '../../core/inbound/replay-effect.ts'
import type { Db } from '../database.ts'

/** Which things to look at. */
export interface Concern {
  readonly serviceIds: readonly number[]
  readonly defectIds: readonly number[]
  readonly deploymentIds: readonly number[]
  readonly releaseIds: readonly number[]
}

/** The newest defects of the services, which a change of what ran may concern as well. */
export async function listDefectIdsOf(db: Db, serviceIds: readonly number[], limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('defects')
    .select('id')
    .where('service_id', 'in', serviceIds)
    .orderBy('first_seen_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** How these things are now, as people see them; those that are not there are left out. */
export async function readSeenThings(db: Db, concern: Concern): Promise<SeenThings> {
  return {
    defects: await readDefects(db, concern.defectIds),
    deployments: await readDeployments(db, concern.deploymentIds),
    releases: await readReleases(db, concern.releaseIds),
    places: await readPlaces(db, concern.serviceIds),
  }
}

async function readDefects(db: Db, ids: readonly number[]): Promise<Map<number, SeenDefect>> {
  const rows = await db
    .selectFrom('defects as d')
    .leftJoin('services as s', 's.id', 'd.service_id')
    .leftJoin('environments as e', 'e.id', 'd.environment_id')
    .leftJoin('releases as r', 'r.id', 'd.suspect_release_id')
    .select(['d.id', 'd.title', 's.name as service', 'e.name as environment', 'd.severity', 'd.status'])
    .select(['r.version as suspect', 'd.occurrences', 'd.first_seen_at', 'd.last_seen_at', 'd.merged_into_id'])
    .select(['d.description', 'd.url', 'd.evidence_json', 'd.fixed_in_json', 'd.attribution', 'd.resolved_at'])
    .select(['d.acknowledged_at', 'd.mitigated_at', 'd.generation', 'd.regression_answer', 'd.stated_version'])
    .where('d.id', 'in', ids)
    .execute()
  return new Map(
    rows.map((row) => [
      row.id,
      {
        title: row.title,
        service: row.service ?? undefined,
        environment: row.environment ?? undefined,
        severity: row.severity as Severity,
        status: row.status as DefectStatus,
        suspect: row.suspect ?? undefined,
        occurrences: row.occurrences,
        firstSeenAt: row.first_seen_at,
        lastSeenAt: row.last_seen_at,
        mergedInto: row.merged_into_id ?? undefined,
        rest: JSON.stringify([
          ...[row.description, row.url, row.evidence_json, row.fixed_in_json, row.attribution, row.resolved_at],
          ...[row.acknowledged_at, row.mitigated_at, row.generation, row.regression_answer, row.stated_version],
        ]),
      },
    ]),
  )
}

async function readDeployments(db: Db, ids: readonly number[]): Promise<Map<number, SeenDeployment>> {
  const rows = await db
    .selectFrom('deployments as d')
    .innerJoin('services as s', 's.id', 'd.service_id')
    .innerJoin('environments as e', 'e.id', 'd.environment_id')
    .leftJoin('releases as r', 'r.id', 'd.release_id')
    .select(['d.id', 's.name as service', 'e.name as environment', 'r.version', 'd.status', 'd.effect', 'd.at'])
    .select('d.facts_json')
    .where('d.id', 'in', ids)
    .execute()
  return new Map(
    rows.map((row) => [
      row.id,
      {
        service: row.service,
        environment: row.environment,
        version: row.version ?? undefined,
        status: row.status as DeploymentStatus,
        effect: row.effect ?? undefined,
        at: row.at,
        rest: row.facts_json,
      },
    ]),
  )
}

async function readReleases(db: Db, ids: readonly number[]): Promise<Map<number, SeenRelease>> {
  const rows = await db
    .selectFrom('releases as r')
    .innerJoin('services as s', 's.id', 'r.service_id')
    .select(['r.id', 's.name as service', 'r.version', 'r.kind', 'r.facts_json', 'r.alias_of_id', 'r.quarantine'])
    .where('r.id', 'in', ids)
    .execute()
  return new Map(
    rows.map(({ id, service, version, kind, ...rest }) => [
      id,
      { service, version, kind, rest: JSON.stringify([rest.facts_json, rest.alias_of_id, rest.quarantine]) },
    ]),
  )
}

async function readPlaces(db: Db, serviceIds: readonly number[]): Promise<Map<string, SeenPlace>> {
  const rows = await db
    .selectFrom('live_intervals as l')
    .innerJoin('services as s', 's.id', 'l.service_id')
    .innerJoin('environments as e', 'e.id', 'l.environment_id')
    .innerJoin('releases as r', 'r.id', 'l.release_id')
    .select(['s.name as service', 'e.name as environment', 'r.version'])
    .where('l.service_id', 'in', serviceIds)
    .where('l.to_at', 'is', null)
    .execute()
  return new Map(rows.map((row) => [JSON.stringify([row.service, row.environment]), row]))
}
