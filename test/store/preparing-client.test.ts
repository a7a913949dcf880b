import { type RawBuilder, sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/database.ts'
import { engines, testStoresOn } from '../support/stores.ts'

describe.runIf(engines().includes('postgres'))('statements that are asked often, on PostgreSQL', () => {
  const openTestStore = testStoresOn('postgres')
  const open = () => openTestStore({ connections: 1 })

  const asked = async (
    store: Store,
    times: number,
    query: RawBuilder<{ n: number }> = sql`select count(*) as n from services`,
  ) => {
    const found: number[] = []
    for (let i = 0; i < times; i++) found.push((await query.execute(store.reader)).rows[0]?.n as number)
    return found
  }
  const kept = async ({ reader }: Store, text = 'select count(*) as n from services') =>
    (await sql`select 1 from pg_prepared_statements where statement = ${text}`.execute(reader)).rows.length

  test('are kept prepared, and no others', async () => {
    const store = await open()
    expect(await asked(store, 4)).toEqual([0, 0, 0, 0])
    expect(await kept(store)).toBe(0)
    expect(await asked(store, 2)).toEqual([0, 0])
    expect(await kept(store)).toBe(1)
  })

  test('give what is there by then', async () => {
    const store = await open()
    await sql`create table things (a bigint)`.execute(store.db)
    const counted = sql<{ n: number }>`select count(*) as n from things`
    expect(await asked(store, 7, counted)).toEqual([0, 0, 0, 0, 0, 0, 0])
    await sql`insert into things values (1)`.execute(store.db)
    expect(await asked(store, 1, counted)).toEqual([1])
  })

  test('are not kept within a transaction', async () => {
    const store = await open()
    await store.db.transaction().execute(async (trx) => {
      for (let i = 0; i < 10; i++) await sql`select count(*) as n from services`.execute(trx)
    })
    expect(await kept(store)).toBe(0)
  })

  test('are answered when a table got a column meanwhile', async () => {
    const store = await open()
    await sql`create table things (a bigint)`.execute(store.db)
    await sql`insert into things values (1)`.execute(store.db)
    const all = sql`select * from things`
    for (let i = 0; i < 7; i++) await all.execute(store.reader)
    expect(await kept(store, 'select * from things')).toBe(1)
    await sql`alter table things add column b bigint`.execute(store.db)
    expect((await all.execute(store.reader)).rows).toEqual([{ a: 1, b: null }])
    expect((await all.execute(store.reader)).rows).toEqual([{ a: 1, b: null }])
  })

  test('are answered when the connection is another by now, as behind a pooler', async () => {
    const store = await open()
    await asked(store, 10)
    await sql`deallocate all`.execute(store.db)
    expect(await asked(store, 2)).toEqual([0, 0])
    await asked(store, 10, sql<{ n: number }>`select count(*) as n from environments`)
    expect(await kept(store)).toBe(0)
    expect(await kept(store, 'select count(*) as n from environments')).toBe(0)
  })

  test('are kept up to a number', async () => {
    const store = await open()
    for (let i = 0; i < 210; i++)
      await asked(store, 6, sql<{ n: number }>`select count(*) as n from services where id = ${sql.lit(i)}`)
    const { rows } = await sql<{ n: number }>`select count(*) as n from pg_prepared_statements`.execute(store.reader)
    expect(rows).toEqual([{ n: 200 }])
  })

  test('fail as others do', async () => {
    const store = await open()
    const wrong = sql`select 1 / cast(${0} as bigint)`
    for (let i = 0; i < 8; i++) await expect(wrong.execute(store.reader)).rejects.toMatchObject({ code: '22012' })
    expect(await asked(store, 6)).toEqual([0, 0, 0, 0, 0, 0])
    expect(await kept(store)).toBe(1)
  })
})
