import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { migrationsFor } from '../../../migrations/index.ts'
import { openStore, type StoreOptions, StoreRefused, sqliteFile } from '../../../src/store/database.ts'
import { ddlWords } from '../../../src/store/dialect.ts'
import { backUpBeforeMigrating } from '../../../src/store/migration/migration-backup.ts'
import { saveSetting } from '../../../src/store/settings.ts'
import { columnsAt, running, upgrade } from '../../support/migrations.ts'
import { engines, testStoresOn } from '../../support/stores.ts'

const stores = testStoresOn('sqlite')
const LATER = '29990101T0000_later'
const later = { [LATER]: running('create table a (x integer)') }
const lastMigration = Object.keys(migrationsFor(ddlWords.sqlite)).sort().at(-1) as string

const folderOf = (place: StoreOptions) => join(place.dataDir, 'backups')
const backupsOf = (place: StoreOptions) => (existsSync(folderOf(place)) ? readdirSync(folderOf(place)).sort() : [])

function listening() {
  const said: string[] = []
  return { said, log: { info: (text: string) => said.push(text), warn: (text: string) => said.push(text) } }
}

/** The table of its migrations and all names in the schema. */
function stateOf(file: string): unknown {
  const db = new Sqlite(file, { readonly: true })
  const all = (query: string) => db.prepare(query).all()
  const state = [all('select * from kysely_migration'), all('select name, sql from sqlite_schema order by name')]
  db.close()
  return state
}

test('an existing database is copied as it was, for its owner only, before its schema changes', async () => {
  const place = await stores.newPlace()
  // Still open, so that what it wrote is in the write-ahead log only.
  const command = await stores(place)
  await saveSetting(command.db, 'a', '1')
  const before = stateOf(sqliteFile(place.dataDir))

  const { said, log } = listening()
  await upgrade({ ...place, log }, later)
  const [name = '', ...others] = backupsOf(place)
  expect(others).toEqual([])
  expect(name).toMatch(new RegExp(`^\\d{8}T\\d{6}Z-at-${lastMigration}\\.db$`))
  const copy = join(folderOf(place), name)
  expect((statSync(copy).mode & 0o777).toString(8)).toBe('600')
  expect((statSync(folderOf(place)).mode & 0o777).toString(8)).toBe('700')
  expect(stateOf(copy)).toEqual(before)
  const db = new Sqlite(copy, { readonly: true })
  expect(db.prepare('select name, value from settings').all()).toEqual([{ name: 'a', value: '1' }])
  db.close()
  expect(said.at(-1)).toContain(copy)
})

test('a copy put in place of the database is the database of the version before', async () => {
  const place = await stores.newPlace()
  await upgrade(place, later)
  await expect(openStore(place)).rejects.toThrow(/newer Postflight/)
  const [name = ''] = backupsOf(place)
  writeFileSync(sqliteFile(place.dataDir), readFileSync(join(folderOf(place), name)))
  await (await openStore(place)).close()
})

test('a new database and one with nothing to do are not copied', async () => {
  const place = await stores.newEmptyPlace()
  for (let i = 0; i < 2; i++) await (await openStore({ ...place, exclusive: true })).close()
  expect(existsSync(folderOf(place))).toBe(false)
})

test('several migrations share one copy, which a failure names', async () => {
  const place = await stores.newPlace()
  const failing = upgrade(place, { ...later, '29990102T0000_failing': running('nonsense') })
  await expect(failing).rejects.toBeInstanceOf(StoreRefused)
  const backups = backupsOf(place)
  expect(backups).toHaveLength(1)
  await expect(failing).rejects.toThrow(`put ${join(folderOf(place), backups[0] as string)} in place of the database`)
})

describe('when no good copy can be made', () => {
  const expectRefused = async (place: StoreOptions, reason: string | RegExp) => {
    const before = stateOf(sqliteFile(place.dataDir))
    const refused = upgrade(place, later)
    await expect(refused).rejects.toThrow(/could not be copied to .*backups before, so nothing was changed/)
    await expect(refused).rejects.toThrow(reason)
    await expect(refused).rejects.toBeInstanceOf(StoreRefused)
    expect(stateOf(sqliteFile(place.dataDir))).toEqual(before)
    expect(await columnsAt(place, 'a')).toEqual([])
  }

  test('the start ends when there is no folder for it', async () => {
    const place = await stores.newPlace()
    writeFileSync(folderOf(place), '')
    await expectRefused(place, 'EEXIST')
  })

  test('the start ends when the database turns out to be damaged', async () => {
    const place = await stores.newPlace()
    const db = new Sqlite(sqliteFile(place.dataDir))
    db.pragma('ignore_check_constraints = on')
    db.exec(`insert into environments (name, tier, created_at) values ('production', 'nowhere', 0)`)
    db.close()
    await expectRefused(place, /damaged.*CHECK constraint/)
    expect(backupsOf(place)).toEqual([])
  })

  const canMount = mounting()
  test.runIf(canMount)('the start ends when the disk is full, and leaves nothing on it', async () => {
    const place = await stores.newPlace()
    mkdirSync(folderOf(place))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folderOf(place)])
    onTestFinished(() => void execFileSync('umount', [folderOf(place)]))
    await expectRefused(place, /disk is full.*takes up to 2 MiB: make room and start again/)
    expect(backupsOf(place)).toEqual([])
  })
})

describe('of the copies', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 11, 5, 10, 15, second))
  const copyOf = (place: StoreOptions) => (migration: string, second: number) =>
    backUpBeforeMigrating(sqliteFile(place.dataDir), folderOf(place), migration, at(second))

  test('the newest five stay, and no other file is touched', async () => {
    const place = await stores.newPlace()
    const copy = copyOf(place)
    copy('m0', 0)
    writeFileSync(join(folderOf(place), 'before-the-move.db'), '')
    for (const n of [1, 2, 3, 4, 5, 6]) copy(`m${n}`, n)
    expect(backupsOf(place)).toEqual([
      ...[2, 3, 4, 5, 6].map((n) => `20261205T10150${n}Z-at-m${n}.db`),
      'before-the-move.db',
    ])
  })

  test('a start that fails again and again replaces its own only', async () => {
    const place = await stores.newPlace()
    const copy = copyOf(place)
    copy('m0', 0)
    for (const second of [1, 2, 3, 4, 5, 6, 7]) copy('m1', second)
    expect(backupsOf(place)).toEqual(['20261205T101500Z-at-m0.db', '20261205T101507Z-at-m1.db'])
  })

  test('what a killed process left unfinished goes with the next', async () => {
    const place = await stores.newPlace()
    mkdirSync(folderOf(place))
    writeFileSync(join(folderOf(place), '20261205T101500Z-at-m0.db.unfinished'), 'half a cop')
    copyOf(place)('m0', 1)
    expect(backupsOf(place)).toEqual(['20261205T101501Z-at-m0.db'])
  })
})

test.runIf(engines().includes('postgres'))('on PostgreSQL it is said that none was made', async () => {
  const place = await testStoresOn('postgres').newPlace()
  const { said, log } = listening()
  await upgrade({ ...place, log }, later)
  expect(said).toEqual([expect.stringMatching(/No copy.*pg_dump/)])
  expect(existsSync(folderOf(place))).toBe(false)
})

/** Whether this process may mount a file system of its own: it takes root, outside of most containers. */
function mounting(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
