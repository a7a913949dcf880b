import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Kysely, sql, type Transaction } from 'kysely'
import { migrationsFor } from '../../migrations/index.ts'
import {
  type ConnectionUse,
  ddlWords,
  type Engine,
  isLocked,
  isSerializationFailure,
  kyselyOnPostgres,
  kyselyOnSqlite,
  openSqliteConnection,
  type StorageEvents,
  takeMigrationTurn,
  takeTurn,
  takeTurnSoon,
} from './dialect.ts'
import { type Inbox, type InboxLimits, inlineInbox, threadedSqliteInbox } from './inbox/inbox.ts'
import { rehearse } from './inbox/rehearsal.ts'
import { type MigrationGround, migrate } from './migration/migrate.ts'
import { backUpBeforeMigrating } from './migration/migration-backup.ts'
import { readRecord } from './migration/migration-record.ts'
import { assertReliableFileSystem, type fileSystemMagic } from './network-file-system.ts'
import type { Database } from './schema.ts'
import { takeServerLock } from './server-lock.ts'
import { refreshSqliteStatistics } from './statistics.ts'
import { StoreRefused } from './store-refused.ts'

export { StoreRefused }

/** A handle that works in and out of a transaction. Inside `transaction` use only the one handed in. */
export type Db = Kysely<Database> | Transaction<Database>

export interface Store {
  readonly engine: Engine
  /** Writes, and reads that must see them at once. */
  readonly db: Kysely<Database>
  /** Reads for pages and lists: on SQLite a second, read-only connection, so that no write makes them wait. */
  readonly reader: Kysely<Database>
  /**
   * Writes that pages do in passing, such as when somebody was last seen: they do not wait for the disk, may be lost in a
   * power cut, and fail at once while the database is locked.
   */
  readonly notes: Kysely<Database>
  readonly inbox: Inbox
  /** Runs `work` in one write transaction; on PostgreSQL again when two met. No network and no other handle inside. */
  transaction<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>
  /**
   * A write transaction that has the derived state (timelines, defects, attributions) to itself: what it reads cannot
   * change before it writes, whichever process asks. On SQLite every write transaction is like that already.
   */
  change<T>(work: (trx: Transaction<Database>) => Promise<T>): Promise<T>
  /**
   * What `work` would come to in a `change`: it runs on a connection of its own in a transaction that is rolled back, and
   * fails with RehearsalTooLong at its first statement after `withinMs`.
   */
  rehearse<T>(work: (trx: Transaction<Database>) => Promise<T>, withinMs: number): Promise<T>
  /** Lets the engine look at how its tables have grown, within a fraction of a second; PostgreSQL does it by itself. */
  refreshStatistics(): Promise<void>
  close(): Promise<void>
}

export interface StoreOptions {
  /** `postgres://…`; absent: SQLite in `dataDir`. */
  readonly databaseUrl?: string | undefined
  readonly dataDir: string
  /** A server holds the SQLite file for itself against other servers; commands run beside it. */
  readonly exclusive: boolean
  readonly inboxLimits?: InboxLimits | undefined
  /** Commands and tests commit on the one connection they have; the server has a writer thread (SQLite only). */
  readonly writerThread: boolean
  /** How many at most to PostgreSQL; 10 unless told. */
  readonly connections?: number | undefined
  /** The operator knows better than `unreliableFileSystem` and wants SQLite there all the same. */
  readonly allowNetworkFileSystem?: boolean | undefined
  /** The statfs number of the file system that holds a path; the operating system is asked unless told otherwise. */
  readonly fileSystemMagic?: typeof fileSystemMagic | undefined
  /** Hears what the operator should know: copies made, checks passed over. */
  readonly log?: StoreLog | undefined
  readonly events?: StorageEvents | undefined
}

export interface StoreLog {
  info(message: string): void
  warn(message: string): void
}

/** Opens the store and brings its schema up to date. Throws StoreRefused when it must not be used. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { store, ground } = openUnmigrated(options)
  try {
    if (store.engine === 'postgres') await assertSynchronousCommit(store.db)
    await migrate(ground, migrationsFor(ddlWords[store.engine]))
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

/** A store whose schema is as it was found, and what it takes to change it. */
export interface Unmigrated {
  readonly store: Store
  readonly ground: MigrationGround
}

/** The first half of `openStore`. Throws StoreRefused when the database must not be used. */
export const openUnmigrated = (options: StoreOptions): Unmigrated =>
  options.databaseUrl ? openPostgres(options, options.databaseUrl) : openSqlite(options)

export const sqliteFile = (dataDir: string): string => join(dataDir, 'postflight.db')

