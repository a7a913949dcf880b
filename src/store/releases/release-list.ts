import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import { usualEnvironment } from '../../core/deployment/environment.ts'
import type { ReleaseKind } from '../../core/event.ts'
import type { Stay } from '../../core/verdict/release-sign.ts'
import { countRows } from '../counted-rows.ts'
import type { Db } from '../database.ts'
import { isAmong } from '../dialect.ts'
import type { Database } from '../schema.ts'
import { isOneOf } from '../services/of-services.ts'
import {
  countBrought,
  countFailedDeployments,
  countRegressions,
  isHotfix,
  listRemoved,
  listTakenOut,
  NEVER_TAKEN_OUT,
  NOTHING_BROUGHT,
  type SeverityCounts,
} from './release-outcomes.ts'

/** The list of releases; a page looks at a bounded number of rows, however many there are. */

export interface ReleaseFilter {
  readonly serviceIds?: readonly number[] | undefined
  readonly kinds?: readonly ReleaseKind[] | undefined
  /** Deployed, or being deployed, to this environment. */
  readonly environmentId?: number | undefined
  /** First known at or after / before, epoch ms. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** First in production in this stretch, epoch ms, half-open; those whose version does not count are left out. */
  readonly reached?: { readonly from: number; readonly to: number } | undefined
  /** First deployed to the environment in this stretch, epoch ms, half-open; those whose version does not count are left out. */
  readonly arrived?: { readonly environmentId: number; readonly from: number; readonly to: number } | undefined
  /** Above the one and up to the other in the order of their service; those whose version does not count are left out. */
  readonly between?: { readonly aboveId: number; readonly upToId: number } | undefined
  /** An emergency release was opened on it or led to it, or one took its place. */
  readonly hasEmergency?: boolean | undefined
  /** None but these; few. */
  readonly ids?: readonly number[] | undefined
}

export interface ReleasePosition {
  readonly firstKnownAt: number
  readonly id: number
}

export interface ReleaseListRow {
  readonly id: number
  readonly serviceId: number
  readonly service: string
  readonly version: string
  readonly kind: ReleaseKind
  readonly firstKnownAt: number
  readonly firstDeployedAt: number | undefined
  readonly firstProductionAt: number | undefined
  readonly withdrawn: boolean
  /** Why its version does not count, as the end of a sentence; undefined when it does. */
  readonly quarantine: string | undefined
  /** Environments it runs in now, production first. */
  readonly liveIn: readonly string[]
  /** The production environment among these that is looked at first elsewhere too, and since when it runs there. */
  readonly inProduction: { readonly id: number; readonly name: string; readonly since: number } | undefined
  /** Defects of which it is the first suspect, in whatever state. */
  readonly defects: number
  /** The same by severity. */
  readonly bySeverity: SeverityCounts
  /** Those of them that are open. */
  readonly openDefects: SeverityCounts
  /** `BroughtCounts.foundBy` */
  readonly foundBy: readonly number[]
  /** Defects that came back in it. */
  readonly regressions: number
  readonly failedDeployments: number
  /** How often a rollback took it out, and how often of these in production. */
  readonly rolledBack: number
  readonly rolledBackInProduction: number
  /** What last ended its time in production took it away, with nothing in its place. */
  readonly removedInProduction: boolean
  /** Versions of the emergency releases that took its place. */
  readonly hotfixes: readonly string[]
}

export interface ReleasePage {
  readonly rows: readonly ReleaseListRow[]
  readonly next: ReleasePosition | null
  /** The page ends early because this many were looked at; more may match further on. */
  readonly stoppedAfter: number | null
}

/** A page looks at no more releases than this, however few of them match. */
const LOOKED_AT_MOST = 5_000

