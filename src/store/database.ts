import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { type Kysely, Migrator, sql, type Transaction } from 'kysely'
import { migrationsFor } from '../../migrations/index.ts'
import {
  ddlWords,
  type Engine,
  isDatabaseBusy,
  isSerializationFailure,
  kyselyOnPostgres,
  kyselyOnSqlite,
  type OnBusy,
  openSqliteConnection,
  takeTurn,
} from './dialect.ts'
import { type Inbox, inlineInbox, threadedSqliteInbox } from './inbox.ts'
import type { Database } from './schema.ts'

/** A handle that works in and out of a transaction. Inside `transaction` use only the one handed in. */
export type Db = Kysely<Database> | Transaction<Database>

export interface Store {
  readonly engine: Engine
  /** Writes, and reads that must see them at once. */
  readonly db: Kysely<Database>
  /** Reads for pages and lists: on SQLite a second, read-only connection, so that no write makes them wait. */
  readonly reader: Kysely<Database>
  readonly inbox: Inbox
  /** Runs `work` in one write transaction; on PostgreSQL again when two met. No network and no other handle inside. */
  transaction<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>
  /**
   * A write transaction that has the derived state (timelines, defects, attributions) to itself: what it reads cannot
   * change before it writes, whichever process asks. On SQLite every write transaction is like that already.
   */
  change<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface StoreOptions {
  /** `postgres://…`; absent: SQLite in `dataDir`. */
  readonly databaseUrl?: string | undefined
  readonly dataDir: string
  /** A server holds the SQLite file for itself against other servers; commands run beside it. */
  readonly exclusive: boolean
  readonly inboxLimits?: { readonly rows: number; readonly bytes: number } | undefined
  /** Commands and tests commit on the one connection they have; the server has a writer thread (SQLite only). */
  readonly writerThread: boolean
  /** How many at most to PostgreSQL; 10 unless told. */
  readonly connections?: number | undefined
  /** Hears of every query that found the database locked, or whose transaction met another one. */
  readonly onBusy?: OnBusy | undefined
}

/** The database cannot be used as it is; the message says what to do. */
export class StoreRefused extends Error {}

/** Opens the store and brings its schema up to date. Throws StoreRefused when it must not be used. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const store = options.databaseUrl ? openPostgres(options, options.databaseUrl) : openSqlite(options)
  try {
    if (store.engine === 'postgres') await assertSynchronousCommit(store.db)
    await migrate(store)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

const ignore = () => {}

export const sqliteFile = (dataDir: string): string => join(dataDir, 'postflight.db')

function openSqlite(options: StoreOptions): Store {
  const file = sqliteFile(options.dataDir)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const releaseLock = options.exclusive ? holdServerLock(file) : () => {}
  const onBusy = options.onBusy ?? ignore
  const write = openSqliteConnection(file)
  const db = kyselyOnSqlite(write, onBusy)
  let reader: Kysely<Database> | undefined
  const transaction: Store['transaction'] = (work) => db.transaction().execute(work)
  const inbox = options.writerThread
    ? threadedSqliteInbox(file, options.inboxLimits)
    : inlineInbox(transaction, options.inboxLimits)
  // The writer thread has a connection of its own, past Kysely.
  if (options.writerThread) inbox.onFailure((error) => isDatabaseBusy(error) && onBusy())
  return {
    engine: 'sqlite',
    db,
    get reader() {
      // Opened when first asked for: commands and the processing thread never do.
      reader ??= kyselyOnSqlite(openSqliteConnection(file, { readonly: true }), onBusy)
      return reader
    },
    inbox,
    transaction,
    change: transaction,
    async close() {
      await inbox.close()
      await reader?.destroy()
      if (write.open) write.pragma('wal_checkpoint(TRUNCATE)')
      await db.destroy()
      releaseLock()
    },
  }
}

function openPostgres(options: StoreOptions, url: string): Store {
  const db = kyselyOnPostgres(url, options.connections ?? 10, options.onBusy ?? ignore)
  const transaction: Store['transaction'] = async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await db.transaction().execute(work)
      } catch (error) {
        if (!isSerializationFailure(error) || attempt === 5) throw error
      }
    }
  }
  const inbox = inlineInbox(transaction, options.inboxLimits)
  return {
    engine: 'postgres',
    db,
    reader: db,
    inbox,
    transaction,
    change: (work) =>
      transaction(async (trx) => {
        await takeTurn(trx)
        return work(trx)
      }),
    async close() {
      await inbox.close()
      await db.destroy()
    },
  }
}

/**
 * Holds an operating-system lock beside the database for as long as the process lives, kill -9 included.
 * SQLite itself would let two servers share the file, and their in-memory state would drift apart.
 */
function holdServerLock(file: string): () => void {
  const lock = new Sqlite(`${file}.lock`, { timeout: 0 })
  try {
    lock.pragma('locking_mode = EXCLUSIVE')
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
    throw new StoreRefused(
      `Another Postflight server is already using ${file}. Stop it first, or give this one its own DATA_DIR.`,
    )
  }
  return () => lock.close()
}

async function assertSynchronousCommit(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(db)
  const value = rows[0]?.synchronous_commit
  if (value === 'off')
    throw new StoreRefused(
      'PostgreSQL runs with synchronous_commit=off: acknowledged deliveries could be lost. Turn it on for this database.',
    )
}

async function migrate(store: Store): Promise<void> {
  const migrations = migrationsFor(ddlWords[store.engine])
  const migrator = new Migrator({ db: store.db, provider: { getMigrations: async () => migrations } })
  const known = new Set(Object.keys(migrations))
  const unknown = (await namesOfMigrations(store.db)).filter((name) => !known.has(name))
  if (unknown.length > 0)
    throw new StoreRefused(
      `The database was written by a newer Postflight (it has ${unknown.join(', ')}). Use that version or a later one.`,
    )
  // One at a time, each in its own transaction: what succeeded stays, what failed leaves nothing behind.
  for (;;) {
    const { error, results } = await migrator.migrateUp()
    if (error) {
      const name = results?.find((result) => result.status === 'Error')?.migrationName ?? 'a migration'
      throw new StoreRefused(`${name} failed and changed nothing: ${(error as Error).message}`, { cause: error })
    }
    if (!results?.length) return
  }
}

async function namesOfMigrations(db: Kysely<Database>): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true })
  return tables.some((table) => table.name === 'kysely_migration') ? await listMigrations(db) : []
}

async function listMigrations(db: Kysely<Database>): Promise<string[]> {
  const rows = await (db as unknown as Kysely<{ kysely_migration: { name: string } }>)
    .selectFrom('kysely_migration')
    .select('name')
    .execute()
  return rows.map((row) => row.name)
}

/**
 * Migrations this version needs and the database lacks, which happens when an older one is put in its place under a
 * running server. Also shows that the database answers: it rejects when it does not.
 */
export async function listMissingMigrations({ engine, reader }: Pick<Store, 'engine' | 'reader'>): Promise<string[]> {
  const done = new Set(await listMigrations(reader))
  return Object.keys(migrationsFor(ddlWords[engine])).filter((name) => !done.has(name))
}
