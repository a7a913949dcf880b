import { CLOCK_TOLERANCE_MS, type PlaceHistory } from '../../core/attribution/facts.ts'
import type { EnvironmentTier } from '../../core/event.ts'
import type { Db } from '../database.ts'
import { historyAt, loadPlaceWindow } from './place-window.ts'

/** An environment that releases of a service reached. */
export interface ReachedPlace {
  readonly environmentId: number
  readonly environment: string
  readonly tier: EnvironmentTier
}

/** By name. */
export async function listReachedPlaces(db: Db, serviceId: number): Promise<ReachedPlace[]> {
  const rows = await db
    .selectFrom('environments')
    .select(['id', 'name', 'tier'])
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('first_deployments')
          .select('at')
          .whereRef('first_deployments.environment_id', '=', 'environments.id')
          .where('first_deployments.service_id', '=', serviceId),
      ),
    )
    .orderBy('name')
    .execute()
  return rows.map((row) => ({ environmentId: row.id, environment: row.name, tier: row.tier as EnvironmentTier }))
}

/**
 * What ran of a service in one environment until an instant, as far back as its last `most` releases reach.
 *
 * @returns undefined when nothing had been deployed there
 */
export async function loadPlaceHistory(
  db: Db,
  serviceId: number,
  place: ReachedPlace,
  at: number,
  most: number,
): Promise<PlaceHistory | undefined> {
  const window = await loadPlaceWindow(db, serviceId, place.environmentId, at + CLOCK_TOLERANCE_MS, { most })
  return historyAt(window, place, at)
}
