import type { Db } from '../database.ts'
import type { Aged } from '../inbox/aged-deliveries.ts'

/** Of these the same fact may be news again, months later: a defect that comes back, a verdict that turns once more. */
const MAY_BE_NEWS_AGAIN: readonly string[] = ['defect-attributed', 'release-suspect']

/** Messages that ended before an instant. What still waits stays; that a fact was told is known even so. */
export function agedNotifications(before: number): Aged {
  const aged = (db: Db) =>
    db.selectFrom('notifications').where('state', 'in', ['sent', 'failed']).where('finished_at', '<', before)
  return {
    async count(db) {
      const row = await aged(db)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
      return Number(row.n)
    },
    async step(db, limit) {
      const rows = await aged(db)
        .select(['id', 'event', 'target', 'dedupe_key'])
        .orderBy('finished_at')
        .limit(limit)
        .execute()
      if (rows.length === 0) return { n: 0, more: false }
      const told = rows
        .filter(({ event }) => MAY_BE_NEWS_AGAIN.includes(event))
        .map(({ target, dedupe_key }) => ({ target, dedupe_key }))
      if (told.length > 0)
        await db
          .insertInto('told_facts')
          .values(told)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      const deleted = await db
        .deleteFrom('notifications')
        .where(
          'id',
          'in',
          rows.map(({ id }) => id),
        )
        // Somebody may have had one sent again just now.
        .where('state', 'in', ['sent', 'failed'])
        .executeTakeFirst()
      return { n: Number(deleted.numDeletedRows), more: rows.length === limit }
    },
  }
}
