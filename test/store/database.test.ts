import { type Kysely, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { type Db, openStore, StoreRefused, sqliteFile } from '../../src/store/database.ts'
import { isDiskFull, isStorageBroken, isStorageTrouble, openSqliteConnection } from '../../src/store/dialect.ts'
import { describeOnEachEngine, engines, lockedByAnother, testStoresOn } from '../support/stores.ts'

describeOnEachEngine('the store', (openTestStore) => {
  test('refuses a database of a newer version and names what it has', async () => {
    const place = await openTestStore.newPlace()
    const store = await openStore(place)
    const untyped = store.db as unknown as Kysely<{ kysely_migration: { name: string; timestamp: string } }>
    await untyped.insertInto('kysely_migration').values({ name: '29990101T0000_future', timestamp: 'now' }).execute()
    await store.close()
    await expect(openStore(place)).rejects.toThrow(/newer Postflight.*29990101T0000_future/)
    await expect(openStore(place)).rejects.toBeInstanceOf(StoreRefused)
  })

  test('a transaction that fails leaves nothing behind', async () => {
    const store = await openTestStore()
    const failing = store.transaction(async (trx) => {
      await trx.insertInto('settings').values({ name: 'a', value: '1' }).execute()
      throw new Error('changed my mind')
    })
    await expect(failing).rejects.toThrow('changed my mind')
    expect(await store.db.selectFrom('settings').selectAll().execute()).toEqual([])
  })

  test('changes take turns: what one reads cannot change before it writes', async () => {
    const store = await openTestStore()
    await store.db.insertInto('settings').values({ name: 'count', value: '0' }).execute()
    const addOne = () =>
      store.change(async (trx) => {
        const { value } = await trx
          .selectFrom('settings')
          .select('value')
          .where('name', '=', 'count')
          .executeTakeFirstOrThrow()
        await new Promise((resolve) => setImmediate(resolve))
        await trx
          .updateTable('settings')
          .set({ value: String(Number(value) + 1) })
          .where('name', '=', 'count')
          .execute()
      })
    await Promise.all(Array.from({ length: 12 }, addOne))
    const { value } = await store.db.selectFrom('settings').select('value').executeTakeFirstOrThrow()
    expect(value).toBe('12')
  })

  test('sorts text byte by byte', async () => {
    const store = await openTestStore()
    for (const name of ['b', 'B', 'a', 'é', 'A', '~', '!'])
      await store.db.insertInto('settings').values({ name, value: '' }).execute()
    const rows = await store.db.selectFrom('settings').select('name').orderBy('name').execute()
    expect(rows.map(({ name }) => name).join('')).toBe('!ABab~é')
  })

  test('answers an empty list of choices with no rows', async () => {
    const store = await openTestStore()
    expect(await store.db.selectFrom('settings').selectAll().where('name', 'in', []).execute()).toEqual([])
  })
})

describe('the SQLite store', () => {
  test('syncs every commit to disk, on every connection that writes', async () => {
    const store = await testStoresOn('sqlite')()
    const read = async (pragma: string) =>
      Object.values(
        (await sql<Record<string, unknown>>`${sql.raw(`pragma ${pragma}`)}`.execute(store.db)).rows[0] ?? {},
      )[0]
    expect(await read('synchronous')).toBe(2)
    expect(await read('journal_mode')).toBe('wal')
    expect(await read('foreign_keys')).toBe(1)
  })

  test('notes are not synced, and do no checkpoint either', async () => {
    const store = await testStoresOn('sqlite')()
    const read = async (pragma: string) =>
      Object.values((await sql<object>`${sql.raw(`pragma ${pragma}`)}`.execute(store.notes)).rows[0] ?? {})[0]
    expect(await read('synchronous')).toBe(1)
    expect(await read('wal_autocheckpoint')).toBe(0)
  })

  test('waits for the lock of another without stopping the thread, and says that it waits', async () => {
    let waits = 0
    const store = await testStoresOn('sqlite')({ events: { busy: () => waits++ } })
    const unlock = await lockedByAnother(store)
    const inTransaction = store.transaction((trx) =>
      trx.insertInto('settings').values({ name: 'a', value: '1' }).execute(),
    )
    const alone = store.db.insertInto('settings').values({ name: 'b', value: '2' }).execute()
    await expect.poll(() => waits).toBeGreaterThan(0)
    unlock()
    await Promise.all([inTransaction, alone])
    expect(await store.db.selectFrom('settings').selectAll().execute()).toHaveLength(2)
  })

  test('a note is given up when another holds the lock', async () => {
    const store = await testStoresOn('sqlite')()
    await lockedByAnother(store)
    await expect(store.notes.deleteFrom('settings').execute()).rejects.toMatchObject({ code: 'SQLITE_BUSY' })
  })

  test('opens beside one who writes: a schema that is up to date needs no lock', async () => {
    const openTestStore = testStoresOn('sqlite')
    const place = await openTestStore.newPlace()
    const unlock = await lockedByAnother(await openTestStore(place))
    let waits = 0
    const second = await openStore({ ...place, events: { busy: () => waits++ } })
    expect(waits).toBe(0)
    unlock()
    await second.close()
  })

  test('a transaction that the disk has no room for says so, though SQLite has rolled it back by itself', async () => {
    const store = await testStoresOn('sqlite')()
    // As large as it is: SQLite then has no room, as on a full disk.
    await sql`pragma max_page_count = 1`.execute(store.db)
    const failing = store.transaction((trx) =>
      trx
        .insertInto('settings')
        .values({ name: 'a', value: 'x'.repeat(100_000) })
        .execute(),
    )
    await expect(failing).rejects.toMatchObject({ code: 'SQLITE_FULL' })
    await sql`pragma max_page_count = 1000000`.execute(store.db)
    await store.db.insertInto('settings').values({ name: 'a', value: '1' }).execute()
  })

  test('tells a full disk, which passes, from a broken one', () => {
    const failures = [
      'SQLITE_FULL',
      'SQLITE_IOERR_SHMSIZE',
      'SQLITE_IOERR_FSYNC',
      'SQLITE_CORRUPT_INDEX',
      'SQLITE_BUSY',
    ]
    const coded = failures.map((code) => Object.assign(new Error(code), { code }))
    const named = (is: (error: unknown) => boolean) => coded.filter(is).map(({ code }) => code)
    expect(named(isDiskFull)).toEqual(['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'])
    expect(named(isStorageBroken)).toEqual(['SQLITE_IOERR_FSYNC', 'SQLITE_CORRUPT_INDEX'])
    expect(named(isStorageTrouble)).toEqual(failures)
  })

  test('keeps every table strict', async () => {
    const store = await testStoresOn('sqlite')()
    const { rows } = await sql<{
      name: string
      strict: number
    }>`select name, strict from pragma_table_list where schema = 'main' and type = 'table' and name not like 'sqlite_%' and name not like 'kysely_%'`.execute(
      store.db,
    )
    expect(rows.length).toBeGreaterThan(20)
    expect(rows.filter(({ strict }) => strict !== 1)).toEqual([])
  })

  test('refuses a second server on the same file, and takes it once the first has ended', async () => {
    const place = await testStoresOn('sqlite').newPlace()
    const first = await openStore({ ...place, exclusive: true })
    await expect(openStore({ ...place, exclusive: true })).rejects.toThrow(/Another Postflight server is already using/)
    const command = await openStore({ ...place, exclusive: false })
    await command.close()
    await first.close()
    const next = await openStore({ ...place, exclusive: true })
    await next.close()
  })

  test('pages read while a transaction is open', async () => {
    const store = await testStoresOn('sqlite')()
    let seen: unknown
    await store.transaction(async (trx) => {
      await trx.insertInto('settings').values({ name: 'a', value: '1' }).execute()
      seen = await store.reader.selectFrom('settings').selectAll().execute()
    })
    expect(seen).toEqual([])
    expect(await store.reader.selectFrom('settings').selectAll().execute()).toHaveLength(1)
  })

  test('a file that is no database is refused', async () => {
    const place = await testStoresOn('sqlite').newPlace()
    const { writeFileSync } = await import('node:fs')
    writeFileSync(sqliteFile(place.dataDir), 'this is not a database, and long enough to be looked at as one')
    expect(() => openSqliteConnection(sqliteFile(place.dataDir))).toThrow('file is not a database')
  })
})

describe.runIf(engines().includes('postgres'))('a session of PostgreSQL', () => {
  const openTestStore = testStoresOn('postgres')
  const settingsOf = async ({ db }: { readonly db: Db }) => {
    const show = async (name: string) => (await sql<Record<string, string>>`show ${sql.ref(name)}`.execute(db)).rows[0]
    return { ...(await show('jit')), ...(await show('random_page_cost')) }
  }

  test('is for short queries on disks that do not turn, unless the operator has said what a page costs', async () => {
    const place = await openTestStore.newPlace()
    const store = await openStore(place)
    expect(await settingsOf(store)).toEqual({ jit: 'off', random_page_cost: '1.1' })
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(store.db)
    await sql`alter database ${sql.id(rows[0]?.name as string)} set random_page_cost = 2`.execute(store.db)
    await store.close()
    const again = await openStore(place)
    expect(await settingsOf(again)).toEqual({ jit: 'off', random_page_cost: '2' })
    await again.close()
  })
})
