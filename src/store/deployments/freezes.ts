import type { ExpressionBuilder } from 'kysely'
import type { Freeze } from '../../core/time/freeze.ts'
import type { Db } from '../database.ts'
import type { Database } from '../schema.ts'
import { type Page, pageOf } from './place-list.ts'

export interface FreezeRow extends Freeze {
  readonly id: number
  readonly createdBy: string
  readonly createdAt: number
  readonly changedBy: string | undefined
  readonly changedAt: number | undefined
  readonly endedBy: string | undefined
}

export interface FreezeFilter {
  /** Of this service or of all. */
  readonly serviceId?: number | undefined
  readonly environmentId?: number | undefined
  /** In force at some time in it, half-open; those that were cancelled never are. */
  readonly during?: { readonly from: number; readonly to: number } | undefined
}

export interface FreezePosition {
  readonly from: number
  readonly id: number
}

/** One page, the one that begins last first. */
export async function listFreezes(
  db: Db,
  filter: FreezeFilter,
  { after, limit }: { after?: FreezePosition | undefined; limit: number },
): Promise<Page<FreezeRow>> {
  const rows = await selectFreezes(db)
    .where((eb) => eb.and(conditionsOf(eb, filter)))
    .$if(after !== undefined, (query) =>
      query.where((eb) =>
        eb(eb.refTuple('f.from_at', 'f.id'), '<', eb.tuple(after?.from as number, after?.id as number)),
      ),
    )
    .orderBy('f.from_at', 'desc')
    .orderBy('f.id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, toFreeze)
}

/** What stops a deployment of the service to the environment at an instant; what ends last first. */
export async function listInForce(
  db: Db,
  place: { readonly serviceId: number; readonly environmentId: number },
  at: number,
): Promise<FreezeRow[]> {
  const rows = await selectFreezes(db)
    .where((eb) => eb.and(conditionsOf(eb, { ...place, during: { from: at, to: at + 1 } })))
    .orderBy('f.to_at', 'desc')
    .orderBy('f.id')
    .execute()
  return rows.map(toFreeze)
}

/** What stops the service in any environment at an instant; what ends last first. */
export async function listInForceAnywhere(db: Db, serviceId: number, at: number): Promise<FreezeRow[]> {
  const rows = await selectFreezes(db)
    .where((eb) => eb.and(conditionsOf(eb, { serviceId, during: { from: at, to: at + 1 } })))
    .orderBy('f.to_at', 'desc')
    .orderBy('f.id')
    .execute()
  return rows.map(toFreeze)
}

export async function findFreeze(db: Db, id: number): Promise<FreezeRow | undefined> {
  const row = await selectFreezes(db).where('f.id', '=', id).executeTakeFirst()
  return row && toFreeze(row)
}

export async function insertFreeze(
  db: Db,
  freeze: {
    readonly serviceId: number | null
    readonly environmentId: number
    readonly from: number
    readonly to: number
    readonly reason: string
  },
  by: { readonly name: string; readonly at: number },
): Promise<number> {
  const { id } = await db
    .insertInto('freezes')
    .values({
      service_id: freeze.serviceId,
      environment_id: freeze.environmentId,
      from_at: freeze.from,
      to_at: freeze.to,
      reason: freeze.reason,
      created_by: by.name,
      created_at: by.at,
      changed_by: null,
      changed_at: null,
      ended_by: null,
      ended_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function updateFreeze(
  db: Db,
  id: number,
  freeze: { readonly from: number; readonly to: number; readonly reason: string },
  by: { readonly name: string; readonly at: number },
): Promise<void> {
  await db
    .updateTable('freezes')
    .set({ from_at: freeze.from, to_at: freeze.to, reason: freeze.reason, changed_by: by.name, changed_at: by.at })
    .where('id', '=', id)
    .execute()
}

export async function endFreeze(db: Db, id: number, by: { readonly name: string; readonly at: number }): Promise<void> {
  await db.updateTable('freezes').set({ ended_by: by.name, ended_at: by.at }).where('id', '=', id).execute()
}

const selectFreezes = (db: Db) =>
  db
    .selectFrom('freezes as f')
    .innerJoin('environments as e', 'e.id', 'f.environment_id')
    .leftJoin('services as s', 's.id', 'f.service_id')
    .selectAll('f')
    .select(['e.name as environment', 's.name as service'])

type FreezeExpression = ExpressionBuilder<Database & { f: Database['freezes'] }, 'f'>

function conditionsOf(builder: unknown, { serviceId, environmentId, during }: FreezeFilter) {
  const eb = builder as FreezeExpression
  return [
    ...(serviceId === undefined ? [] : [eb.or([eb('f.service_id', 'is', null), eb('f.service_id', '=', serviceId)])]),
    ...(environmentId === undefined ? [] : [eb('f.environment_id', '=', environmentId)]),
    ...(during === undefined
      ? []
      : [
          eb('f.from_at', '<', during.to),
          eb('f.to_at', '>', during.from),
          eb.or([
            eb('f.ended_at', 'is', null),
            eb.and([eb('f.ended_at', '>', during.from), eb('f.ended_at', '>', eb.ref('f.from_at'))]),
          ]),
        ]),
  ]
}

const toFreeze = (row: FreezeRead): FreezeRow => ({
  id: row.id,
  service: row.service ?? undefined,
  environment: row.environment,
  from: row.from_at,
  to: row.to_at,
  reason: row.reason,
  createdBy: row.created_by,
  createdAt: row.created_at,
  changedBy: row.changed_by ?? undefined,
  changedAt: row.changed_at ?? undefined,
  endedBy: row.ended_by ?? undefined,
  endedAt: row.ended_at ?? undefined,
})

interface FreezeRead {
  readonly id: number
  readonly service: string | null
  readonly environment: string
  readonly from_at: number
  readonly to_at: number
  readonly reason: string
  readonly created_by: string
  readonly created_at: number
  readonly changed_by: string | null
  readonly changed_at: number | null
  readonly ended_by: string | null
  readonly ended_at: number | null
}
