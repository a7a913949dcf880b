import type { ReleasedDefects } from '../../core/defect/defect-escape.ts'
import type { QualityDefect, QualityFacts } from '../../core/defect/quality-metrics.ts'
import type { Period } from '../../core/delivery/facts.ts'
import type { EnvironmentTier, Phase, Severity } from '../../core/event.ts'
import type { Db } from '../database.ts'
import type { DeliveryPlace } from './delivery-facts.ts'

/** More than these of a kind are not read; the caller is told to ask for a shorter period. */
export const MOST_DEFECTS = 20_000
const MOST_RELEASES = 5_000
const AT_ONCE = 500

/**
 * What the quality metrics of one service in one environment are counted from; undefined when that is more than can be
 * read at once. Seven kinds of indexed reads, each bounded.
 *
 * @param most defects of each kind; fewer are for tests
 */
export async function loadQualityFacts(
  db: Db,
  place: DeliveryPlace,
  period: Period,
  most = MOST_DEFECTS,
): Promise<QualityFacts | undefined> {
  const [knownSince, defects, releases] = await Promise.all([
    findKnownSince(db, place),
    listFlowing(db, place, period, most),
    listReleased(db, place, period, most),
  ])
  const { service, environment } = place
  return defects && releases && { service, environment, knownSince, defects, releases }
}

async function findKnownSince(db: Db, { serviceId, environmentId }: DeliveryPlace): Promise<number> {
  const [deployed, seen] = await Promise.all([
    db
      .selectFrom('deployments')
      .select((eb) => eb.fn.min<number | null>('at').as('at'))
      .where('service_id', '=', serviceId)
      .where('environment_id', '=', environmentId)
      .executeTakeFirst(),
    db
      .selectFrom('defects')
      .select('first_seen_at as at')
      .where('service_id', '=', serviceId)
      .where('environment_id', '=', environmentId)
      .where('merged_into_id', 'is', null)
      .orderBy('first_seen_at')
      .limit(1)
      .executeTakeFirst(),
  ])
  return Math.min(Number(deployed?.at ?? Number.MAX_SAFE_INTEGER), seen?.at ?? Number.MAX_SAFE_INTEGER)
}

async function listFlowing(
  db: Db,
  place: DeliveryPlace,
  { from, to }: Period,
  most: number,
): Promise<QualityDefect[] | undefined> {
  const ofPlace = db
    .selectFrom('defects')
    .select(['id', 'severity', 'status', 'open', 'first_seen_at', 'resolved_at', 'status_at'])
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('merged_into_id', 'is', null)
    .limit(most + 1)
  const parts = await Promise.all([
    ofPlace.where('first_seen_at', '>=', from).where('first_seen_at', '<', to).execute(),
    ofPlace.where('first_seen_at', '<', from).where('open', '=', 1).execute(),
    ofPlace.where('first_seen_at', '<', from).where('resolved_at', '>=', from).execute(),
  ])
  const rows = parts.flat()
  if (rows.length > most) return undefined
  return rows.map((row) => ({
    id: row.id,
    severity: row.severity as Severity,
    openedAt: row.first_seen_at,
    closedAt: row.open === 1 ? undefined : (row.resolved_at ?? row.status_at),
    fixed: row.status === 'fixed' || row.status === 'verified',
  }))
}

/**
 * The releases that first reached production in the period, with what is attributed to them wherever it was found;
 * undefined when that is more than can be read at once.
 */
export async function listReleased(
  db: Db,
  place: Pick<DeliveryPlace, 'serviceId'>,
  { from, to }: Period,
  most = MOST_DEFECTS,
): Promise<ReleasedDefects[] | undefined> {
  const releases = await db
    .selectFrom('releases')
    .select(['id', 'first_production_at'])
    .where('service_id', '=', place.serviceId)
    .where('first_production_at', '>=', from)
    .where('first_production_at', '<', to)
    .where('alias_of_id', 'is', null)
    .where('quarantine', 'is', null)
    .orderBy('first_production_at')
    .orderBy('id')
    .limit(MOST_RELEASES + 1)
    .execute()
  if (releases.length > MOST_RELEASES) return undefined
  const found = new Map<number, ReleasedDefects['defects'][number][]>()
  let count = 0
  for (let start = 0; start < releases.length; start += AT_ONCE) {
    const ids = releases.slice(start, start + AT_ONCE).map(({ id }) => id)
    const rows = await db
      .selectFrom('defects')
      .leftJoin('environments', 'environments.id', 'defects.environment_id')
      .select(['defects.id', 'suspect_release_id', 'phase', 'tier', 'first_seen_at'])
      .where('suspect_release_id', 'in', ids)
      .where('attribution', 'in', ['attributed', 'manual'])
      .where('merged_into_id', 'is', null)
      .orderBy('first_seen_at')
      .orderBy('defects.id')
      .limit(most + 1)
      .execute()
    count += rows.length
    if (count > most) return undefined
    for (const row of rows) {
      const releaseId = row.suspect_release_id as number
      const phase = (row.phase as Phase | null) ?? phaseOf(row.tier as EnvironmentTier | null)
      const defect = { id: row.id, phase, firstSeenAt: row.first_seen_at }
      const known = found.get(releaseId)
      if (known) known.push(defect)
      else found.set(releaseId, [defect])
    }
  }
  return releases.map(({ id, first_production_at }) => ({
    releaseId: id,
    releasedAt: first_production_at as number,
    defects: found.get(id) ?? [],
  }))
}

/** Where it was seen says in which phase, unless somebody said. */
const phaseOf = (tier: EnvironmentTier | null): Phase | undefined =>
  tier === null || tier === 'other' ? undefined : tier
