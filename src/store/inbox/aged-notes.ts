import { deleteOldAttempts } from '../access/login-attempts.ts'
import { deleteEndedSessions } from '../access/sessions.ts'
import type { Db } from '../database.ts'
import { knowSessionsSince } from '../releases/session-counts.ts'
import type { Aged, StepTaken } from './aged-deliveries.ts'

/** What is noted beside deliveries and is older than it is of use. */

/** Which names no rule matched, in deliveries received before an instant. */
export function agedNames(before: number): Aged {
  return {
    async count(db) {
      const row = await db
        .selectFrom('unmapped_origins')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('received_at', '<', before)
        .executeTakeFirstOrThrow()
      return row.n
    },
    async step(db, limit) {
      const sources = await db.selectFrom('sources').select('id').orderBy('id').execute()
      for (const { id } of sources) {
        const rows = await db
          .selectFrom('unmapped_origins')
          .select('delivery_id')
          .distinct()
          .where('source_id', '=', id)
          .where('received_at', '<', before)
          .limit(limit)
          .execute()
        if (rows.length === 0) continue
        const deleted = await db
          .deleteFrom('unmapped_origins')
          .where(
            'delivery_id',
            'in',
            rows.map(({ delivery_id }) => delivery_id),
          )
          .executeTakeFirst()
        return { n: Number(deleted.numDeletedRows), more: true }
      }
      return { n: 0, more: false }
    },
  }
}

/**
 * What was said of single sessions that began before an instant. Their counts stay; sessions of that time that are told
 * from now on cannot be told from those that were counted, and are left out: session-counts.ts.
 */
export function agedSessions(before: number): Aged {
  return {
    async count(db) {
      const row = await db
        .selectFrom('counted_sessions')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where('began_at', '<', before)
        .executeTakeFirstOrThrow()
      return row.n
    },
    async step(db, limit) {
      const rows = await db
        .selectFrom('counted_sessions')
        .select('began_at')
        .where('began_at', '<', before)
        .orderBy('began_at')
        .limit(limit)
        .execute()
      const last = rows.at(-1)
      if (!last) return { n: 0, more: false }
      // In the same transaction, and never back: what is forgotten must not be counted again.
      await knowSessionsSince(db, before)
      const deleted = await db.deleteFrom('counted_sessions').where('began_at', '<=', last.began_at).executeTakeFirst()
      return { n: Number(deleted.numDeletedRows), more: rows.length === limit }
    },
  }
}

export const agedRefusals = (before: number): Aged => ({
  async count(db) {
    const row = await db
      .selectFrom('refusals')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('last_at', '<', before)
      .executeTakeFirstOrThrow()
    return row.n
  },
  step: inOneGo(async (db) => {
    const deleted = await db.deleteFrom('refusals').where('last_at', '<', before).executeTakeFirst()
    return Number(deleted.numDeletedRows)
  }),
})

/** Failed sign-ins that no longer count. */
export const agedAttempts = (before: number): Aged => ({
  async count(db) {
    const row = await db
      .selectFrom('login_attempts')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('last_at', '<', before)
      .executeTakeFirstOrThrow()
    return row.n
  },
  step: inOneGo((db) => deleteOldAttempts(db, before)),
})

/** Sessions of people that have ended at `now`. */
export const endedSessions = (now: number, idleSince: number): Aged => ({
  async count(db) {
    const row = await db
      .selectFrom('sessions')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where((eb) => eb.or([eb('expires_at', '<=', now), eb('last_seen_at', '<=', idleSince)]))
      .executeTakeFirstOrThrow()
    return row.n
  },
  step: inOneGo((db) => deleteEndedSessions(db, now, idleSince)),
})

/** Few enough for one step. */
const inOneGo =
  (remove: (db: Db) => Promise<number>) =>
  async (db: Db): Promise<StepTaken> => ({ n: await remove(db), more: false })