function openSqlite(options: StoreOptions): Unmigrated {
  const file = sqliteFile(options.dataDir)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  assertReliableFileSystem(file, options)
  const releaseLock = options.exclusive
    ? takeServerLock(
        file,
        `Another Postflight server is already using ${file}, or a command is changing its schema. Stop it first, or give this one its own DATA_DIR.`,
      )
    : () => {}
  const write = openSqliteConnection(file)
  const open = (use: ConnectionUse) => kyselyOnSqlite(openSqliteConnection(file, use), use, options.events)
  const db = kyselyOnSqlite(write, 'changes', options.events)
  // Opened when first asked for: commands and the processing thread never do.
  let reader: Kysely<Database> | undefined
  let notes: Kysely<Database> | undefined
  let rehearsals: Kysely<Database> | undefined
  const transaction: Store['transaction'] = (work) => db.transaction().execute(work)
  const inbox = options.writerThread
    ? threadedSqliteInbox(file, options.inboxLimits)
    : inlineInbox(transaction, options.inboxLimits)
  // The writer thread has a connection of its own, past Kysely.
  if (options.writerThread) inbox.onFailure((error) => isLocked(error) && options.events?.busy?.())
  const store: Store = {
    engine: 'sqlite',
    db,
    get reader() {
      reader ??= open('reading')
      return reader
    },
    get notes() {
      notes ??= open('notes')
      return notes
    },
    inbox,
    transaction,
    change: transaction,
    rehearse(work, withinMs) {
      rehearsals ??= open('changes')
      return rehearse(rehearsals, async () => {}, work, withinMs)
    },
    refreshStatistics: () => refreshSqliteStatistics(db),
    async close() {
      await inbox.close()
      await reader?.destroy()
      await notes?.destroy()
      await rehearsals?.destroy()
      if (write.open) write.pragma('wal_checkpoint(TRUNCATE)')
      await db.destroy()
      releaseLock()
    },
  }
  const ground: MigrationGround = {
    engine: 'sqlite',
    db,
    alone: transaction,
    keepServersAway: () =>
      options.exclusive
        ? () => {}
        : takeServerLock(
            file,
            `This version has to change the schema of ${file}, and the server that is using it would break. Stop the server first; nothing was changed.`,
          ),
    backUp(lastMigration) {
      const folder = join(options.dataDir, 'backups')
      options.log?.info(`The database is copied to ${folder} before its schema changes.`)
      const copy = backUpBeforeMigrating(file, folder, lastMigration, new Date())
      options.log?.info(`The schema changes now. The database as it was is in ${copy}.`)
      return copy
    },
  }
  return { store, ground }
}

function openPostgres(options: StoreOptions, url: string): Unmigrated {
  const db = kyselyOnPostgres(url, options.connections ?? 10, options.events)
  const transaction: Store['transaction'] = async (work) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await db.transaction().execute(work)
      } catch (error) {
        if (!isSerializationFailure(error) || attempt === 5) throw error
        options.events?.busy?.()
      }
    }
  }
  const inbox = inlineInbox(transaction, options.inboxLimits)
  const store: Store = {
    engine: 'postgres',
    db,
    reader: db,
    notes: db,
    inbox,
    transaction,
    change: (work) =>
      transaction(async (trx) => {
        await takeTurn(trx)
        return work(trx)
      }),
    rehearse: (work, withinMs) => rehearse(db, (trx) => takeTurnSoon(trx, withinMs), work, withinMs),
    refreshStatistics: async () => {},
    async close() {
      await inbox.close()
      await db.destroy()
    },
  }
  const ground: MigrationGround = {
    engine: 'postgres',
    db,
    alone: (work) =>
      transaction(async (trx) => {
        await takeMigrationTurn(trx)
        await work(trx)
      }),
    // An instance of the version before goes on beside a newer schema.
    keepServersAway: () => () => {},
    backUp() {
      options.log?.info(
        'The schema changes now. No copy of the database was made: on PostgreSQL that is up to pg_dump.',
      )
      return undefined
    },
  }
  return { store, ground }
}

async function assertSynchronousCommit(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ synchronous_commit: string }>`show synchronous_commit`.execute(db)
  const value = rows[0]?.synchronous_commit
  if (value === 'off')
    throw new StoreRefused(
      'PostgreSQL runs with synchronous_commit=off: acknowledged deliveries could be lost. Turn it on for this database.',
    )
}

/** The migrations that have run, in their order. */
export const listMigrations = async ({ engine, reader }: Pick<Store, 'engine' | 'reader'>): Promise<string[]> =>
  (await readRecord(reader, engine)).map(({ name }) => name)

/**
 * Migrations this version needs and the database lacks, which happens when an older one is put in its place under a
 * running server. Also shows that the database answers: it rejects when it does not.
 */
export async function listMissingMigrations({ engine, reader }: Pick<Store, 'engine' | 'reader'>): Promise<string[]> {
  const done = new Set((await readRecord(reader, engine)).map(({ name }) => name))
  return Object.keys(migrationsFor(ddlWords[engine])).filter((name) => !done.has(name))
}
