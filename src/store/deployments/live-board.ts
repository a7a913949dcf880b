import type { ExpressionBuilder } from 'kysely'
import type { DeploymentEffect } from '../../core/deployment/timeline.ts'
import type { DeploymentStatus, EnvironmentTier, ReleaseKind } from '../../core/event.ts'
import { countRows } from '../counted-rows.ts'
import type { Db } from '../database.ts'
import { byTier } from '../releases/release-list.ts'
import type { Database } from '../schema.ts'
import { serviceNamedLike } from '../services/service-names.ts'
import { type Page, pageOf } from './place-list.ts'

/** What runs where, a page of services at a time: reads are bounded by services × environments shown. */

export interface BoardEnvironment {
  readonly id: number
  readonly name: string
  readonly tier: EnvironmentTier
}

/** What is called production before a canary of the same tier, then as everywhere. */
export const byWeight = (
  a: Pick<BoardEnvironment, 'name' | 'tier'>,
  b: Pick<BoardEnvironment, 'name' | 'tier'>,
): number => Number(b.name === 'production') - Number(a.name === 'production') || byTier(a, b)

export interface BoardFilter {
  readonly environments: readonly BoardEnvironment[]
  /** Part of the service's name, upper or lower case alike. */
  readonly text?: string | undefined
  readonly owner?: string | undefined
  readonly serviceId?: number | undefined
  /** Only where not all of the environments run the same. */
  readonly differing?: boolean | undefined
}

export interface LiveThere {
  readonly releaseId: number
  readonly version: string
  readonly kind: ReleaseKind
  readonly orderKey: string
  readonly since: number
  readonly deploymentId: number
  readonly effect: DeploymentEffect | undefined
  readonly actor: string | undefined
  readonly url: string | undefined
  /** Of the traffic, below 100; undefined: all of it, as far as anybody said. */
  readonly percent: number | undefined
}

/** What is on its way there, or did not arrive, since that which runs was put there. */
export interface NewestAttempt {
  readonly version: string | undefined
  readonly status: Extract<DeploymentStatus, 'pending' | 'in-progress' | 'failed'>
  readonly at: number
  readonly percent: number | undefined
}

export interface BoardCell {
  readonly environmentId: number
  readonly live: LiveThere | undefined
  /** When it stopped running there; undefined while it runs, or when nothing ever did. */
  readonly removedAt: number | undefined
  readonly attempt: NewestAttempt | undefined
  /** How far it is behind the newest release that runs in one of the other environments; undefined: it is that one. */
  readonly behind: Behind | undefined
}

export interface Behind {
  /** The environment that runs the newest. */
  readonly environmentId: number
  readonly releases: number
  /** Distinct ones in those releases; 0 when none were told. */
  readonly commits: number
  readonly since: number
}

export interface BoardRow {
  readonly serviceId: number
  readonly service: string
  readonly owner: string | undefined
  /** In the order of the environments asked for. */
  readonly cells: readonly BoardCell[]
}

