import pg from 'pg'
import { type StoreOptions, sqliteFile } from '../src/store/database.ts'
import { openSqliteConnection } from '../src/store/dialect.ts'

export type Row = Readonly<Record<string, string | number | null>>

/** Puts many rows into the tables of the product, faster and less safely than the product itself would. */
export interface BulkWriter {
  insert(table: string, rows: readonly Row[]): Promise<void>
  /** Lays the rows of a table beside each other in the order of a column. */
  putInOrder(table: string, column: string): Promise<void>
  /** Brings the planner's statistics up to date, as the engine does by itself in time. */
  finish(): Promise<void>
}

export function openBulkWriter(place: StoreOptions): Promise<BulkWriter> {
  return place.databaseUrl ? openPostgresWriter(place.databaseUrl) : openSqliteWriter(sqliteFile(place.dataDir))
}

async function openSqliteWriter(file: string): Promise<BulkWriter> {
  const db = openSqliteConnection(file)
  db.pragma('synchronous = OFF')
  db.pragma('cache_size = -1000000')
  db.pragma('wal_autocheckpoint = 20000')
  return {
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {})
      if (columns.length === 0) return
      const places = columns.map((column) => `@${column}`)
      const insert = db.prepare(`insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`)
      db.transaction(() => {
        for (const row of rows) insert.run(row)
      }).immediate()
    },
    async putInOrder(table, column) {
      for (const statement of inOrder(table, column, `delete from ${table}`)) db.exec(statement)
    },
    async finish() {
      db.pragma('optimize = 0x10002')
      db.pragma('wal_checkpoint(TRUNCATE)')
      db.close()
    },
  }
}

async function openPostgresWriter(url: string): Promise<BulkWriter> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const written = new Set<string>()
  return {
    async insert(table, rows) {
      const columns = Object.keys(rows[0] ?? {}).join(', ')
      if (columns === '') return
      written.add(table)
      await client.query(
        `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1)`,
        [JSON.stringify(rows)],
      )
    },
    async putInOrder(table, column) {
      for (const statement of inOrder(table, column, `truncate ${table}`)) await client.query(statement)
    },
    async finish() {
      for (const table of written) await continueNumbering(client, table)
      await client.query('vacuum analyze')
      // Else it is written out while pages are measured.
      await client.query('checkpoint')
      await client.end()
    },
  }
}

const inOrder = (table: string, column: string, empty: string): string[] => [
  `create temp table kept as select * from ${table}`,
  empty,
  `insert into ${table} select * from kept order by ${column}`,
  'drop table kept',
]

/** Rows came with their ids; the next one must follow them. */
async function continueNumbering(client: pg.Client, table: string): Promise<void> {
  const { rows } = await client.query(
    "select 1 from information_schema.columns where table_name = $1 and column_name = 'id' and is_identity = 'YES'",
    [table],
  )
  if (rows.length > 0)
    await client.query(`select setval(pg_get_serial_sequence('${table}', 'id'), (select max(id) from ${table}))`)
}
