import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { sql } from 'kysely'
import { describe, expect, inject, test } from 'vitest'
import type { Store } from '../../src/store/database.ts'
import { takeOutput } from './console-output.ts'
import { describeOnEachEngine, engines, testStoresOn } from './stores.ts'

test.runIf(inject('engine') === 'sqlite')('SQLite is always there', () => {
  expect(engines()).toEqual(['sqlite'])
})

describeOnEachEngine('a test store', (openTestStore) => {
  test('is migrated and empty, and writes stay in it', async () => {
    const [one, other] = [await openTestStore(), await openTestStore()]
    expect(one.engine).toBe(openTestStore.engine)
    await one.db.insertInto('environments').values({ name: 'production', tier: 'production', created_at: 0 }).execute()
    expect(await one.reader.selectFrom('environments').select('name').execute()).toEqual([{ name: 'production' }])
    expect(await other.reader.selectFrom('environments').select('name').execute()).toEqual([])
  })

  let folder: string | undefined
  test('has a place of its own', async () => {
    folder = (await openTestStore.newPlace()).dataDir
    expect(existsSync(folder)).toBe(true)
  })

  test('whose place is gone once the test is over', () => {
    expect(folder && existsSync(folder)).toBe(false)
  })
})

describe.runIf(engines().includes('postgres') && !process.env.TEST_POSTGRES_URL)('a PostgreSQL database', () => {
  const openTestStore = testStoresOn('postgres')
  const places: string[] = []
  const changed: string[] = []
  let untouched: unknown

  /** Everything that is stored or counted in it. */
  async function contents(store: Store) {
    const { rows } = await sql<{ all: unknown }>`
      select query_to_xml('select oid::regclass, relkind, relchecks, relhastriggers from pg_class
        where relnamespace = ''public''::regnamespace order by 1', true, false, '')::text ||
        schema_to_xml('public', true, false, '')::text ||
        (select string_agg(concat(sequencename, last_value), ' ' order by sequencename) from pg_sequences) as all
    `.execute(store.db)
    return rows[0]?.all
  }

  const environment = { tier: 'production', created_at: 0 }

  test.each<[string, (store: Store) => Promise<unknown>]>([
    ['nothing', async () => {}],
    [
      'writing',
      ({ db }) =>
        db
          .insertInto('environments')
          .values({ name: 'one', ...environment })
          .execute(),
    ],
    ['changing what migrations wrote', ({ db }) => db.deleteFrom('rules').execute()],
    ['a transaction that nobody ends', ({ db }) => sql`begin; lock table environments`.execute(db)],
  ])('is lent again as it was made after %s', async (_, act) => {
    const place = await openTestStore.newPlace()
    places.push(place.databaseUrl ?? '')
    const store = await openTestStore(place)
    untouched ??= await contents(store)
    expect(await contents(store)).toEqual(untouched)
    await act(store)
  })

  test('is the same one each time', () => {
    expect(new Set(places).size).toBe(1)
  })

  test.each([
    'alter table environments add column more bigint',
    'drop table report_links cascade',
    'drop index defects_by_title_words',
    'alter table environments disable trigger all',
    'create function more() returns int language sql return 1',
    'analyze environments',
    `insert into environments (name, tier, created_at) select repeat('long', 20) || n, 'production', 0
      from generate_series(1, 1000) n`,
  ])('is not lent again after %s', async (statement) => {
    const place = await openTestStore.newPlace()
    changed.push(place.databaseUrl ?? '')
    const store = await openTestStore(place)
    expect(await contents(store)).toEqual(untouched)
    await sql.raw(statement).execute(store.db)
  })

  test('is another one each time', () => {
    expect(new Set(changed).size).toBe(changed.length)
  })
})

test('a connection to another machine fails', () => {
  expect(() => connect(80, '192.0.2.1')).toThrow('only connect to loopback')
  expect(() => connect({ host: 'example.com', port: 443 })).toThrow('only connect to loopback')
})

test('a request to another machine fails', async () => {
  const refused = await fetch('http://192.0.2.1/').catch((error: Error) => error.cause)
  expect(String(refused)).toContain('only connect to loopback')
})

test('errors and warnings on the console are noticed', () => {
  console.error('something', new Error('went wrong'))
  console.warn('and a warning')
  expect(takeOutput()).toMatch(/^console.error: something Error: went wrong[\s\S]*console.warn: and a warning$/)
})
