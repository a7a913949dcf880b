import type { Evidence } from '../../core/attribution/result.ts'
import type { EnvironmentTier, Severity } from '../../core/event.ts'
import { isOnTimeAlone } from '../../core/rules/on-time-alone.ts'
import type { Occurrence } from '../../core/rules/rule.ts'
import type { Db } from '../database.ts'

type Environment = NonNullable<Occurrence['environment']>

/**
 * What the defects have that rules may be about, as it is known now. Those that are merged have nothing.
 * @param happenedAfter what was first seen, or came back, later than this
 */
export async function loadDefectOccurrences(
  db: Db,
  defectIds: readonly number[],
  { happenedAfter }: { readonly happenedAfter: number },
): Promise<Occurrence[]> {
  const rows = await db
    .selectFrom('defects as d')
    .leftJoin('environments as e', 'e.id', 'd.environment_id')
    .leftJoin('releases as r', 'r.id', 'd.suspect_release_id')
    .leftJoin('services as rs', 'rs.id', 'r.service_id')
    .leftJoin('services as s', 's.id', 'd.service_id')
    .leftJoin('suspects as x', (join) =>
      join.onRef('x.defect_id', '=', 'd.id').onRef('x.release_id', '=', 'd.suspect_release_id'),
    )
    .select(['d.id', 'd.title', 'd.severity', 'd.open', 'd.generation', 'd.generation_since', 'd.first_seen_at'])
    .select(['d.attribution', 'd.suspect_release_id', 'd.suspect_probability', 'x.evidence_json', 'r.version'])
    .select(['e.id as environment_id', 'e.name as environment', 'e.tier'])
    .select(['rs.id as release_service_id', 'rs.name as release_service', 's.id as service_id', 's.name as service'])
    .where('d.id', 'in', [...defectIds])
    .where('d.merged_into_id', 'is', null)
    .where((eb) => eb(eb.fn.coalesce('d.generation_since', 'd.first_seen_at'), '>', happenedAfter))
    .orderBy('d.id')
    .execute()
  const arrivals = await listArrivals(
    db,
    rows.flatMap(({ suspect_release_id: id }) => id ?? []),
  )
  const occurrences: Occurrence[] = []
  for (const row of rows) {
    const known: Environment | undefined =
      row.environment_id === null
        ? undefined
        : { id: row.environment_id, name: row.environment as string, tier: row.tier as EnvironmentTier }
    const defect = {
      id: row.id,
      title: row.title,
      severity: row.severity as Severity,
      open: row.open === 1,
      generation: row.generation,
    }
    const { suspect_release_id: releaseId, version, release_service_id: serviceId } = row
    if (releaseId !== null && version !== null && serviceId !== null) {
      const at = row.generation_since ?? row.first_seen_at
      const arrival = arrivalIn(arrivals.get(releaseId), known, at)
      occurrences.push({
        kind: 'blamed',
        at,
        service: { id: serviceId, name: row.release_service as string },
        environment: known ?? arrival?.environment,
        defect,
        release: { id: releaseId, version, arrivedAt: arrival?.at },
        probability: row.suspect_probability ?? 0,
        isNamed: row.attribution === 'attributed' || row.attribution === 'manual',
        onTimeAlone: row.attribution !== 'manual' && isOnTimeAlone(JSON.parse(row.evidence_json ?? '[]') as Evidence[]),
      })
    }
    if (row.generation > 1 && row.service_id !== null)
      occurrences.push(
        await loadReturn(db, defect, { id: row.service_id, name: row.service as string }, known, row.generation_since),
      )
  }
  return occurrences
}

/** The last time that a defect came back. */
async function loadReturn(
  db: Db,
  defect: NonNullable<Occurrence['defect']>,
  service: Occurrence['service'],
  environment: Environment | undefined,
  since: number | null,
): Promise<Occurrence> {
  const generation = await db
    .selectFrom('generations as g')
    .leftJoin('releases as r', 'r.id', 'g.release_id')
    .select(['g.since_at', 'g.release_id', 'r.version'])
    .where('g.defect_id', '=', defect.id)
    .where('g.number', '=', defect.generation)
    .executeTakeFirst()
  const at = generation?.since_at ?? since ?? 0
  const releaseId = generation?.release_id ?? undefined
  const arrivals = releaseId === undefined ? undefined : (await listArrivals(db, [releaseId])).get(releaseId)
  const arrival = arrivalIn(arrivals, environment, at)
  return {
    kind: 'regressed',
    at,
    service,
    environment: environment ?? arrival?.environment,
    defect,
    release:
      releaseId === undefined
        ? undefined
        : { id: releaseId, version: generation?.version ?? '', arrivedAt: arrival?.at },
  }
}

