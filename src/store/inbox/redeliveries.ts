import { sql } from 'kysely'
import type { Ask, Asked } from '../../core/inbound/gap-repair.ts'
import type { Db } from '../database.ts'
import { type Page, pageOf } from '../deployments/place-list.ts'

/** Deliveries that a sender was asked for again. */

/** Of these guids, how often and when each was asked for; absent when it never was. */
export async function listAsked(db: Db, sourceId: number, guids: readonly string[]): Promise<Map<string, Asked>> {
  const asked = new Map<string, Asked>()
  for (const some of inChunks(guids)) {
    const rows = await db
      .selectFrom('redeliveries')
      .select(['guid', 'times', 'asked_at'])
      .where('source_id', '=', sourceId)
      .where('guid', 'in', some)
      .execute()
    for (const row of rows) asked.set(row.guid, { times: row.times, lastAt: row.asked_at })
  }
  return asked
}

/** Of these guids, those whose delivery is in the inbox. */
export async function listHeld(db: Db, sourceId: number, guids: readonly string[]): Promise<Set<string>> {
  const held = new Set<string>()
  for (const some of inChunks(guids)) {
    const rows = await db
      .selectFrom('deliveries')
      .select('delivery_key')
      .where('source_id', '=', sourceId)
      .where('delivery_key', 'in', some)
      .execute()
    for (const row of rows) held.add(row.delivery_key)
  }
  return held
}

/**
 * Notes that one is asked for, before it is: a crash in between must not ask twice.
 * @returns false when another instance was first
 */
export async function claimAsk(db: Db, sourceId: number, ask: Ask, now: number): Promise<boolean> {
  if (ask.before === undefined) {
    const inserted = await db
      .insertInto('redeliveries')
      .values({ source_id: sourceId, guid: ask.guid, because: ask.because, times: 1, asked_at: now })
      .onConflict((conflict) => conflict.columns(['source_id', 'guid']).doNothing())
      .executeTakeFirst()
    return Number(inserted.numInsertedOrUpdatedRows) === 1
  }
  const updated = await db
    .updateTable('redeliveries')
    .set({ times: ask.before.times + 1, asked_at: now, because: ask.because })
    .where('source_id', '=', sourceId)
    .where('guid', '=', ask.guid)
    .where('times', '=', ask.before.times)
    .executeTakeFirst()
  return Number(updated.numUpdatedRows) === 1
}

/** Takes a claim back: the sender was surely not asked. */
export async function releaseAsk(db: Db, sourceId: number, { guid, before }: Ask): Promise<void> {
  const claimed = (times: number) => ({ source_id: sourceId, guid, times })
  if (before === undefined)
    await db
      .deleteFrom('redeliveries')
      .where((eb) => eb.and(claimed(1)))
      .execute()
  else
    await db
      .updateTable('redeliveries')
      .set({ times: before.times, asked_at: before.lastAt })
      .where((eb) => eb.and(claimed(before.times + 1)))
      .execute()
}

/** Forgets those last asked for before `before`. */
export async function forgetAsked(db: Db, sourceId: number, before: number): Promise<void> {
  await db.deleteFrom('redeliveries').where('source_id', '=', sourceId).where('asked_at', '<', before).execute()
}

/** By source id: how many are remembered as asked for, and how many of those have arrived. */
export async function countAsked(db: Db): Promise<Map<number, { readonly asked: number; readonly arrived: number }>> {
  const rows = await db
    .selectFrom('redeliveries')
    .leftJoin('deliveries', (join) =>
      join
        .onRef('deliveries.source_id', '=', 'redeliveries.source_id')
        .onRef('deliveries.delivery_key', '=', 'redeliveries.guid'),
    )
    .groupBy('redeliveries.source_id')
    .select((eb) => [
      'redeliveries.source_id',
      eb.fn.countAll<number>().as('asked'),
      eb.fn.count<number>('deliveries.id').as('arrived'),
    ])
    .execute()
  return new Map(rows.map(({ source_id, asked, arrived }) => [source_id, { asked, arrived }]))
}

export interface RedeliveryPosition {
  readonly askedAt: number
  readonly guid: string
}

export interface Redelivery extends RedeliveryPosition {
  readonly times: number
  readonly because: Ask['because']
  /** The delivery that it came as; undefined: it has not come. */
  readonly deliveryId: number | undefined
}

/** One page of those that a source is remembered as asked for, the last asked first. O(all of that source). */
export async function listRedeliveries(
  db: Db,
  sourceId: number,
  asked: { readonly onlyArrived: boolean; readonly after?: RedeliveryPosition | undefined; readonly limit: number },
): Promise<Page<Redelivery>> {
  const { onlyArrived, after, limit } = asked
  const rows = await db
    .selectFrom('redeliveries as r')
    .leftJoin('deliveries as d', (join) =>
      join.onRef('d.source_id', '=', 'r.source_id').onRef('d.delivery_key', '=', 'r.guid'),
    )
    .select(['r.guid', 'r.asked_at', 'r.times', 'r.because', 'd.id'])
    .where('r.source_id', '=', sourceId)
    .$if(onlyArrived, (query) => query.where('d.id', 'is not', null))
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(r.asked_at < ${after?.askedAt} or r.asked_at = ${after?.askedAt} and r.guid > ${after?.guid})`,
      ),
    )
    .orderBy('r.asked_at', 'desc')
    .orderBy('r.guid')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (row) => ({
    ...{ guid: row.guid, askedAt: row.asked_at, times: row.times, because: row.because as Ask['because'] },
    deliveryId: row.id ?? undefined,
  }))
}

/** Both engines bound how many parameters one statement may have. */
function inChunks(guids: readonly string[]): string[][] {
  const chunks: string[][] = []
  for (let i = 0; i < guids.length; i += 500) chunks.push(guids.slice(i, i + 500))
  return chunks
}
