import type { Db } from '../database.ts'

/** Deliveries that are older than they are kept. Each step takes a few, the oldest first, and says how many. */

export interface StepTaken {
  readonly n: number
  /** There may be more. */
  readonly more: boolean
}

export interface Aged {
  /** How many there are. */
  readonly count: (db: Db) => Promise<number>
  /** Takes up to `limit` of them, or a few more where they belong together. */
  readonly step: (db: Db, limit: number) => Promise<StepTaken>
}

type ConcludedState = 'processed' | 'ignored' | 'failed'

/** Bodies of concluded deliveries in one of these states that were received before an instant. */
export function agedBodies(states: readonly ConcludedState[], before: number, now: number): Aged {
  const aged = (db: Db, state: ConcludedState) =>
    db
      .selectFrom('deliveries')
      .where('state', '=', state)
      .where('received_at', '<', before)
      .where('due_at', 'is', null)
      .where('body_gone_at', 'is', null)
  return {
    async count(db) {
      let n = 0
      for (const state of states)
        n += (
          await aged(db, state)
            .select((eb) => eb.fn.countAll<number>().as('n'))
            .executeTakeFirstOrThrow()
        ).n
      return n
    },
    async step(db, limit) {
      for (const state of states) {
        const rows = await aged(db, state).select('id').orderBy('received_at').orderBy('id').limit(limit).execute()
        if (rows.length === 0) continue
        await db
          .updateTable('deliveries')
          .set({ body: new Uint8Array(), body_gone_at: now })
          .where('id', 'in', ids(rows))
          // It may have been put back in the queue since.
          .where('state', '=', state)
          .where('due_at', 'is', null)
          .execute()
        return { n: rows.length, more: true }
      }
      return { n: 0, more: false }
    },
  }
}

/**
 * Deliveries without their bodies that were received before an instant, with what is noted of each: from then on the same
 * delivery would be taken for a new one.
 */
export function agedDeliveries(before: number): Aged {
  const aged = (db: Db) =>
    db.selectFrom('deliveries').where('body_gone_at', 'is not', null).where('received_at', '<', before)
  return {
    count: async (db) =>
      (
        await aged(db)
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
    async step(db, limit) {
      const rows = await aged(db)
        .select(['id', 'source_id', 'body_sha256'])
        .orderBy('received_at')
        .orderBy('id')
        .limit(limit)
        .execute()
      if (rows.length === 0) return { n: 0, more: false }
      await db.deleteFrom('unmapped_origins').where('delivery_id', 'in', ids(rows)).execute()
      await db.deleteFrom('delivery_attempts').where('delivery_id', 'in', ids(rows)).execute()
      for (const { id, source_id, body_sha256 } of rows)
        await db
          .deleteFrom('seen_bodies')
          .where('source_id', '=', source_id)
          .where('body_sha256', '=', body_sha256)
          .where('delivery_id', '=', id)
          .execute()
      await db.deleteFrom('deliveries').where('id', 'in', ids(rows)).execute()
      return { n: rows.length, more: rows.length === limit }
    },
  }
}

const ids = (rows: readonly { readonly id: number }[]): number[] => rows.map(({ id }) => id)
