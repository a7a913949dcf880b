import type { DeploymentEffect } from '../../core/deployment/timeline.ts'
import type { Db } from '../database.ts'

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
