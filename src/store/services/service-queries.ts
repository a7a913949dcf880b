import type { ReleaseKind, Severity } from '../../core/event.ts'
import type { OrderPolicy } from '../../core/release/version.ts'
import type { Detection } from '../attribution/service-profiles.ts'
import { countRows } from '../counted-rows.ts'
import type { Db } from '../database.ts'
import { type Page, pageOf } from '../deployments/place-list.ts'
import { serviceNamedLike } from './service-names.ts'

/** What the list of services and the page of one show; reads are bounded by a page of services. */

export type SeverityCounts = Readonly<Record<Severity, number>>
const NONE: SeverityCounts = { S1: 0, S2: 0, S3: 0, S4: 0 }

export interface ServiceRow {
  readonly id: number
  readonly name: string
  readonly owner: string | undefined
  readonly detection: Detection
  /** What runs in the environment asked for. */
  readonly live: { readonly version: string; readonly kind: ReleaseKind; readonly since: number } | undefined
  readonly open: SeverityCounts
}

/** Services after the name `after`, with what runs in one environment and their open defects everywhere. */
export async function listServiceRows(
  db: Db,
  asked: { readonly text?: string | undefined; readonly environmentId: number | undefined },
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Page<ServiceRow>> {
  const services = await db
    .selectFrom('services as s')
    .select(['s.id', 's.name', 's.owner', 's.detection'])
    .$if(asked.text !== undefined && asked.text !== '', (query) => query.where(serviceNamedLike(asked.text as string)))
    .$if(after !== undefined, (query) => query.where('s.name', '>', after as string))
    .orderBy('s.name')
    .limit(limit + 1)
    .execute()
  const ids = services.slice(0, limit).map(({ id }) => id)
  const [live, open] = await Promise.all([listLiveIn(db, ids, asked.environmentId), countOpenOf(db, ids)])
  return pageOf(services, limit, ({ id, name, owner, detection }) => ({
    id,
    name,
    owner: owner ?? undefined,
    detection: detection as Detection,
    live: live.get(id),
    open: open.get(id) ?? NONE,
  }))
}

/** How many of them there are, counted up to one more than `most`. */
export const countServices = (db: Db, text: string, most: number): Promise<number> =>
  countRows(
    db,
    db
      .selectFrom('services as s')
      .select('s.id')
      .$if(text !== '', (query) => query.where(serviceNamedLike(text)))
      .limit(most + 1),
  )

async function listLiveIn(
  db: Db,
  serviceIds: readonly number[],
  environmentId: number | undefined,
): Promise<Map<number, NonNullable<ServiceRow['live']>>> {
  if (environmentId === undefined) return new Map()
  const rows = await db
    .selectFrom('live_intervals as l')
    .innerJoin('releases as r', 'r.id', 'l.release_id')
    .select(['l.service_id', 'l.from_at', 'r.version', 'r.kind'])
    .where('l.service_id', 'in', [...serviceIds])
    .where('l.environment_id', '=', environmentId)
    .where('l.to_at', 'is', null)
    .execute()
  return new Map(
    rows.map((row) => [row.service_id, { version: row.version, kind: row.kind as ReleaseKind, since: row.from_at }]),
  )
}

/** Open defects by severity of each service that has any. */
export async function countOpenOf(db: Db, serviceIds: readonly number[]): Promise<Map<number, SeverityCounts>> {
  const rows = await db
    .selectFrom('defects')
    .select((eb) => ['service_id', 'severity', eb.fn.countAll<number>().as('n')])
    .where('service_id', 'in', [...serviceIds])
    .where('open', '=', 1)
    .where('merged_into_id', 'is', null)
    .groupBy(['service_id', 'severity'])
    .execute()
  const counts = new Map<number, SeverityCounts>()
  for (const { service_id, severity, n } of rows)
    if (service_id !== null) counts.set(service_id, { ...(counts.get(service_id) ?? NONE), [severity as Severity]: n })
  return counts
}

export interface ServiceDetails {
  readonly id: number
  readonly name: string
  readonly owner: string | undefined
  readonly detection: Detection
  readonly orderPolicy: OrderPolicy
  readonly repositoryUrl: string | undefined
  readonly dependsOn: readonly string[]
  readonly dependedOnBy: readonly string[]
}

/** Of a service with many dependents, as many as a page can name. */
const MOST_NAMED = 50

export async function findServiceDetails(db: Db, name: string): Promise<ServiceDetails | undefined> {
  const row = await db.selectFrom('services').selectAll().where('name', '=', name).executeTakeFirst()
  if (!row) return undefined
  const [dependsOn, dependedOnBy] = await Promise.all([
    namesBeside(db, row.id, 'service_id', 'depends_on_id'),
    namesBeside(db, row.id, 'depends_on_id', 'service_id'),
  ])
  return {
    id: row.id,
    name: row.name,
    owner: row.owner ?? undefined,
    detection: row.detection as Detection,
    orderPolicy: row.order_policy as OrderPolicy,
    repositoryUrl: row.repository_url ?? undefined,
    dependsOn,
    dependedOnBy,
  }
}

async function namesBeside(
  db: Db,
  serviceId: number,
  own: 'service_id' | 'depends_on_id',
  other: 'service_id' | 'depends_on_id',
): Promise<string[]> {
  const rows = await db
    .selectFrom('service_dependencies')
    .innerJoin('services', 'services.id', other)
    .select('services.name')
    .where(own, '=', serviceId)
    .orderBy('services.name')
    .limit(MOST_NAMED)
    .execute()
  return rows.map(({ name }) => name)
}