interface Arrival {
  readonly at: number
  readonly environment: Environment
}

/** Asked for many more by id, PostgreSQL reads the whole table. */
const AT_ONCE = 100

/** When each of these releases came where, the latest first. */
async function listArrivals(db: Db, releaseIds: readonly number[]): Promise<ReadonlyMap<number, readonly Arrival[]>> {
  const ids = [...new Set(releaseIds)]
  const arrivals = new Map<number, Arrival[]>()
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const rows = await db
      .selectFrom('first_deployments as f')
      .innerJoin('environments as e', 'e.id', 'f.environment_id')
      .select(['f.release_id', 'f.at', 'e.id', 'e.name', 'e.tier'])
      .where('f.release_id', 'in', ids.slice(start, start + AT_ONCE))
      .orderBy('f.at', 'desc')
      .orderBy('e.id')
      .execute()
    for (const { release_id, at, id, name, tier } of rows) {
      const own = arrivals.get(release_id) ?? []
      arrivals.set(release_id, [...own, { at, environment: { id, name, tier: tier as EnvironmentTier } }])
    }
  }
  return arrivals
}

/** When it came to an environment; where none is named, to the one of production that it reached last before. */
const arrivalIn = (
  arrivals: readonly Arrival[] | undefined,
  environment: Environment | undefined,
  before: number,
): Arrival | undefined =>
  environment
    ? arrivals?.find((one) => one.environment.id === environment.id)
    : arrivals?.find((one) => one.environment.tier === 'production' && one.at <= before)

/**
 * Defects that may concern rules: blamed on a release or come back, which happened from an instant on; the newest first.
 * Two indexed reads.
 */
export async function listDefectsOfInterest(db: Db, since: number, limit: number): Promise<number[]> {
  const blamed = await db
    .selectFrom('defects')
    .select('id')
    .where('first_seen_at', '>=', since)
    .where('merged_into_id', 'is', null)
    .where('suspect_release_id', 'is not', null)
    .orderBy('first_seen_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  const back = await db
    .selectFrom('generations')
    .select('defect_id as id')
    .distinct()
    .where('number', '>', 1)
    .where('since_at', '>=', since)
    .orderBy('defect_id', 'desc')
    .limit(limit)
    .execute()
  return [...new Set([...blamed, ...back].map(({ id }) => id))]
}

export interface RecentRelease {
  readonly releaseId: number
  readonly version: string
  readonly service: Occurrence['service']
  readonly environment: Environment
  readonly arrivedAt: number
}

/**
 * Releases that came to an environment from an instant on, the newest first.
 * @param liveOnly those that run there now
 */
export async function listRecentReleases(
  db: Db,
  { since, liveOnly, limit }: { readonly since: number; readonly liveOnly: boolean; readonly limit: number },
): Promise<RecentRelease[]> {
  let query = db
    .selectFrom('first_deployments as f')
    .innerJoin('environments as e', 'e.id', 'f.environment_id')
    .innerJoin('releases as r', 'r.id', 'f.release_id')
    .innerJoin('services as s', 's.id', 'f.service_id')
    .select(['f.release_id', 'r.version', 'f.at', 's.id as service_id', 's.name as service'])
    .select(['e.id as environment_id', 'e.name as environment', 'e.tier'])
    .where('f.at', '>=', since)
  if (liveOnly)
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('live_intervals as l')
          .select('l.release_id')
          .whereRef('l.service_id', '=', 'f.service_id')
          .whereRef('l.environment_id', '=', 'f.environment_id')
          .whereRef('l.release_id', '=', 'f.release_id')
          .where('l.to_at', 'is', null),
      ),
    )
  const rows = await query.orderBy('f.at', 'desc').orderBy('f.release_id', 'desc').limit(limit).execute()
  return rows.map((row) => ({
    releaseId: row.release_id,
    version: row.version,
    service: { id: row.service_id, name: row.service },
    environment: { id: row.environment_id, name: row.environment, tier: row.tier as EnvironmentTier },
    arrivedAt: row.at,
  }))
}

/** When the last of these defects was first seen, or came back, up to an instant; undefined: none had. */
export async function findLastHappened(
  db: Db,
  defectIds: readonly number[],
  until: number,
): Promise<number | undefined> {
  if (defectIds.length === 0) return undefined
  const row = await db
    .selectFrom('defects')
    .select((eb) => eb.fn.max(eb.fn.coalesce('generation_since', 'first_seen_at')).as('at'))
    .where('id', 'in', [...defectIds])
    .where((eb) => eb(eb.fn.coalesce('generation_since', 'first_seen_at'), '<=', until))
    .executeTakeFirstOrThrow()
  return row.at ?? undefined
}
