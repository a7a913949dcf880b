import { type Kysely, Migrator, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { migrationsFor } from '../../../migrations/index.ts'
import { openStore, openUnmigrated, type StoreOptions, StoreRefused } from '../../../src/store/database.ts'
import { ddlWords } from '../../../src/store/dialect.ts'
import { columnsAt, recordAt, running, upgrade } from '../../support/migrations.ts'
import { describeOnEachEngine, engines, testStoresOn } from '../../support/stores.ts'

const FIRST = '29990101T0000_first'
const SECOND = '29990102T0000_second'
const SHA256 = /^[0-9a-f]{64}$/

/** Changes the database behind the product's back. */
async function tamper(place: StoreOptions, ...statements: readonly string[]): Promise<void> {
  const { store } = openUnmigrated(place)
  for (const statement of statements) await sql.raw(statement).execute(store.db)
  await store.close()
}

describeOnEachEngine('migrations', (openTestStore) => {
  test('each is recorded with the checksum of what it did, and a later start finds nothing to do', async () => {
    const place = await openTestStore.newEmptyPlace()
    for (let i = 0; i < 2; i++) {
      await (await openStore(place)).close()
      const record = await recordAt(place)
      expect(Object.keys(record)).toEqual(Object.keys(migrationsFor(ddlWords[openTestStore.engine])))
      for (const checksum of Object.values(record)) expect(checksum).toMatch(SHA256)
    }
  })

  test('one that was changed after it was applied is refused by name', async () => {
    const place = await openTestStore.newPlace()
    await upgrade(place, { [FIRST]: running('create table a (x integer)') })
    const changed = upgrade(place, { [FIRST]: running('create table a (x integer, y integer)') })
    await expect(changed).rejects.toThrow(new RegExp(`run another ${FIRST} than this.*changed after`))
    await expect(changed).rejects.toBeInstanceOf(StoreRefused)
    expect(await columnsAt(place, 'a')).toEqual(['x'])
  })

  test('one that does the same in other words is the same', async () => {
    const place = await openTestStore.newPlace()
    await upgrade(place, { [FIRST]: running('create table a (x integer)') })
    const rewritten = { up: async (db: Kysely<unknown>) => void (await sql`create table a (x integer)`.execute(db)) }
    await upgrade(place, { [FIRST]: rewritten })
  })

  test('the checksum counts the values that are written as well', async () => {
    const place = await openTestStore.newPlace()
    const setting = (value: string) => ({
      up: async (db: Kysely<never>) =>
        void (await sql`insert into settings (name, value) values ('a', ${value})`.execute(db)),
    })
    await upgrade(place, { [FIRST]: setting('1') })
    await expect(upgrade(place, { [FIRST]: setting('2') })).rejects.toThrow(FIRST)
  })

  test('what ran before there were checksums gets its own at the next start, and is held to it from then on', async () => {
    const place = await openTestStore.newEmptyPlace()
    const migrations = migrationsFor(ddlWords[openTestStore.engine])
    const { store } = openUnmigrated(place)
    // As versions before checksums did it.
    const migrator = new Migrator({ db: store.db, provider: { getMigrations: async () => migrations } })
    expect((await migrator.migrateToLatest()).error).toBeUndefined()
    await store.close()
    expect(await columnsAt(place, 'kysely_migration')).toEqual(['name', 'timestamp'])

    await (await openStore(place)).close()
    const record = await recordAt(place)
    expect(Object.keys(record)).toEqual(Object.keys(migrations))
    for (const checksum of Object.values(record)) expect(checksum).toMatch(SHA256)
    const [name] = Object.keys(migrations)
    await tamper(place, `update kysely_migration set checksum = 'another'`)
    await expect(openStore(place)).rejects.toThrow(name)
  })

  test('one that fails changes nothing, and the version before can be started again', async () => {
    const place = await openTestStore.newPlace()
    const failing = upgrade(place, {
      [FIRST]: running('create table a (x integer)', 'insert into settings (name) values (null)'),
    })
    await expect(failing).rejects.toThrow(new RegExp(`^${FIRST} failed and changed nothing: .*can be started again`))
    await expect(failing).rejects.toBeInstanceOf(StoreRefused)
    expect(await columnsAt(place, 'a')).toEqual([])
    await (await openStore(place)).close()
  })

  test('those before one that fails stay, and the next start goes on from there', async () => {
    const place = await openTestStore.newPlace()
    const first = running('create table a (x integer)')
    const failing = upgrade(place, { [FIRST]: first, [SECOND]: running('create table b (y integer)', 'nonsense') })
    await expect(failing).rejects.toThrow(new RegExp(`^${SECOND} failed.*${FIRST} succeeded and stays`))
    expect([await columnsAt(place, 'a'), await columnsAt(place, 'b')]).toEqual([['x'], []])
    await upgrade(place, { [FIRST]: first, [SECOND]: running('create table b (z integer)') })
    expect(await columnsAt(place, 'b')).toEqual(['z'])
  })

  test('one that should have run before those that have is refused', async () => {
    const place = await openTestStore.newPlace()
    const second = running('create table b (y integer)')
    await upgrade(place, { [SECOND]: second })
    const late = upgrade(place, { [FIRST]: running('create table a (x integer)'), [SECOND]: second })
    await expect(late).rejects.toThrow(new RegExp(`has ${SECOND} but not ${FIRST}`))
    expect(await columnsAt(place, 'a')).toEqual([])
  })
})

describe('migrations of a SQLite file that a server has', () => {
  const stores = testStoresOn('sqlite')

  test('a command of a newer version leaves the schema alone and says to stop the server', async () => {
    const place = await stores.newPlace()
    const server = await openStore({ ...place, exclusive: true })
    const later = { [FIRST]: running('create table a (x integer)') }
    const command = upgrade(place, later)
    await expect(command).rejects.toThrow(/Stop the server first; nothing was changed/)
    await expect(command).rejects.toBeInstanceOf(StoreRefused)
    expect(await columnsAt(place, 'a')).toEqual([])
    await server.close()
    await upgrade(place, later)
    expect(await columnsAt(place, 'a')).toEqual(['x'])
  })

  test('no server starts while a command changes the schema', async () => {
    const place = await stores.newPlace()
    let refused: unknown
    const starting = {
      async up(db: Kysely<unknown>) {
        const { rows } = await sql`select 1`.execute(db)
        // Without rows it is only read for its checksum.
        if (rows.length > 0) refused = await openStore({ ...place, exclusive: true }).catch((error) => error)
      },
    }
    await upgrade(place, { [FIRST]: starting })
    expect(refused).toBeInstanceOf(StoreRefused)
    expect((refused as Error).message).toContain('or a command is changing its schema')
    await openUnmigrated({ ...place, exclusive: true }).store.close()
  })

  test('a command records missing checksums beside it', async () => {
    const place = await stores.newPlace()
    await tamper(place, 'alter table kysely_migration drop column checksum')
    const { store: server } = openUnmigrated({ ...place, exclusive: true })
    await (await openStore(place)).close()
    for (const checksum of Object.values(await recordAt(place))) expect(checksum).toMatch(SHA256)
    await server.close()
  })
})

describe.runIf(engines().includes('postgres'))('migrations of several instances on PostgreSQL', () => {
  const stores = testStoresOn('postgres')

  test('two that start together on an empty database both come up', async () => {
    const place = await stores.newEmptyPlace()
    const both = await Promise.all([openStore(place), openStore(place)])
    for (const store of both) expect(await store.db.selectFrom('settings').selectAll().execute()).toEqual([])
    for (const store of both) await store.close()
  })

  /** Ends when another instance has waited for the lock so long, and finds nothing to wait for without a database. */
  const untilAnotherWaits = async (db: Kysely<unknown>, milliseconds: number) => {
    for (;;) {
      // Within a transaction it would stay as it was first looked at.
      await sql`select pg_stat_clear_snapshot()`.execute(db)
      const { rows } = await sql<{ waiting: number }>`
        select count(*) as waiting from pg_stat_activity
        where datname = current_database() and wait_event = 'advisory'
          and clock_timestamp() - query_start >= ${milliseconds} * interval '1 millisecond'`.execute(db)
      if (rows[0]?.waiting !== 0) return
    }
  }

  test('one migrates, the other waits and finds it done', async () => {
    const place = await stores.newPlace()
    const slow = {
      async up(db: Kysely<unknown>) {
        await untilAnotherWaits(db, 0)
        await sql`create table a (x integer)`.execute(db)
      },
    }
    await Promise.all([upgrade(place, { [FIRST]: slow }), upgrade(place, { [FIRST]: slow })])
    expect(await columnsAt(place, 'a')).toEqual(['x'])
  })

  test('neither the waiting nor the migrating ends at the time limit of other statements', async () => {
    const { databaseUrl, ...place } = await stores.newPlace()
    const limited = {
      ...place,
      databaseUrl: `${databaseUrl}&statement_timeout=1000&idle_in_transaction_session_timeout=1500`,
    }
    const limits: unknown[] = []
    const slow = {
      async up(db: Kysely<unknown>) {
        await untilAnotherWaits(db, 2_000)
        for (const name of ['statement_timeout', 'idle_in_transaction_session_timeout'])
          limits.push(...(await sql`select current_setting(${name}) as limit`.execute(db)).rows)
      },
    }
    await Promise.all([upgrade(limited, { [FIRST]: slow }), upgrade(limited, { [FIRST]: slow })])
    expect(limits).toEqual([{ limit: '0' }, { limit: '0' }])
  })
})