/** One page of releases, last known first. */
export async function listReleases(
  db: Db,
  filter: ReleaseFilter,
  { after, limit, lookAt = LOOKED_AT_MOST }: { after?: ReleasePosition | undefined; limit: number; lookAt?: number },
): Promise<ReleasePage> {
  const walk = () => {
    const query = walked(db, filter).orderBy('r.first_known_at', 'desc').orderBy('r.id', 'desc')
    return after === undefined
      ? query
      : query.where((eb) => eb(eb.refTuple('r.first_known_at', 'r.id'), '<', eb.tuple(after.firstKnownAt, after.id)))
  }
  if (filter.ids?.length === 0) return { rows: [], next: null, stoppedAfter: null }
  const selective = isSelective(filter)
  // Read from the index alone: where this page stops looking.
  const end = selective
    ? await walk()
        .select(['r.first_known_at as at', 'r.id'])
        .limit(1)
        .offset(lookAt - 1)
        .executeTakeFirst()
    : undefined
  const rows = await walk()
    .select(['r.id', 'r.first_known_at as at'])
    .where((eb) => matches(eb, filter))
    .$if(end !== undefined, (query) =>
      query.where((eb) =>
        eb(eb.refTuple('r.first_known_at', 'r.id'), '>=', eb.tuple(end?.at as number, end?.id as number)),
      ),
    )
    .limit(limit + 1)
    .execute()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const found = await listReleaseRows(
    db,
    shown.map(({ id }) => id),
  )
  if (rows.length > limit && last)
    return { rows: found, next: { firstKnownAt: last.at, id: last.id }, stoppedAfter: null }
  if (end) return { rows: found, next: { firstKnownAt: end.at, id: end.id }, stoppedAfter: lookAt }
  return { rows: found, next: null, stoppedAfter: null }
}

/**
 * How many match, counted up to `most`; undefined where more than these would have to be looked at one by one. Of few, an
 * index tells which they are.
 */
export async function countReleases(db: Db, filter: ReleaseFilter, most: number): Promise<number | undefined> {
  if (filter.ids?.length === 0) return 0
  const count = (query: ReturnType<typeof walked>) => countRows(db, query.select('r.id').limit(most + 1))
  const candidates = await count(walked(db, filter))
  if (!isSelective(filter)) return candidates
  return candidates > most ? undefined : await count(walked(db, filter).where((eb) => matches(eb, filter)))
}

/** Something is asked that is looked up for each release. */
const isSelective = ({ kinds, environmentId, hasEmergency, arrived }: ReleaseFilter): boolean =>
  Boolean(kinds?.length || environmentId !== undefined || hasEmergency || arrived)

