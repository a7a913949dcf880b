import type { Severity } from '../core/event.ts'
import type { DeploymentEffect } from '../core/timeline.ts'
import type { Db } from './database.ts'

/** What the trends are drawn from. Every query is bounded by one environment and one stretch of time. */

export interface DeployedService {
  readonly id: number
  readonly name: string
}

/** Services deployed to an environment since an instant, by name. */
export async function listServicesDeployedTo(
  db: Db,
  environmentId: number,
  since: number,
  most: number,
): Promise<DeployedService[]> {
  return await db
    .selectFrom('services')
    .select(['id', 'name'])
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('deployments')
          .select('deployments.id')
          .whereRef('deployments.service_id', '=', 'services.id')
          .where('environment_id', '=', environmentId)
          .where('at', '>=', since)
          .where('status', '=', 'succeeded'),
      ),
    )
    .orderBy('name')
    .limit(most)
    .execute()
}

const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

/** How many defects of each service were first seen in an environment in a stretch of time, by service. */
export async function countNewByService(
  db: Db,
  environmentId: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom('defects')
    .select((eb) => ['service_id', eb.fn.countAll<number>().as('defects')])
    .where('environment_id', '=', environmentId)
    // Both named, so that the index that begins with them can be entered at the right place.
    .where('open', 'in', [0, 1])
    .where('severity', 'in', SEVERITIES)
    .where('first_seen_at', '>=', from)
    .where('first_seen_at', '<', to)
    .where('merged_into_id', 'is', null)
    .where('service_id', 'is not', null)
    .groupBy('service_id')
    .execute()
  return new Map(rows.map((row) => [row.service_id as number, Number(row.defects)]))
}

/** How often each service was deployed to an environment in a stretch of time; the same release again does not count. */
export async function countDeployedByService(
  db: Db,
  environmentId: number,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom('deployments')
    .select((eb) => ['service_id', eb.fn.countAll<number>().as('deployments')])
    .where('environment_id', '=', environmentId)
    .where('at', '>=', from)
    .where('at', '<', to)
    .where('status', '=', 'succeeded')
    .where('effect', 'in', ['deploy', 'rollback'])
    .groupBy('service_id')
    .execute()
  return new Map(rows.map((row) => [row.service_id, Number(row.deployments)]))
}

export interface DeploymentRow {
  readonly id: number
  readonly at: number
  readonly version: string | undefined
  readonly effect: DeploymentEffect | undefined
  readonly status: string
}

/** The deployments behind a number, newest first. */
export async function listDeploymentsById(db: Db, ids: readonly number[], most: number): Promise<DeploymentRow[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('deployments')
    .leftJoin('releases', 'releases.id', 'deployments.release_id')
    .select(['deployments.id', 'at', 'version', 'effect', 'status'])
    .where('deployments.id', 'in', [...ids].slice(-most))
    .orderBy('at', 'desc')
    .orderBy('deployments.id', 'desc')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    version: row.version ?? undefined,
    effect: (row.effect ?? undefined) as DeploymentEffect | undefined,
    status: row.status,
  }))
}
