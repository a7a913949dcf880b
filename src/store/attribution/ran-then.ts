import type { EnvironmentTier } from '../../core/event.ts'
import type { Db } from '../database.ts'

/** What ran where a defect was seen, when it was. */

export interface Place {
  readonly id: number
  readonly name: string
  readonly tier: EnvironmentTier
}

/** The environment of that name, or all of tier production when a sighting named none. */
export async function listPlaces(db: Db, environment: string | undefined): Promise<Place[]> {
  const rows = await db
    .selectFrom('environments')
    .select(['id', 'name', 'tier'])
    .where((eb) => (environment === undefined ? eb('tier', '=', 'production') : eb('name', '=', environment)))
    .orderBy('name')
    .execute()
  return rows.map((row) => ({ ...row, tier: row.tier as EnvironmentTier }))
}

export interface Ran {
  readonly environment: string
  readonly version: string
  readonly since: number
  readonly rollback: boolean
}

/** What ran in these environments just before an instant; the newest first. */
export async function listRanAt(db: Db, serviceId: number, places: readonly Place[], at: number): Promise<Ran[]> {
  const found: Ran[] = []
  for (const place of places) {
    const row = await db
      .selectFrom('live_intervals as l')
      .innerJoin('releases as r', 'r.id', 'l.release_id')
      .innerJoin('deployments as d', 'd.id', 'l.deployment_id')
      .select(['r.version', 'l.from_at', 'l.to_at', 'd.effect'])
      .where('l.service_id', '=', serviceId)
      .where('l.environment_id', '=', place.id)
      .where('l.from_at', '<', at)
      .orderBy('l.from_at', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (!row || (row.to_at !== null && row.to_at < at)) continue
    found.push({
      environment: place.name,
      version: row.version,
      since: row.from_at,
      rollback: row.effect === 'rollback',
    })
  }
  return found.sort((a, b) => b.since - a.since || (a.environment < b.environment ? -1 : 1))
}

/** The next instant, not before `at`, at which something went live or ended in one of these environments. */
export async function findNextChange(
  db: Db,
  serviceId: number,
  places: readonly Place[],
  at: number,
): Promise<number | undefined> {
  const changes: number[] = []
  for (const column of ['from_at', 'to_at'] as const) {
    const row = await db
      .selectFrom('live_intervals')
      .select((eb) => eb.fn.min<number | null>(column).as('next'))
      .where('service_id', '=', serviceId)
      .where(
        'environment_id',
        'in',
        places.map(({ id }) => id),
      )
      .where(column, '>=', at)
      .executeTakeFirst()
    if (row && row.next !== null) changes.push(row.next)
  }
  return changes.length > 0 ? Math.min(...changes) : undefined
}
