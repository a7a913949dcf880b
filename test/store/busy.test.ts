import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { openStore, type Store, sqliteFile } from '../../src/store/database.ts'
import { isDatabaseBusy, openSqliteConnection } from '../../src/store/dialect.ts'
import { describeOnEachEngine } from '../support/stores.ts'

/** A store that counts how often it found the database taken, and the way to take it. */
describeOnEachEngine('a database that others hold', (openTestStore) => {
  async function openCounting() {
    const place = await openTestStore.newPlace()
    const counted = { busy: 0 }
    const store = await openStore({ ...place, events: { busy: () => counted.busy++ } })
    onTestFinished(() => store.close())
    await store.db
      .insertInto('settings')
      .values(['a', 'b'].map((name) => ({ name, value: '0' })))
      .execute()
    return { place, store, counted }
  }

  const set = (db: Pick<Store['db'], 'updateTable'>, name: string, value: string) =>
    db.updateTable('settings').set({ value }).where('name', '=', name).execute()

  test.runIf(openTestStore.engine === 'sqlite')('is told once per query that had to wait', async () => {
    const { place, store, counted } = await openCounting()
    const other = openSqliteConnection(sqliteFile(place.dataDir))
    onTestFinished(() => void other.close())
    other.exec('begin immediate')
    await expect(set(store.notes, 'a', '1')).rejects.toSatisfy(isDatabaseBusy)
    expect(counted.busy).toBe(1)
    const waiting = store.transaction((trx) => set(trx, 'a', '1'))
    await expect.poll(() => counted.busy).toBe(2)
    other.exec('rollback')
    await waiting
    expect(counted.busy).toBe(2)
  })

  test.runIf(openTestStore.engine === 'postgres')('is told of a deadlock, and both transactions end well', async () => {
    const { store, counted } = await openCounting()
    // Each holds what the other wants before either asks for it.
    let holding = 0
    let bothHold = () => {}
    const both = new Promise<void>((resolve) => {
      bothHold = resolve
    })
    const change = (first: string, second: string) =>
      store.transaction(async (trx) => {
        await sql`set local deadlock_timeout = '10ms'`.execute(trx)
        await set(trx, first, first)
        if (++holding === 2) bothHold()
        await both
        await set(trx, second, first)
      })
    await Promise.all([change('a', 'b'), change('b', 'a')])
    // The one that tries again may meet the other once more.
    expect(counted.busy).toBeGreaterThanOrEqual(1)
    const rows = await store.db.selectFrom('settings').selectAll().where('name', 'in', ['a', 'b']).execute()
    expect(new Set(rows.map(({ value }) => value)).size).toBe(1)
  })

  test('a row that is there already is no sign of that', async () => {
    const { store, counted } = await openCounting()
    await expect(store.db.insertInto('settings').values({ name: 'a', value: '' }).execute()).rejects.toThrow(/unique/i)
    expect(counted.busy).toBe(0)
  })
})
