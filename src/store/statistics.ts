import { type Kysely, sql } from 'kysely'
import type { Store, StoreLog } from './database.ts'
import { BUSY_TIMEOUT_MS } from './dialect.ts'
import type { Database } from './schema.ts'

/**
 * SQLite chooses indexes by what it last counted. This counts again what has grown or shrunk tenfold, whether or not
 * this connection has asked for it (0x10002), and looks at some 2,000 rows of an index only (0x10). On a table of two
 * million rows with three indexes that took a tenth of a second; looking at all of them took a whole one.
 */
const OPTIMIZE = 0x10012
/** The same, but only says what it would count. */
const WOULD_OPTIMIZE = OPTIMIZE | 1
/** Shorter than usual: this can wait for the next time. */
const BUSY_MS = 50

/** Leaves things as they are while another connection is writing. */
export async function refreshSqliteStatistics(db: Kysely<Database>): Promise<void> {
  await db.connection().execute(async (connection) => {
    await pragma(connection, `busy_timeout = ${BUSY_MS}`)
    try {
      await connection.transaction().execute(async (trx) => {
        if ((await pragma(trx, `optimize = ${WOULD_OPTIMIZE}`)).length === 0) return
        await pragma(trx, `optimize = ${OPTIMIZE}`)
        // Other connections read what was counted together with the schema, and that again only after it has changed.
        await sql`create view statistics_refreshed as select 1`.execute(trx)
        await sql`drop view statistics_refreshed`.execute(trx)
      })
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    } finally {
      await pragma(connection, `busy_timeout = ${BUSY_TIMEOUT_MS}`)
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
