import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { isReplacing } from '../../core/deployment/timeline.ts'
import type { DeploymentAction, DeploymentStatus } from '../../core/event.ts'
import { countRows } from '../counted-rows.ts'
import type { Db } from '../database.ts'
import { numbersAsRows } from '../dialect.ts'
import { isOneOf } from '../services/of-services.ts'
import { type Page, pageOf } from './place-list.ts'

/** Absent: not asked. */
export interface DeploymentFilter {
  readonly serviceIds?: readonly number[] | undefined
  readonly environmentId?: number | undefined
  readonly releaseId?: number | undefined
  readonly statuses?: readonly DeploymentStatus[] | undefined
  readonly outcome?: DeploymentOutcome | undefined
  readonly placed?: DeploymentPlaced | undefined
  /** Half-open: at or after `from`, before `to`. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** None but these. */
  readonly ids?: readonly number[] | undefined
}

/**
 * As the overview and the calendar count them: what succeeded and removed nothing, among these the rollbacks and, of the
 * others, the emergency releases; and what failed.
 */
export const DEPLOYMENT_OUTCOMES = ['deployed', 'rollback', 'emergency', 'failed'] as const
export type DeploymentOutcome = (typeof DEPLOYMENT_OUTCOMES)[number]

/**
 * As trends count them: those that put a release in place; of these the planned ones, the rollbacks, the emergency
 * releases, both of the latter, and those that failed.
 */
export const DEPLOYMENTS_PLACED = ['all', 'planned', 'rollback', 'emergency', 'unplanned', 'failed'] as const
export type DeploymentPlaced = (typeof DEPLOYMENTS_PLACED)[number]

export interface DeploymentPosition {
  readonly at: number
  readonly id: number
}

export interface DeploymentListRow {
  readonly id: number
  readonly service: string
  readonly environment: string
  /** Undefined for a removal that names none and ended none. */
  readonly release: { readonly id: number; readonly version: string } | undefined
  readonly commit: string | undefined
  readonly status: DeploymentStatus
  readonly action: DeploymentAction
  /** What the timeline makes of it; undefined until it succeeded. */
  readonly effect: string | undefined
  readonly at: number
  readonly startedAt: number | undefined
  readonly finishedAt: number | undefined
  /** Version that it replaced there. */
  readonly replaced: string | undefined
  readonly url: string | undefined
  readonly actor: string | undefined
  readonly source: string
  readonly senderKey: string | undefined
}

/** One page of deployments, newest first. */
export async function listDeployments(
  db: Db,
  filter: DeploymentFilter,
  { after, limit }: { after?: DeploymentPosition | undefined; limit: number },
): Promise<Page<DeploymentListRow>> {
  // The ids first: a planner that sees all the joins at once may start from the wrong table.
  const found = await placedIds(db, filter, { after, limit: limit + 1 })
  const rows = await db
    .selectFrom('deployments as d')
    .innerJoin('services as s', 's.id', 'd.service_id')
    .innerJoin('environments as e', 'e.id', 'd.environment_id')
    .leftJoin('releases as r', 'r.id', 'd.release_id')
    .innerJoin('sources as x', 'x.id', 'd.source_id')
    .leftJoin('releases as p', 'p.id', 'd.replaced_release_id')
    .select(['d.id', 's.name as service', 'e.name as environment', 'r.id as release_id', 'r.version', 'd.commit_sha'])
    .select(['d.status', 'd.action', 'd.effect', 'd.at', 'd.started_at', 'd.finished_at', 'p.version as replaced'])
    .select(['d.url', 'd.actor', 'x.slug as source', 'd.sender_key'])
    .where('d.id', 'in', found)
    .orderBy('d.at', 'desc')
    .orderBy('d.id', 'desc')
    .execute()
  return pageOf(rows, limit, (row) => ({
    id: row.id,
    service: row.service,
    environment: row.environment,
    release: row.release_id === null || row.version === null ? undefined : { id: row.release_id, version: row.version },
    commit: row.commit_sha ?? undefined,
    status: row.status as DeploymentStatus,
    action: row.action as DeploymentAction,
    effect: row.effect ?? undefined,
    at: row.at,
    startedAt: row.started_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    replaced: isReplacing(row.effect) ? (row.replaced ?? undefined) : undefined,
    url: row.url ?? undefined,
    actor: row.actor ?? undefined,
    source: row.source,
    senderKey: row.sender_key ?? undefined,
  }))
}

async function placedIds(
  db: Db,
  filter: DeploymentFilter,
  { after, limit }: { after?: DeploymentPosition | undefined; limit: number },
): Promise<number[]> {
  let query = matching(db, filter).select('id')
  if (after) query = query.where((eb) => eb(eb.refTuple('at', 'id'), '<', eb.tuple(after.at, after.id)))
  const rows = await query.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(({ id }) => id)
}

/**
 * How many match, counted up to one more than `most`; undefined where, of all time, more than these would have to be looked
 * at one by one.
 */
export async function countMatchingDeployments(
  db: Db,
  filter: DeploymentFilter,
  most: number,
): Promise<number | undefined> {
  const count = (asked: DeploymentFilter) =>
    countRows(
      db,
      matching(db, asked)
        .select('id')
        .limit(most + 1),
    )
  const { statuses, outcome, placed, ...byIndex } = filter
  const isSelective = Boolean(statuses?.length || outcome || placed)
  if (isSelective && filter.from === undefined && (await count(byIndex)) > most) return undefined
  return await count(filter)
}

function matching(db: Db, filter: DeploymentFilter) {
  let query = db.selectFrom('deployments')
  if (filter.serviceIds) query = query.where(isOneOf('service_id', filter.serviceIds))
  if (filter.environmentId !== undefined) query = query.where('environment_id', '=', filter.environmentId)
  if (filter.releaseId !== undefined) query = query.where('release_id', '=', filter.releaseId)
  if (filter.statuses?.length) query = query.where('status', 'in', [...filter.statuses])
  if (filter.outcome) query = query.where('status', '=', filter.outcome === 'failed' ? 'failed' : 'succeeded')
  if (filter.outcome === 'deployed')
    query = query.where((eb) => eb.or([eb('effect', 'is', null), eb('effect', '<>', 'removal')]))
  if (filter.outcome === 'rollback') query = query.where('effect', '=', 'rollback')
  if (filter.outcome === 'emergency')
    query = query
      .where((eb) => eb.or([eb('effect', 'is', null), eb('effect', 'not in', ['removal', 'rollback'])]))
      .where('release_id', 'in', db.selectFrom('releases').select('id').where('kind', '=', 'emergency'))
  if (filter.placed) query = query.where(PLACED[filter.placed])
  if (filter.ids) query = query.where(sql<SqlBool>`id in ${numbersAsRows(db, filter.ids)}`)
  if (filter.from !== undefined) query = query.where('at', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('at', '<', filter.to)
  return query
}

const PLACED: Readonly<Record<DeploymentPlaced, RawBuilder<SqlBool>>> = {
  // As the index has it.
  all: sql`effect in ('deploy', 'rollback')`,
  planned: sql`effect = 'deploy' and (release_id is null or release_id not in (${emergencies()}))`,
  rollback: sql`effect = 'rollback'`,
  emergency: sql`effect = 'deploy' and release_id in (${emergencies()})`,
  unplanned: sql`(effect = 'rollback' or effect = 'deploy' and release_id in (${emergencies()}))`,
  failed: sql`effect in ('deploy', 'rollback') and id in (select deployment_id from failed_deployments)`,
}

function emergencies() {
  return sql`select releases.id from releases where releases.kind = 'emergency'`
}
