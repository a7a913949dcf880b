import { type Expression, sql } from 'kysely'
import type { Db } from './database.ts'

/** How many rows a query has; one that may have many carries a limit, so that counting them stays cheap. */
export async function countRows(db: Db, rows: Expression<unknown>): Promise<number> {
  const { rows: found } = await sql<{ n: number }>`select count(*) as n from ${rows} as found`.execute(db)
  return Number(found[0]?.n ?? 0)
}
