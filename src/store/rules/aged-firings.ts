import type { Db } from '../database.ts'
import type { Aged } from '../inbox/aged-deliveries.ts'

/**
 * What a rule held back before an instant, of a defect that was older than that as well: no rule fires for it any more.
 * Firings stay, since a rule fires once for each subject; so does what was held back of verdicts and signals, which may
 * happen anew.
 */
export function agedHeldFirings(before: number): Aged {
  const aged = (db: Db) =>
    db
      .selectFrom('rule_firings')
      .where('outcome', 'in', ['muted', 'capped'])
      .where('at', '<', before)
      .where('happened_at', '<', before)
      .where('defect_id', 'is not', null)
  return {
    async count(db) {
      const row = await aged(db)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
      return Number(row.n)
    },
    async step(db, limit) {
      const rows = await aged(db).select('id').orderBy('id').limit(limit).execute()
      const ids = rows.map(({ id }) => id)
      if (ids.length > 0) await db.deleteFrom('rule_firings').where('id', 'in', ids).execute()
      return { n: ids.length, more: ids.length === limit }
    },
  }
}
