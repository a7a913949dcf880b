import Sqlite from 'better-sqlite3'
import { type Kysely, sql } from 'kysely'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { startServer } from '../../src/serve.ts'
import { type Store, sqliteFile } from '../../src/store/database.ts'
import { keepStatisticsFresh, refreshSqliteStatistics } from '../../src/store/statistics.ts'
import { silentLog } from '../support/processing.ts'
import { describeOnEachEngine, testStoresOn } from '../support/stores.ts'

const stores = testStoresOn('sqlite')
const HOUR = 3_600_000

/** A table of `rows`, of which each has its own value in one column and one of three in the other; anew each time. */
async function fill(db: Kysely<never>, rows: number, [distinct, alike]: readonly [string, string] = ['a', 'b']) {
  await sql.raw('create table if not exists things (id integer primary key, a integer, b integer)').execute(db)
  for (const column of ['a', 'b'])
    await sql.raw(`create index if not exists things_by_${column} on things (${column})`).execute(db)
  await sql.raw('delete from things').execute(db)
  await sql
    .raw(
      `insert into things (${distinct}, ${alike}) with recursive n (i) as (select 1 union all select i + 1 from n where i < ${rows}) select i, i % 3 from n`,
    )
    .execute(db)
}

const countedTables = async ({ db }: Store): Promise<string[]> => {
  const there = await sql`select 1 from sqlite_schema where name = 'sqlite_stat1'`.execute(db)
  if (there.rows.length === 0) return []
  const { rows } = await sql<{ tbl: string }>`select distinct tbl from sqlite_stat1 order by tbl`.execute(db)
  return rows.map(({ tbl }) => tbl)
}

describeOnEachEngine('the statistics', (openTestStore) => {
  test('can be refreshed', async () => {
    const store = await openTestStore()
    await store.refreshStatistics()
  })
})

describe('the statistics of SQLite', () => {
  test('are refreshed every hour, and a last time at the end', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const store = await stores()
    const stop = keepStatisticsFresh(store, silentLog)
    await fill(store.db as never, 10)
    vi.advanceTimersByTime(HOUR - 1)
    expect(await countedTables(store)).toEqual([])
    vi.advanceTimersByTime(1)
    expect(await countedTables(store)).toContain('things')

    await sql`create table others (x integer unique)`.execute(store.db)
    await sql`insert into others values (1)`.execute(store.db)
    await stop()
    expect(await countedTables(store)).toContain('others')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('are read again by the connection of the pages', async () => {
    const store = await stores()
    const chosenIndex = async (round: string) => {
      // SQLite notices a new schema when it runs a query, not when it explains one.
      await sql`select 1 from things`.execute(store.reader)
      const { rows } = await sql<{
        detail: string
      }>`explain query plan select * from things where a = 5 and b = 5 -- ${sql.raw(round)}`.execute(store.reader)
      return /things_by_\w/.exec(rows[0]?.detail ?? '')?.[0]
    }
    for (const [distinct, alike] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      await fill(store.db as never, distinct === 'a' ? 1_000 : 20_000, [distinct, alike])
      await store.refreshStatistics()
      expect(await chosenIndex(distinct)).toBe(`things_by_${distinct}`)
    }
  })

  test('come from all rows, and from some where there are more than a bound', async () => {
    const store = await stores()
    const counted = async () => {
      const { rows } = await sql<{ stat: string }>`select stat from sqlite_stat1 where idx = 'things_by_b'`.execute(
        store.db,
      )
      return (rows[0]?.stat ?? '').split(' ').map(Number)
    }
    await fill(store.db as never, 30_000)
    await store.refreshStatistics()
    // Three values, of a third of the rows each.
    expect(await counted()).toEqual([30_000, 10_000])

    await fill(store.db as never, 400_000)
    await refreshSqliteStatistics(store.db, 2_000)
    const [, alike] = await counted()
    expect(alike).toBeLessThan(3_000)
  })

  test('wait for the next time while another connection writes', async () => {
    const place = await stores.newPlace()
    const store = await stores(place)
    await fill(store.db as never, 10)
    const other = new Sqlite(sqliteFile(place.dataDir))
    const busyTimeout = async () => (await sql`pragma busy_timeout`.execute(store.db)).rows
    const before = await busyTimeout()
    let waits = 0
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((work: () => void) => {
      waits++
      setImmediate(work)
    }) as never)
    onTestFinished(() => void vi.restoreAllMocks())
    other.exec('begin immediate')
    await store.refreshStatistics()
    expect(await countedTables(store)).toEqual([])
    expect(waits).toBe(0)
    // Whatever else is written is as patient as before, and lets the thread do other things meanwhile.
    expect(await busyTimeout()).toEqual(before)
    const filled = fill(store.db as never, 20)
    await vi.waitUntil(() => waits > 0)
    other.exec('rollback')
    other.close()
    await filled
    await store.refreshStatistics()
    expect(await countedTables(store)).toContain('things')
  })

  test('that cannot be refreshed are a line in the log', async () => {
    const store = await stores()
    const warnings: string[] = []
    const broken = { ...store, refreshStatistics: () => Promise.reject(new Error('disk I/O error')) }
    await keepStatisticsFresh(broken, { info() {}, warn: (text) => warnings.push(text) })()
    expect(warnings).toEqual([expect.stringContaining('disk I/O error')])
  })

  test('are refreshed when the server stops', async () => {
    const place = await stores.newPlace()
    const server = await startServer(readConfig({ DATA_DIR: place.dataDir, PORT: '0' }), {
      log: silentLog,
      onBroken() {},
    })
    await server.stop()
    expect(await countedTables(await stores(place))).toContain('sources')
  })
})
