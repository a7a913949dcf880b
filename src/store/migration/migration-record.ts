import type { Kysely } from 'kysely'
import type { Db } from '../database.ts'
import { type Engine, listColumns } from '../dialect.ts'

/** One migration that has run. */
export interface Recorded {
  readonly name: string
  /** Of what it did; null until the first start of a version that knows checksums. */
  readonly checksum: string | null
}

/** The table of Kysely's own migrator, so that versions which used it understand the record. */
const TABLE = 'kysely_migration'
type WithRecord = Kysely<{ [TABLE]: Recorded & { readonly timestamp: string } }>
const recordIn = (db: Db) => db as unknown as WithRecord

/** What has run, in the order of the names; nothing when the database is new. */
export async function readRecord(db: Db, engine: Engine): Promise<Recorded[]> {
  const columns = await listColumns(db, engine, TABLE)
  if (columns.length === 0) return []
  const rows = columns.includes('checksum')
    ? await recordIn(db).selectFrom(TABLE).select(['name', 'checksum']).execute()
    : (await recordIn(db).selectFrom(TABLE).select('name').execute()).map(({ name }) => ({ name, checksum: null }))
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Makes the table, or gives the one from before checksums the column for them. */
export async function prepareRecord(db: Db, engine: Engine): Promise<void> {
  const columns = await listColumns(db, engine, TABLE)
  if (columns.length === 0)
    await db.schema
      .createTable(TABLE)
      .addColumn('name', 'varchar(255)', (column) => column.notNull().primaryKey())
      .addColumn('timestamp', 'varchar(255)', (column) => column.notNull())
      .addColumn('checksum', 'varchar(64)')
      .execute()
  else if (!columns.includes('checksum'))
    await db.schema.alterTable(TABLE).addColumn('checksum', 'varchar(64)').execute()
}

export async function recordMigration(db: Db, name: string, checksum: string): Promise<void> {
  await recordIn(db).insertInto(TABLE).values({ name, checksum, timestamp: new Date().toISOString() }).execute()
}

export async function recordChecksum(db: Db, name: string, checksum: string): Promise<void> {
  await recordIn(db).updateTable(TABLE).set({ checksum }).where('name', '=', name).execute()
}
