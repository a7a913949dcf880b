import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import pg from 'pg'
import { describe, inject, onTestFinished } from 'vitest'
import { openStore, type Store, type StoreOptions, sqliteFile } from '../../src/store/database.ts'
import type { Engine } from '../../src/store/dialect.ts'
import { atFileEnd } from './file-end.ts'
import { withDatabase } from './postgres-cluster.ts'

/** Opens a store over a fresh, migrated database that nobody else uses; closed and gone when the test ends. */
export interface OpenTestStore {
  (options?: Partial<StoreOptions>): Promise<Store>
  /** The database alone, for a test that opens it itself, twice, or in another process. */
  newPlace(): Promise<StoreOptions>
  /** A place that nothing was ever stored in, nor a schema made. */
  newEmptyPlace(): Promise<StoreOptions>
  readonly engine: Engine
}

/** SQLite always, PostgreSQL where there is a server. */
export const engines = (): readonly Engine[] => (inject('postgres') ? ['sqlite', 'postgres'] : ['sqlite'])

/** Runs the same tests on every engine there is. */
export function describeOnEachEngine(name: string, tests: (openTestStore: OpenTestStore) => void): void {
  for (const engine of engines())
    describe(`${name} (${engine})`, () => {
      tests(testStoresOn(engine))
    })
}

export function testStoresOn(engine: Engine): OpenTestStore {
  const newPlace = engine === 'sqlite' ? newSqlitePlace : () => newPostgresPlace()
  const newEmptyPlace = engine === 'sqlite' ? newEmptySqlitePlace : () => newPostgresPlace('template0')
  const open = async (options: Partial<StoreOptions> = {}): Promise<Store> => {
    const store = await openStore({ ...(await newPlace()), ...options })
    afterwards(() => store.close())
    return store
  }
  return Object.assign(open, { newPlace, newEmptyPlace, engine })
}

/** Another connection takes SQLite's write lock; the function lets go of it. */
export async function lockedByAnother(store: Store): Promise<() => void> {
  const { rows } = await sql<{ file: string }>`select file from pragma_database_list where name = 'main'`.execute(
    store.db,
  )
  const other = new Sqlite(rows[0]?.file)
  afterwards(() => other.close())
  other.exec('begin immediate')
  return () => void other.exec('rollback')
}

function newFolder(): string {
  const folder = mkdtempSync(join(inject('runFolder'), 'test-'))
  afterwards(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function newEmptySqlitePlace(): Promise<StoreOptions> {
  return { dataDir: newFolder(), exclusive: false, writerThread: false }
}

async function newSqlitePlace(): Promise<StoreOptions> {
  const place = await newEmptySqlitePlace()
  copyFileSync(sqliteFile(inject('runFolder')), sqliteFile(place.dataDir))
  return place
}

async function newPostgresPlace(template = inject('postgres')?.template): Promise<StoreOptions> {
  const server = inject('postgres')
  if (!server) throw new Error('there is no PostgreSQL here; ask engines() first')
  const dataDir = newFolder()
  const database = `postflight_${randomBytes(8).toString('hex')}`
  const admin = await keptAdmin(server.url)
  await admin.query(`create database ${database} template ${template} ${server.strategy}`)
  afterwards(async () => (await keptAdmin(server.url)).query(`drop database ${database} with (force)`))
  const databaseUrl = withDatabase(server.url, database)
  return { dataDir, databaseUrl, exclusive: false, writerThread: false, connections: CONNECTIONS }
}

/** To one database: each costs the server a process, some milliseconds, and few tests do more at a time. */
const CONNECTIONS = 4

let admin: Promise<pg.Client> | undefined

/** The connection that makes and drops the databases of a file, one for all its tests. */
function keptAdmin(url: string): Promise<pg.Client> {
  if (!admin) {
    const client = new pg.Client({ connectionString: url })
    admin = client.connect().then(() => client)
    atFileEnd(async () => {
      admin = undefined
      await client.end()
    })
  }
  return admin
}

/** Finishes in reverse order: a store before the database under it. */
function afterwards(finish: () => unknown): void {
  try {
    onTestFinished(async () => {
      await finish()
    })
  } catch {
    atFileEnd(finish)
  }
}