/** Those that an index answers for. */
function walked(db: Db, filter: ReleaseFilter) {
  let query = db.selectFrom('releases as r').where('r.alias_of_id', 'is', null)
  if (filter.serviceIds) query = query.where(isOneOf('r.service_id', filter.serviceIds))
  if (filter.from !== undefined) query = query.where('r.first_known_at', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('r.first_known_at', '<', filter.to)
  if (filter.reached)
    query = query
      .where('r.first_production_at', '>=', filter.reached.from)
      .where('r.first_production_at', '<', filter.reached.to)
      .where('r.quarantine', 'is', null)
  if (filter.between) {
    const { aboveId, upToId } = filter.between
    const keyOf = (id: number) => db.selectFrom('releases').select('order_key').where('id', '=', id)
    query = query
      .where('r.order_key', '>', keyOf(aboveId))
      .where('r.order_key', '<=', keyOf(upToId))
      .where('r.quarantine', 'is', null)
  }
  return filter.ids ? query.where('r.id', 'in', [...filter.ids]) : query
}

function matches(eb: ExpressionBuilder<{ r: Database['releases'] }, 'r'>, filter: ReleaseFilter): Expression<SqlBool> {
  const conditions: Expression<SqlBool>[] = []
  if (filter.kinds?.length) conditions.push(eb('r.kind', 'in', [...filter.kinds]))
  if (filter.environmentId !== undefined)
    conditions.push(
      sql<SqlBool>`exists (select 1 from deployments as x where x.release_id = r.id and x.environment_id = ${filter.environmentId})`,
    )
  if (filter.arrived) {
    const { environmentId, from, to } = filter.arrived
    conditions.push(
      eb('r.quarantine', 'is', null),
      sql<SqlBool>`exists (select 1 from first_deployments as f where f.release_id = r.id
        and f.environment_id = ${environmentId} and f.at >= ${from} and f.at < ${to})`,
    )
  }
  if (filter.hasEmergency)
    conditions.push(
      sql<SqlBool>`(r.id in (select x.id from emergency_releases as e join releases as x
          on x.service_id = e.service_id and x.version in (e.from_version, e.target_version))
        or exists (select 1 from deployments as d join releases as by on by.id = d.release_id
          where d.replaced_release_id = r.id and ${isHotfix}))`,
    )
  return eb.and(conditions)
}

/** These releases, in this order. */
export async function listReleaseRows(db: Db, ids: readonly number[]): Promise<ReleaseListRow[]> {
  if (ids.length === 0) return []
  const releases = await db
    .selectFrom('releases as r')
    .innerJoin('services as s', 's.id', 'r.service_id')
    .select([
      'r.id',
      'r.service_id',
      's.name as service',
      'r.version',
      'r.kind',
      'r.first_known_at',
      'r.first_deployed_at',
    ])
    .select(['r.first_production_at', 'r.withdrawn', 'r.quarantine'])
    .where(isAmong(db, 'r.id', ids))
    .execute()
  const [live, brought, regressions, failed, taken, removed] = await Promise.all([
    db
      .selectFrom('live_intervals as l')
      .innerJoin('environments as e', 'e.id', 'l.environment_id')
      .select(['l.release_id', 'l.environment_id', 'l.from_at', 'e.name', 'e.tier'])
      .where(isAmong(db, 'l.release_id', ids))
      .where('l.to_at', 'is', null)
      .execute(),
    countBrought(
      db,
      releases.map(({ id, first_production_at: at }) => ({ id, firstProductionAt: at ?? undefined })),
    ),
    countRegressions(db, ids),
    countFailedDeployments(db, ids),
    listTakenOut(db, ids),
    listRemoved(db, ids),
  ])
  const byId = new Map(releases.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    if (!row) return []
    const places = live.filter((place) => place.release_id === id).sort(byTier)
    const { all, open, foundBy } = brought.get(id) ?? NOTHING_BROUGHT
    const { rollbacks, inProduction, hotfixes } = taken.get(id) ?? NEVER_TAKEN_OUT
    const production = usualEnvironment(places.filter(({ tier }) => tier === 'production'))
    return {
      id,
      serviceId: row.service_id,
      service: row.service,
      version: row.version,
      kind: row.kind as ReleaseKind,
      firstKnownAt: row.first_known_at,
      firstDeployedAt: row.first_deployed_at ?? undefined,
      firstProductionAt: row.first_production_at ?? undefined,
      withdrawn: row.withdrawn === 1,
      quarantine: row.quarantine ?? undefined,
      liveIn: places.map(({ name }) => name),
      inProduction: production && {
        ...{ id: production.environment_id, name: production.name, since: production.from_at },
      },
      defects: all.S1 + all.S2 + all.S3 + all.S4,
      bySeverity: all,
      openDefects: open,
      foundBy,
      regressions: regressions.get(id) ?? 0,
      failedDeployments: failed.get(id) ?? 0,
      rolledBack: rollbacks,
      rolledBackInProduction: inProduction,
      removedInProduction: removed.has(id),
      hotfixes,
    }
  })
}

const TIERS: readonly string[] = ['production', 'staging', 'testing', 'development', 'other']
/** Production first, then by name. */
export const byTier = (a: { tier: string; name: string }, b: { tier: string; name: string }): number =>
  TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || (a.name < b.name ? -1 : 1)

/** What became of a release in production, wherever that is. */
export const stayInProduction = ({
  firstProductionAt,
  inProduction,
  rolledBackInProduction,
  removedInProduction,
}: Pick<
  ReleaseListRow,
  'firstProductionAt' | 'inProduction' | 'rolledBackInProduction' | 'removedInProduction'
>): Stay => ({
  ran: firstProductionAt !== undefined,
  runs: inProduction !== undefined,
  rolledBack: rolledBackInProduction > 0,
  removed: removedInProduction,
})