/** Services that were ever deployed to one of the environments, by name, after the name `after`. */
export async function listBoard(
  db: Db,
  filter: BoardFilter,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Page<BoardRow>> {
  const environmentIds = filter.environments.map(({ id }) => id)
  const services = await db
    .selectFrom('services as s')
    .select(['s.id', 's.name', 's.owner'])
    .where((eb) => matches(eb, filter, environmentIds))
    .$if(after !== undefined, (query) => query.where('s.name', '>', after as string))
    .orderBy('s.name')
    .limit(limit + 1)
    .execute()
  const shown = services.slice(0, limit)
  const cells = await loadCells(
    db,
    shown.map(({ id }) => id),
    environmentIds,
  )
  return pageOf(services, limit, ({ id, name, owner }) => ({
    serviceId: id,
    service: name,
    owner: owner ?? undefined,
    cells: environmentIds.map((environmentId) => cells.get(placeOf(id, environmentId)) ?? nothing(environmentId)),
  }))
}

/** How many services the board has, counted up to one more than `most`. */
export const countBoard = (db: Db, filter: BoardFilter, most: number): Promise<number> =>
  countRows(
    db,
    db
      .selectFrom('services as s')
      .select('s.id')
      .where((eb) =>
        matches(
          eb,
          filter,
          filter.environments.map(({ id }) => id),
        ),
      )
      .limit(most + 1),
  )

const placeOf = (serviceId: number, environmentId: number): string => `${serviceId} ${environmentId}`
const nothing = (environmentId: number): BoardCell => ({
  environmentId,
  live: undefined,
  removedAt: undefined,
  attempt: undefined,
  behind: undefined,
})

function matches(
  eb: ExpressionBuilder<Database & { s: Database['services'] }, 's'>,
  { text, owner, serviceId, differing }: BoardFilter,
  environmentIds: readonly number[],
) {
  const deployedThere = eb.exists(
    eb
      .selectFrom('first_deployments as f')
      .select('f.release_id')
      .whereRef('f.service_id', '=', 's.id')
      .where('f.environment_id', 'in', [...environmentIds]),
  )
  const named = text === undefined || text === '' ? undefined : serviceNamedLike(text)
  const differ = eb.exists(
    eb
      .selectFrom('live_intervals as a')
      .innerJoin('live_intervals as b', 'b.service_id', 'a.service_id')
      .select('a.id')
      .whereRef('a.service_id', '=', 's.id')
      .where('a.to_at', 'is', null)
      .where('b.to_at', 'is', null)
      .where('a.environment_id', 'in', [...environmentIds])
      .where('b.environment_id', 'in', [...environmentIds])
      .whereRef('a.release_id', '!=', 'b.release_id'),
  )
  return eb.and([
    deployedThere,
    ...(named ? [named] : []),
    ...(owner ? [eb('s.owner', '=', owner)] : []),
    ...(serviceId === undefined ? [] : [eb('s.id', '=', serviceId)]),
    ...(differing ? [differ] : []),
  ])
}

async function loadCells(
  db: Db,
  serviceIds: readonly number[],
  environmentIds: readonly number[],
): Promise<Map<string, BoardCell>> {
  const newest = await db
    .selectFrom('services as s')
    .innerJoin('environments as e', (join) => join.onTrue())
    .select(['s.id as serviceId', 'e.id as environmentId'])
    .select((eb) => [
      eb
        .selectFrom('live_intervals as l')
        .select('l.id')
        .whereRef('l.service_id', '=', 's.id')
        .whereRef('l.environment_id', '=', 'e.id')
        .orderBy('l.from_at', 'desc')
        .limit(1)
        .as('intervalId'),
      eb
        .selectFrom('deployments as d')
        .select('d.id')
        .whereRef('d.service_id', '=', 's.id')
        .whereRef('d.environment_id', '=', 'e.id')
        .orderBy('d.at', 'desc')
        .orderBy('d.natural_key', 'desc')
        .limit(1)
        .as('deploymentId'),
    ])
    .where('s.id', 'in', [...serviceIds])
    .where('e.id', 'in', [...environmentIds])
    .execute()
  const [intervals, deployments] = await Promise.all([
    listIntervals(
      db,
      newest.flatMap(({ intervalId }) => intervalId ?? []),
    ),
    listAttempts(
      db,
      newest.flatMap(({ deploymentId }) => deploymentId ?? []),
    ),
  ])
  const cells = newest.map(({ serviceId, environmentId, intervalId, deploymentId }) => {
    const last = intervalId === null ? undefined : intervals.get(intervalId)
    const tried = deploymentId === null ? undefined : deployments.get(deploymentId)
    const live = last?.until === undefined ? last?.live : undefined
    const isNews = tried !== undefined && tried.at > (live?.since ?? last?.until ?? 0)
    return { serviceId, environmentId, live, removedAt: last?.until, attempt: isNews ? tried : undefined }
  })
  const drifted = await Promise.all(
    serviceIds.map((serviceId) =>
      withDrift(
        db,
        serviceId,
        cells.filter((cell) => cell.serviceId === serviceId),
      ),
    ),
  )
  return new Map(drifted.flat())
}

interface LastInterval {
  readonly live: LiveThere
  readonly until: number | undefined
}

async function listIntervals(db: Db, ids: readonly number[]): Promise<Map<number, LastInterval>> {
  const rows = await db
    .selectFrom('live_intervals as l')
    .innerJoin('releases as r', 'r.id', 'l.release_id')
    .innerJoin('deployments as d', 'd.id', 'l.deployment_id')
    .select(['l.id', 'l.from_at', 'l.to_at', 'r.id as release_id', 'r.version', 'r.kind', 'r.order_key'])
    .select(['d.id as deployment_id', 'd.effect', 'd.actor', 'd.url', 'd.percent'])
    .where('l.id', 'in', [...ids])
    .execute()
  return new Map(
    rows.map((row) => [
      row.id,
      {
        live: {
          releaseId: row.release_id,
          version: row.version,
          kind: row.kind as ReleaseKind,
          orderKey: row.order_key,
          since: row.from_at,
          deploymentId: row.deployment_id,
          effect: (row.effect ?? undefined) as DeploymentEffect | undefined,
          actor: row.actor ?? undefined,
          url: row.url ?? undefined,
          percent: row.percent !== null && row.percent < 100 ? row.percent : undefined,
        },
        until: row.to_at ?? undefined,
      },
    ]),
  )
}

async function listAttempts(db: Db, ids: readonly number[]): Promise<Map<number, NewestAttempt>> {
  const rows = await db
    .selectFrom('deployments as d')
    .leftJoin('releases as r', 'r.id', 'd.release_id')
    .select(['d.id', 'd.status', 'd.at', 'd.percent', 'r.version'])
    .where('d.id', 'in', [...ids])
    .where('d.status', 'in', ['pending', 'in-progress', 'failed'])
    .execute()
  return new Map(
    rows.map((row) => [
      row.id,
      {
        version: row.version ?? undefined,
        status: row.status as NewestAttempt['status'],
        at: row.at,
        percent: row.percent ?? undefined,
      },
    ]),
  )
}

type PlacedCell = Omit<BoardCell, 'behind'> & { readonly serviceId: number }

/** The cells of one service, each with how far it is behind the newest release among them. */
async function withDrift(
  db: Db,
  serviceId: number,
  cells: readonly PlacedCell[],
): Promise<(readonly [string, BoardCell])[]> {
  const running = cells.flatMap(({ environmentId, live }) => (live ? [{ environmentId, live }] : []))
  const ahead = running.reduce<(typeof running)[number] | undefined>(
    (most, one) => (most === undefined || one.live.orderKey > most.live.orderKey ? one : most),
    undefined,
  )
  return await Promise.all(
    cells.map(async ({ serviceId: _, ...cell }) => {
      const isBehind = ahead && cell.live && cell.live.orderKey < ahead.live.orderKey
      const behind = isBehind
        ? await measureLag(
            db,
            serviceId,
            cell.live as LiveThere,
            ahead,
            running.map(({ environmentId }) => environmentId),
          )
        : undefined
      return [placeOf(serviceId, cell.environmentId), { ...cell, behind }] as const
    }),
  )
}

/** What runs elsewhere and not here: releases above this one up to the newest, their commits, and since when. */
async function measureLag(
  db: Db,
  serviceId: number,
  here: LiveThere,
  ahead: { readonly environmentId: number; readonly live: LiveThere },
  environmentIds: readonly number[],
): Promise<Behind> {
  const between = db
    .selectFrom('releases')
    .where('service_id', '=', serviceId)
    .where('order_key', '>', here.orderKey)
    .where('order_key', '<=', ahead.live.orderKey)
    .where('alias_of_id', 'is', null)
    .where('quarantine', 'is', null)
  const [releases, commits, first] = await Promise.all([
    between.select((eb) => eb.fn.countAll<number>().as('n')).executeTakeFirstOrThrow(),
    db
      .selectFrom('release_commits')
      .select((eb) => eb.fn.count<number>('sha').distinct().as('n'))
      .where('release_id', 'in', between.select('id'))
      .executeTakeFirstOrThrow(),
    db
      .selectFrom('first_deployments')
      .select((eb) => eb.fn.min<number | null>('at').as('at'))
      .where('release_id', 'in', between.select('id'))
      .where('environment_id', 'in', [...environmentIds])
      .executeTakeFirst(),
  ])
  return {
    environmentId: ahead.environmentId,
    releases: releases.n,
    commits: commits.n,
    // The later of the two: what was put back by a rollback has been missing only since then.
    since: Math.max(here.since, Number(first?.at ?? ahead.live.since)),
  }
}

/** Owners that services have, by name. */
export async function listOwners(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('services')
    .select('owner')
    .distinct()
    .where('owner', 'is not', null)
    .orderBy('owner')
    .limit(limit)
    .execute()
  return rows.flatMap(({ owner }) => owner ?? [])
}
