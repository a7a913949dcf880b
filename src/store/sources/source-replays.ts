import type { Db } from '../database.ts'
import { requeueDelivery } from '../inbox/deliveries.ts'

/** The last time that past deliveries of a source were read again. */
export interface SourceReplay {
  readonly revision: number
  readonly afterId: number
  readonly upToId: number
}

/** What is read again: deliveries that were read, after the rules changed, or that could not be. */
export type ReplayedState = 'processed' | 'failed'

/** Begins with the oldest delivery of the source, also when another reading is under way. */
export async function beginReplay(
  db: Db,
  sourceId: number,
  { revision, state }: { revision: number; state: ReplayedState },
): Promise<void> {
  const { last } = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.max<number | null>('id').as('last'))
    .where('source_id', '=', sourceId)
    .executeTakeFirstOrThrow()
  const replay = { revision, state, after_id: 0, up_to_id: last ?? 0 }
  await db
    .insertInto('source_replays')
    .values({ source_id: sourceId, ...replay })
    .onConflict((conflict) => conflict.column('source_id').doUpdateSet(replay))
    .execute()
}

export async function findReplay(db: Db, sourceId: number): Promise<SourceReplay | undefined> {
  const row = await db
    .selectFrom('source_replays')
    .select(['revision', 'after_id', 'up_to_id'])
    .where('source_id', '=', sourceId)
    .executeTakeFirst()
  return row && { revision: row.revision, afterId: row.after_id, upToId: row.up_to_id }
}

/**
 * Puts the next few past deliveries of a reading under way back in the queue.
 * @returns whether there was a reading under way
 */
export async function requeueNext(db: Db, limit: number): Promise<boolean> {
  const replay = await db
    .selectFrom('source_replays')
    .select(['source_id', 'state', 'after_id', 'up_to_id'])
    .whereRef('after_id', '<', 'up_to_id')
    .orderBy('source_id')
    .limit(1)
    .executeTakeFirst()
  if (!replay) return false
  const rows = await ofReplay(db, replay).select('id').orderBy('id').limit(limit).execute()
  for (const { id } of rows) await requeueDelivery(db, id)
  await db
    .updateTable('source_replays')
    .set({ after_id: rows.length < limit ? replay.up_to_id : (rows.at(-1)?.id ?? replay.up_to_id) })
    .where('source_id', '=', replay.source_id)
    .execute()
  return true
}

/** Deliveries that a reading under way has still to put back in the queue, and those of it that wait there. */
export async function countLeft(db: Db, sourceId: number): Promise<number> {
  const replay = await db
    .selectFrom('source_replays')
    .select(['source_id', 'state', 'after_id', 'up_to_id'])
    .where('source_id', '=', sourceId)
    .executeTakeFirst()
  if (!replay) return 0
  const { left } = await ofReplay(db, replay)
    .select((eb) => eb.fn.countAll<number>().as('left'))
    .executeTakeFirstOrThrow()
  const { waiting } = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('waiting'))
    .where('source_id', '=', sourceId)
    .where('due_at', 'is not', null)
    .where('processed_at', 'is not', null)
    .executeTakeFirstOrThrow()
  return left + waiting
}

/** @returns how many deliveries of the source have been worked out to that end and can be read again */
export async function countInState(db: Db, sourceId: number, state: ReplayedState): Promise<number> {
  const { count } = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('source_id', '=', sourceId)
    .where('state', '=', state)
    .where('due_at', 'is', null)
    .where('body_gone_at', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}

const ofReplay = (db: Db, replay: { source_id: number; state: string; after_id: number; up_to_id: number }) =>
  db
    .selectFrom('deliveries')
    .where('source_id', '=', replay.source_id)
    .where('id', '>', replay.after_id)
    .where('id', '<=', replay.up_to_id)
    .where('state', '=', replay.state)
    .where('body_gone_at', 'is', null)
