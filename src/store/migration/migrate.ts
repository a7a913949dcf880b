import type { Kysely, Migration, Transaction } from 'kysely'
import type { Engine } from '../dialect.ts'
import type { Database } from '../schema.ts'
import { StoreRefused } from '../store-refused.ts'
import { checksumOf } from './migration-checksum.ts'
import { prepareRecord, type Recorded, readRecord, recordChecksum, recordMigration } from './migration-record.ts'

/** What migrations need of an engine. */
export interface MigrationGround {
  readonly engine: Engine
  readonly db: Kysely<Database>
  /** A write transaction beside which no other process migrates; waits for its turn. */
  alone(work: (trx: Transaction<Database>) => Promise<void>): Promise<void>
  /**
   * Sees to it that no server starts until the returned function is called.
   * @throws StoreRefused when one is running, which the changed schema would break
   */
  keepServersAway(): () => void
  /**
   * Copies what is committed; called within `alone`.
   * @param lastMigration the last that has run
   * @returns where the copy is; undefined where none can be made
   * @throws StoreRefused when it fails
   */
  backUp(lastMigration: string): string | undefined
}

/** By name, and run in the order of their names. */
export type Migrations = Readonly<Record<string, Migration>>

/**
 * Brings the schema up to date: each migration in a transaction of its own together with its record, and before the
 * first of them a copy of a database that is not new. Kysely's migrator has no room for the copy between finding out,
 * under the lock, that there is something to do and doing it.
 * @param migrations each one's `up` is also called without a database, for its checksum
 * @throws StoreRefused when the database has run other migrations than these, or one fails; the message says what to do
 */
export async function migrate(ground: MigrationGround, migrations: Migrations): Promise<void> {
  const checksums = await checksumsOf(migrations, ground.engine)
  const { applied, pending, unrecorded } = compare(await readRecord(ground.db, ground.engine), checksums)
  if (pending.length === 0) {
    // Also beside a running server, which does not mind.
    if (unrecorded.length > 0) await ground.alone((trx) => keepRecord(trx, ground, checksums))
    return
  }
  const isNew = applied.length === 0
  const letServersIn = isNew ? () => {} : ground.keepServersAway()
  try {
    await runAll(ground, migrations, pending, checksums, isNew)
  } finally {
    letServersIn()
  }
}

async function runAll(
  ground: MigrationGround,
  migrations: Migrations,
  pending: readonly string[],
  checksums: Checksums,
  isNew: boolean,
): Promise<void> {
  const done: string[] = []
  let copy: Copy | undefined
  for (const name of pending)
    try {
      await ground.alone(async (trx) => {
        await keepRecord(trx, ground, checksums)
        const { applied } = compare(await readRecord(trx, ground.engine), checksums)
        // It had to wait for another process, and that had come for the same.
        if (applied.includes(name)) return
        const last = applied.at(-1)
        if (last !== undefined && !isNew) copy ??= { path: ground.backUp(last) }
        await migrations[name]?.up(trx)
        await recordMigration(trx, name, checksums.get(name) as string)
      })
      done.push(name)
    } catch (error) {
      if (error instanceof StoreRefused) throw error
      const what = `${name} failed and changed nothing: ${(error as Error).message}.`
      throw new StoreRefused([what, ...wayBack(done, copy)].join(' '), { cause: error })
    }
}

/** Of the database before its migrations; without a path where we cannot make one. */
interface Copy {
  readonly path: string | undefined
}

/** For the operator in front of a failed upgrade. */
function wayBack(done: readonly string[], copy: Copy | undefined): string[] {
  // A new database: there is no version to go back to.
  if (!copy) return []
  const path = copy.path ?? 'the copy you made before'
  return done.length === 0
    ? [`The version you had before can be started again${copy.path ? `; a copy of its database is ${path}` : ''}.`]
    : [
        `${done.join(', ')} succeeded and stays. To go back to the version you had, put ${path} in place of the database`,
        '(docs/operations.md says how).',
      ]
}

type Checksums = ReadonlyMap<string, string>

async function checksumsOf(migrations: Migrations, engine: Engine): Promise<Checksums> {
  const checksums = new Map<string, string>()
  for (const name of Object.keys(migrations).sort())
    checksums.set(name, await checksumOf(migrations[name] as Migration, engine))
  return checksums
}

/** Makes room for checksums, and gives one to what has run before there were any. */
async function keepRecord(
  trx: Transaction<Database>,
  { engine }: MigrationGround,
  checksums: Checksums,
): Promise<void> {
  await prepareRecord(trx, engine)
  for (const name of compare(await readRecord(trx, engine), checksums).unrecorded)
    await recordChecksum(trx, name, checksums.get(name) as string)
}

/** Names, in order. */
interface Progress {
  readonly applied: readonly string[]
  readonly pending: readonly string[]
  /** Applied before there were checksums. */
  readonly unrecorded: readonly string[]
}

/**
 * How far the database is.
 * @throws StoreRefused when what has run is not what these migrations begin with
 */
function compare(record: readonly Recorded[], checksums: Checksums): Progress {
  const applied = namesOf(record)
  const unknown = applied.filter((name) => !checksums.has(name))
  if (unknown.length > 0)
    throw new StoreRefused(
      `The database was written by a newer Postflight (it has ${unknown.join(', ')}). Use that version or a later one.`,
    )
  const changed = namesOf(record.filter(({ name, checksum }) => checksum !== null && checksum !== checksums.get(name)))
  if (changed.length > 0)
    throw new StoreRefused(
      `The database has run another ${changed.join(', ')} than this Postflight has: it was changed after it had been applied, so the schema may be another one too. Use the version that wrote the database.`,
    )
  const pending = [...checksums.keys()].filter((name) => !applied.includes(name))
  const last = applied.at(-1)
  const skipped = pending.filter((name) => last !== undefined && name < last)
  if (skipped.length > 0)
    throw new StoreRefused(
      `The database has ${last} but not ${skipped.join(', ')}, which should have run before. Use the version that wrote the database.`,
    )
  return { applied, pending, unrecorded: namesOf(record.filter(({ checksum }) => checksum === null)) }
}

const namesOf = (record: readonly Recorded[]): string[] => record.map(({ name }) => name)
