import type { DeploymentEffect } from '../../core/deployment/timeline.ts'
import type { Db } from '../database.ts'
import { isOneOf } from '../services/of-services.ts'

/** What the trends are drawn from. Every query is bounded by one environment and one stretch of time. */

export interface DeployedService {
  readonly id: number
  readonly name: string
}

/** Services deployed to an environment in a stretch of time, by name. */
export async function listServicesDeployedTo(
  db: Db,
  environmentId: number,
  { from, to }: { readonly from: number; readonly to: number },
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
          .where('at', '>=', from)
          .where('at', '<', to)
          .where('status', '=', 'succeeded'),
      ),
    )
    .orderBy('name')
    .limit(most)
    .execute()
}

/** When something was last deployed before an instant; of some services, or to one environment, where they are given. */
export async function findLastDeployed(
  db: Db,
  {
    environmentId,
    serviceIds,
  }: { readonly environmentId?: number | undefined; readonly serviceIds?: readonly number[] | undefined },
  before: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('deployments')
    .select('at')
    .$if(environmentId !== undefined, (query) => query.where('environment_id', '=', environmentId as number))
    .where(isOneOf('service_id', serviceIds))
    .where('at', '<', before)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.at
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
