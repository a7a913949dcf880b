import type { EnvironmentTier } from '../../core/event.ts'
import type { OrderPolicy } from '../../core/release/version.ts'
import type { Db } from '../database.ts'

/** Lists of services and environments, and of what is live where, by name. */

/** One page and whether there is more behind it. */
export interface Page<Row> {
  readonly rows: readonly Row[]
  readonly more: boolean
}

export interface ServiceListRow {
  readonly id: number
  readonly name: string
  readonly owner: string | undefined
  readonly orderPolicy: OrderPolicy
  readonly repositoryUrl: string | undefined
}

/** Services after the name `after`. */
export async function listServices(
  db: Db,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Page<ServiceListRow>> {
  const rows = await db
    .selectFrom('services')
    .select(['id', 'name', 'owner', 'order_policy', 'repository_url'])
    .$if(after !== undefined, (query) => query.where('name', '>', after as string))
    .orderBy('name')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (row) => ({
    id: row.id,
    name: row.name,
    owner: row.owner ?? undefined,
    orderPolicy: row.order_policy as OrderPolicy,
    repositoryUrl: row.repository_url ?? undefined,
  }))
}

export interface EnvironmentListRow {
  readonly id: number
  readonly name: string
  readonly tier: EnvironmentTier
}

/** Environments after the name `after`. */
export async function listEnvironments(
  db: Db,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Page<EnvironmentListRow>> {
  const rows = await db
    .selectFrom('environments')
    .select(['id', 'name', 'tier'])
    .$if(after !== undefined, (query) => query.where('name', '>', after as string))
    .orderBy('name')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (row) => ({ ...row, tier: row.tier as EnvironmentTier }))
}

export interface LiveRelease {
  readonly service: string
  readonly environment: string
  readonly tier: EnvironmentTier
  readonly releaseId: number
  readonly version: string
  readonly deploymentId: number
  readonly since: number
  /** When it stopped being live; undefined while it is. */
  readonly until: number | undefined
}

export interface LivePosition {
  readonly service: string
  readonly environment: string
}

/** What runs where: now, or at an instant; by service, then environment. */
export async function listLive(
  db: Db,
  asked: { readonly environmentId?: number | undefined; readonly at?: number | undefined },
  { after, limit }: { after?: LivePosition | undefined; limit: number },
): Promise<Page<LiveRelease>> {
  const { environmentId, at } = asked
  const rows = await db
    .selectFrom('live_intervals as l')
    .innerJoin('services as s', 's.id', 'l.service_id')
    .innerJoin('environments as e', 'e.id', 'l.environment_id')
    .innerJoin('releases as r', 'r.id', 'l.release_id')
    .select(['s.name as service', 'e.name as environment', 'e.tier', 'l.release_id', 'r.version'])
    .select(['l.deployment_id', 'l.from_at', 'l.to_at'])
    .where((eb) =>
      at === undefined
        ? eb('l.to_at', 'is', null)
        : eb.and([eb('l.from_at', '<=', at), eb.or([eb('l.to_at', 'is', null), eb('l.to_at', '>', at)])]),
    )
    .$if(environmentId !== undefined, (query) => query.where('l.environment_id', '=', environmentId as number))
    .$if(after !== undefined, (query) =>
      query.where((eb) =>
        eb(eb.refTuple('s.name', 'e.name'), '>', eb.tuple(after?.service as string, after?.environment as string)),
      ),
    )
    .orderBy('s.name')
    .orderBy('e.name')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (row) => ({
    service: row.service,
    environment: row.environment,
    tier: row.tier as EnvironmentTier,
    releaseId: row.release_id,
    version: row.version,
    deploymentId: row.deployment_id,
    since: row.from_at,
    until: row.to_at ?? undefined,
  }))
}

/** Cuts a result that was read one row too long. */
export const pageOf = <Row, Shown>(rows: readonly Row[], limit: number, show: (row: Row) => Shown): Page<Shown> => ({
  rows: rows.slice(0, limit).map(show),
  more: rows.length > limit,
})
