import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import { describe, inject, onTestFinished } from 'vitest'
import { openStore, openUnmigrated, type Store, type StoreOptions, sqliteFile } from '../../src/store/database.ts'
import type { Engine } from '../../src/store/dialect.ts'
import { atFileEnd } from './file-end.ts'
import { copyDatabase, lendDatabase, removeDatabase, type TestPostgres } from './postgres-databases.ts'

/** Opens a store over a fresh, migrated database that nobody else uses; closed and gone when the test ends. */
export interface OpenTestStore {
  (options?: Partial<StoreOptions>): Promise<Store>
  /** The database alone, for a test that opens it itself, twice, or in another process. */
  newPlace(): Promise<StoreOptions>
  /** A place that nothing was ever stored in, nor a schema made. */
  newEmptyPlace(): Promise<StoreOptions>
  readonly engine: Engine
}

/** That of the project which runs: SQLite, or PostgreSQL where there is a server. */
export const engines = (): readonly Engine[] =>
  inject('engine') === 'sqlite' || inject('postgres') ? [inject('engine')] : []

/** The same tests for every engine; the engine in the name is what the project `postgres` picks them by. */
export function describeOnEachEngine(name: string, tests: (openTestStore: OpenTestStore) => void): void {
  for (const engine of engines())
    describe(`${name} (${engine})`, () => {
      tests(testStoresOn(engine))
    })
}

export function testStoresOn(engine: Engine): OpenTestStore {
  const newPlace = async () => {
    const place = await (engine === 'sqlite' ? newSqlitePlace() : newPostgresPlace())
    untouched.add(place.dataDir)
    return place
  }
  const newEmptyPlace = engine === 'sqlite' ? newEmptySqlitePlace : newEmptyPostgresPlace
  const open = async (options: Partial<StoreOptions> = {}): Promise<Store> => {
    const store = await openPlace(isWholePlace(options, engine) ? options : { ...(await newPlace()), ...options })
    afterwards(() => store.close())
    return store
  }
  return Object.assign(open, { newPlace, newEmptyPlace, engine })
}

/** Folders of places that nobody has opened: what migrates them would find nothing to do, and takes long to find it. */
const untouched = new Set<string>()

const openPlace = async (place: StoreOptions): Promise<Store> =>
  untouched.delete(place.dataDir) ? openUnmigrated(place).store : await openStore(place)

/** What `newPlace` gave, and perhaps more. */
const isWholePlace = (options: Partial<StoreOptions>, engine: Engine): options is StoreOptions =>
  options.dataDir !== undefined &&
  options.exclusive !== undefined &&
  options.writerThread !== undefined &&
  (engine === 'sqlite' || options.databaseUrl !== undefined)

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

async function newPostgresPlace(): Promise<StoreOptions> {
  const database = await lendDatabase(postgres())
  afterwards(() => database.giveBack())
  return postgresPlace(database.url)
}

async function newEmptyPostgresPlace(): Promise<StoreOptions> {
  const databaseUrl = await copyDatabase(postgres(), 'template0')
  afterwards(() => removeDatabase(postgres(), databaseUrl))
  return postgresPlace(databaseUrl)
}

function postgres(): TestPostgres {
  const server = inject('postgres')
  if (!server) throw new Error('there is no PostgreSQL here; ask engines() first')
  return server
}

const postgresPlace = (databaseUrl: string): StoreOptions => ({
  dataDir: newFolder(),
  databaseUrl,
  exclusive: false,
  writerThread: false,
  connections: CONNECTIONS,
})

/** To one database: each costs the server a process, some milliseconds, and few tests do more at a time. */
const CONNECTIONS = 4

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
