import { sql } from 'kysely'
import type { EnvironmentTier } from '../../core/event.ts'
import { countRows } from '../counted-rows.ts'
import type { Db } from '../database.ts'
import { type Page, pageOf } from '../deployments/place-list.ts'
import { namedLike } from './service-names.ts'

/** Who or what says of which tier an environment is; `at`: when they last did. */
export type TierOrigin =
  | { readonly from: 'name' }
  | { readonly from: 'sender'; readonly at: number }
  | { readonly from: 'person'; readonly by: string; readonly at: number }

export interface EnvironmentRow {
  readonly id: number
  readonly name: string
  readonly tier: EnvironmentTier
  readonly origin: TierOrigin
  /** What its name or senders say, and which of them. */
  readonly said: EnvironmentTier
  readonly saidBy: 'name' | 'sender'
  /** Services of which something runs there. */
  readonly running: number
  readonly lastDeployment:
    | { readonly service: string; readonly version: string | undefined; readonly at: number }
    | undefined
  readonly knownSince: number
  /** Whether what was deployed there is still being derived anew for its tier. */
  readonly isInWork: boolean
}

/** How many there are, counted up to one more than `most`. */
export const countEnvironments = (db: Db, text: string, most: number): Promise<number> =>
  countRows(
    db,
    db
      .selectFrom('environments as e')
      .select('e.id')
      .$if(text !== '', (query) => query.where(namedLike('e.name', text)))
      .limit(most + 1),
  )

/** Environments after the name `after`. */
export async function listEnvironmentRows(
  db: Db,
  { text }: { readonly text?: string | undefined },
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<Page<EnvironmentRow>> {
  const rows = await selectEnvironments(db)
    .$if(text !== undefined && text !== '', (query) => query.where(namedLike('e.name', text as string)))
    .$if(after !== undefined, (query) => query.where('e.name', '>', after as string))
    .orderBy('e.name')
    .limit(limit + 1)
    .execute()
  const running = await countRunning(
    db,
    rows.map(({ id }) => id),
  )
  return pageOf(rows, limit, (row) => asRow(row, running))
}

export async function getEnvironmentRow(db: Db, id: number): Promise<EnvironmentRow | undefined> {
  const row = await selectEnvironments(db).where('e.id', '=', id).executeTakeFirst()
  return row && asRow(row, await countRunning(db, [id]))
}

/** With the newest deployment of each, which an index gives. */
const selectEnvironments = (db: Db) =>
  db
    .selectFrom('environments as e')
    .leftJoin('deployments as d', (join) =>
      join.on((eb) =>
        eb(
          'd.id',
          '=',
          eb
            .selectFrom('deployments as newest')
            .select('newest.id')
            .whereRef('newest.environment_id', '=', 'e.id')
            .orderBy('newest.at', 'desc')
            .orderBy('newest.id', 'desc')
            .limit(1),
        ),
      ),
    )
    .leftJoin('services as s', 's.id', 'd.service_id')
    .leftJoin('releases as r', 'r.id', 'd.release_id')
    .leftJoin('tier_ranges as t', 't.environment_id', 'e.id')
    .select(['e.id', 'e.name', 'e.tier', 'e.tier_stated_at', 'e.said_tier', 'e.tier_decided_by', 'e.tier_decided_at'])
    .select(['e.created_at', 'd.at', 's.name as service', 'r.version', 't.environment_id as in_work'])

type Selected = Awaited<ReturnType<ReturnType<typeof selectEnvironments>['execute']>>[number]

const asRow = (row: Selected, running: ReadonlyMap<number, number>): EnvironmentRow => ({
  id: row.id,
  name: row.name,
  tier: row.tier as EnvironmentTier,
  origin: originOf(row),
  said: (row.said_tier ?? row.tier) as EnvironmentTier,
  saidBy: row.tier_stated_at === null ? 'name' : 'sender',
  running: running.get(row.id) ?? 0,
  lastDeployment:
    row.at === null || row.service === null
      ? undefined
      : { service: row.service, version: row.version ?? undefined, at: row.at },
  knownSince: row.created_at,
  isInWork: row.in_work !== null,
})

function originOf({ said_tier, tier_decided_by: by, tier_decided_at, tier_stated_at }: Selected): TierOrigin {
  if (said_tier !== null) return { from: 'person', by: by ?? '', at: tier_decided_at ?? 0 }
  return tier_stated_at === null ? { from: 'name' } : { from: 'sender', at: tier_stated_at }
}

async function countRunning(db: Db, environmentIds: readonly number[]): Promise<Map<number, number>> {
  if (environmentIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('live_intervals')
    .select((eb) => ['environment_id', eb.fn.countAll<number>().as('n')])
    .where('to_at', 'is', null)
    .where('environment_id', 'in', [...environmentIds])
    .groupBy('environment_id')
    .execute()
  return new Map(rows.map(({ environment_id, n }) => [environment_id, Number(n)]))
}

/** Whether kinds of releases, regressions or suspects are being worked out anew, for whatever reason. */
export async function isAnythingInWork(db: Db): Promise<boolean> {
  for (const table of WORK)
    if (await db.selectFrom(table).select(sql`1`.as('one')).limit(1).executeTakeFirst()) return true
  return false
}

const WORK = [
  'tier_ranges',
  'order_marks',
  'classification_ranges',
  'judgement_ranges',
  'attribution_ranges',
  'unplaced_attribution_range',
] as const
