import type { Db } from '../database.ts'
import type { Aged } from '../inbox/aged-deliveries.ts'

/** Reports made before an instant, with the links to them. That a planned one was made stays known: it is not made again. */
export function agedReports(before: number): Aged {
  const aged = (db: Db) => db.selectFrom('report_snapshots').where('made_at', '<', before)
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
      if (ids.length > 0) {
        await db.deleteFrom('report_links').where('report_id', 'in', ids).execute()
        await db.deleteFrom('report_snapshots').where('id', 'in', ids).execute()
      }
      return { n: ids.length, more: ids.length === limit }
    },
  }
}
