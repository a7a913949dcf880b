import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { selectClosedSince } from '../../../src/store/overview/then-queries.ts'
import { testStoresOn } from '../../support/stores.ts'

const sqliteStores = testStoresOn('sqlite')

test.each([1, null])('what was closed since then in place %s is found by its index', async (place) => {
  const { db } = await sqliteStores()
  const plan = await selectClosedSince(db, place, 0, 10).explain<{ detail: string }>(undefined, sql`query plan`)
  expect(plan.map(({ detail }) => detail).join()).toMatch(/USING (COVERING )?INDEX defects_closed /)
})
