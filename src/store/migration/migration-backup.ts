import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { isDiskFull, openSqliteConnection } from '../dialect.ts'
import { StoreRefused } from '../store-refused.ts'

/**
 * How many copies stay. Our own choice: a team that upgrades monthly can go back five months, and the folder stays
 * below five times the database.
 */
export const KEPT_BACKUPS = 5

const MIB = 1024 * 1024

/**
 * Copies the SQLite database as it was last committed, checks the copy, and has it on disk under its name before it
 * returns: `<time>-at-<last migration>.db`, readable by its owner only. Of copies at the same migration only the newest
 * stays, so that a start that fails again and again does not push out the ones from before, and KEPT_BACKUPS in all.
 * Works beside a transaction of another connection, whose changes it does not see.
 * @returns the copy's path
 * @throws StoreRefused when there is no good copy; what was there before is still there
 */
export function backUpBeforeMigrating(file: string, folder: string, lastMigration: string, now: Date): string {
  const backup = join(folder, `${now.toISOString().replace(/[-:]|\.\d+/g, '')}-at-${lastMigration}.db`)
  const unfinished = `${backup}.unfinished`
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    removeUnfinished(folder)
    // Empty is as good as absent to SQLite, which would make the file readable for everybody.
    closeSync(openSync(unfinished, 'wx', 0o600))
    try {
      copyInto(unfinished, file)
      check(unfinished)
      sync(unfinished)
      renameSync(unfinished, backup)
    } finally {
      rmSync(unfinished, { force: true })
    }
    // Both names: of the copy and, the first time, of the folder.
    for (const folderOfName of [folder, dirname(folder)]) sync(folderOfName)
  } catch (error) {
    const needed = `It takes up to ${Math.ceil(statSync(file).size / MIB)} MiB: make room and start again.`
    throw new StoreRefused(
      [
        `The schema has to change, but the database could not be copied to ${folder} before, so nothing was changed:`,
        `${(error as Error).message}.`,
        ...(isDiskFull(error) ? [needed] : []),
      ].join(' '),
      { cause: error },
    )
  }
  for (const name of superseded(readdirSync(folder))) rmSync(join(folder, name), { force: true })
  return backup
}

function copyInto(target: string, file: string): void {
  const source = openSqliteConnection(file, 'reading')
  try {
    source.prepare('vacuum into ?').run(target)
  } finally {
    source.close()
  }
}

function check(backup: string): void {
  // Not read-only: such a connection knows of no check constraints. It writes nothing all the same.
  const copy = new Sqlite(backup)
  try {
    const verdict = copy.pragma('integrity_check(1)', { simple: true })
    if (verdict !== 'ok') throw new Error(`the copy is damaged, as the database itself must be (${verdict})`)
  } finally {
    copy.close()
  }
}

/** SQLite leaves it to the caller to have what VACUUM INTO wrote, and its name, reach the disk. */
function sync(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Left by a process that was killed while it copied. */
function removeUnfinished(folder: string): void {
  for (const name of readdirSync(folder)) if (name.endsWith('.unfinished')) rmSync(join(folder, name), { force: true })
}

/** Which of the files in the folder are copies that need not stay any longer. */
function superseded(names: readonly string[]): string[] {
  const newestFirst = names
    .filter((name) => BACKUP.test(name))
    .sort()
    .reverse()
  const states = new Set<string>()
  return newestFirst.filter((name) => {
    const state = name.replace(BACKUP, '$1')
    const isNewest = !states.has(state)
    states.add(state)
    return !isNewest || states.size > KEPT_BACKUPS
  })
}

const BACKUP = /^\d{8}T\d{6}Z-at-(.+)\.db$/
