import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { takeOutput } from './console-output.ts'
import { describeOnEachEngine, engines } from './stores.ts'

test('SQLite is always among the engines', () => {
  expect(engines()).toContain('sqlite')
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
