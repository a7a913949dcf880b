import { type Kysely, sql } from 'kysely'
import type { Store, StoreLog } from './database.ts'
import { withoutPatience } from './dialect.ts'
import type { Database } from './schema.ts'

/**
 * SQLite chooses indexes by what it last counted. This says what has grown or shrunk tenfold since, whether or not this
 * connection has asked for it (0x10002), and counts nothing (1).
 */
const WHAT_TO_COUNT = 0x10003
/**
 * Rows of an index that are looked at. From the first few thousand of a million it would seem that all of its columns tell
 * as much, be it the service or whether something is open, and queries took twenty times as long for it. To look at all of
 * a million rows with twenty indexes takes two seconds, once until there are ten million; of more some are left out.
 */
const MOST_ROWS = 1_000_000

/** Leaves things as they are while another connection is writing; one that wants to waits for one table at a time. */
export async function refreshSqliteStatistics(db: Kysely<Database>, mostRows = MOST_ROWS): Promise<void> {
  await withoutPatience(db, async (connection) => {
    await pragma(connection, `analysis_limit = ${mostRows}`)
    try {
      for (const count of await pragma(connection, `optimize = ${WHAT_TO_COUNT}`))
        await connection.transaction().execute(async (trx) => {
          await sql.raw(String(Object.values(count as object)[0])).execute(trx)
          // Other connections read what was counted together with the schema, and that again only after it has changed.
          await sql`create view statistics_refreshed as select 1`.execute(trx)
          await sql`drop view statistics_refreshed`.execute(trx)
        })
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    }
  })
}

const pragma = async (db: Kysely<Database>, text: string): Promise<unknown[]> =>
  (await sql`${sql.raw(`pragma ${text}`)}`.execute(db)).rows

const HOUR_MS = 3_600_000

/**
 * Refreshes the store's statistics every hour.
 * @returns to be called before the store is closed: ends that, and refreshes them a last time
 */
export function keepStatisticsFresh(store: Store, log: StoreLog): () => Promise<void> {
  const refresh = () =>
    store.refreshStatistics().catch((error: Error) => {
      // Whether the storage can still be believed is found out where something is to be acknowledged.
      log.warn(`The statistics of the database could not be refreshed: ${error.message}`)
    })
  const timer = setInterval(() => void refresh(), HOUR_MS).unref()
  return async () => {
    clearInterval(timer)
    await refresh()
  }
}
