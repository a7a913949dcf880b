import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import { expect, inject, onTestFinished, test } from 'vitest'
import { openStore, openUnmigrated, type StoreOptions, sqliteFile } from '../../src/store/database.ts'
import { saveSetting } from '../../src/store/settings.ts'
import { compileProgram } from '../support/compiled-program.ts'
import { columnsAt, recordAt, upgrade } from '../support/migrations.ts'
import { NOTES, NUMBER, SPLIT, slowMigrations } from '../support/slow-migrations.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const MIGRATING = fileURLToPath(new URL('../support/migrating-process.ts', import.meta.url))

/** A database of this version with notes that the next one will move. */
async function placeWithNotes(place: StoreOptions): Promise<StoreOptions> {
  const store = await openStore(place)
  for (let i = 0; i < NOTES; i++) await saveSetting(store.db, `note-${i}`, `words ${i}`)
  await store.close()
  return place
}

/** Starts migrating in a process of its own and kills it there: at a row, or as soon as it says anything. */
async function killWhileMigrating(place: StoreOptions, at: { row: number } | 'first word'): Promise<void> {
  const program = compileProgram(MIGRATING, inject('runFolder'))
  const child = spawn(process.execPath, [program, JSON.stringify(place)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'exit')
  let rows = 0
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'row') rows++
    if (at === 'first word' || rows === at.row) break
    if (line === 'row') child.stdin.write('\n')
  }
  child.kill('SIGKILL')
  expect(await ended).toEqual([null, 'SIGKILL'])
}

interface Line {
  readonly name: string
  readonly words: string
  readonly number: number
}

async function linesAt(place: StoreOptions): Promise<Line[]> {
  const { store } = openUnmigrated(place)
  try {
    return (await sql<Line>`select name, words, number from lines order by name`.execute(store.db)).rows
  } finally {
    await store.close()
  }
}

const ALL_LINES = Array.from({ length: NOTES }, (_, i) => ({ name: `note-${i}`, words: `words ${i}`, number: i + 1 }))

async function countNotes(place: StoreOptions): Promise<number> {
  const { store } = openUnmigrated(place)
  try {
    return (await store.db.selectFrom('settings').selectAll().where('name', 'like', 'note-%').execute()).length
  } finally {
    await store.close()
  }
}

describeOnEachEngine('a migration that is killed', (openTestStore) => {
  const moments = [
    { at: { row: 1 }, ran: [] },
    { at: { row: NOTES }, ran: [] },
    { at: { row: NOTES + 1 }, ran: [SPLIT] },
    { at: { row: 2 * NOTES }, ran: [SPLIT] },
  ] as const

  test.each(moments)(
    'at row $at.row leaves one schema or the other, and the next start goes on',
    async ({ at, ran }) => {
      const place = await placeWithNotes(await openTestStore.newPlace())
      const before = Object.keys(await recordAt(place))
      await killWhileMigrating(place, at)

      expect(Object.keys(await recordAt(place))).toEqual([...before, ...ran])
      expect(await columnsAt(place, 'lines')).toEqual(ran.length === 0 ? [] : ['name', 'words'])
      expect(await countNotes(place)).toBe(ran.length === 0 ? NOTES : 0)

      await upgrade(
        place,
        slowMigrations(async () => {}),
      )
      expect(Object.keys(await recordAt(place))).toEqual([...before, SPLIT, NUMBER])
      expect(await linesAt(place)).toEqual(ALL_LINES)
      expect(await countNotes(place)).toBe(0)
      if (openTestStore.engine === 'sqlite') expectWhole(place)
    },
  )

  test('while the database is copied leaves all as it was, and the next start copies anew', async () => {
    const place = await placeWithNotes(await openTestStore.newPlace())
    const before = await recordAt(place)
    await killWhileMigrating(place, 'first word')
    expect(await countNotes(place)).toBe(NOTES)
    expect(await recordAt(place)).toEqual(before)
    await upgrade(
      place,
      slowMigrations(async () => {}),
    )
    expect(await linesAt(place)).toEqual(ALL_LINES)
    if (openTestStore.engine === 'sqlite') expectWhole(place)
  })
})

/** The file, and each copy under its final name. */
function expectWhole({ dataDir }: StoreOptions): void {
  const folder = join(dataDir, 'backups')
  const copies = readdirSync(folder)
  expect(copies.length).toBeGreaterThan(0)
  for (const file of [sqliteFile(dataDir), ...copies.map((name) => join(folder, name))]) {
    const db = new Sqlite(file)
    expect([file, db.pragma('integrity_check', { simple: true })]).toEqual([file, 'ok'])
    db.close()
  }
}
