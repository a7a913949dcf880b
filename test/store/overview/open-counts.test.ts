import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { countOpen, countUnowned, selectUnowned } from '../../../src/store/overview/overview-queries.ts'
import { describeOnEachEngine, testStoresOn } from '../../support/stores.ts'
import { addReleases, histories, writeHistory } from '../../support/written-histories.ts'

const SEVERITIES = ['S1', 'S2', 'S3', 'S4'] as const

describeOnEachEngine('what is open', (openTestStore) => {
  test('is what a plain count over the rows says, by service and severity, with an owner or without', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.constantFrom<readonly number[] | undefined>(undefined, [1], [1, 2]),
        async ({ puts, seen }, serviceIds) => {
          await transaction((trx) => writeHistory(trx, puts, seen))
          const rows = await db.selectFrom('defects').selectAll().execute()
          const open = rows.filter(
            (row) =>
              row.open === 1 &&
              row.merged_into_id === null &&
              (row.environment_id === 1 || row.environment_id === null) &&
              (serviceIds === undefined || serviceIds.includes(row.service_id ?? 0)),
          )
          const bySeverity = (some: typeof open) =>
            Object.fromEntries(SEVERITIES.map((one) => [one, some.filter(({ severity }) => severity === one).length]))
          const services = new Set(open.flatMap(({ service_id }) => service_id ?? []))
          expect(await countOpen(db, [1, null], serviceIds)).toEqual({
            total: bySeverity(open),
            byService: new Map(
              [...services].map((id) => [id, bySeverity(open.filter((row) => row.service_id === id))]),
            ),
          })
          const grave = open.filter(({ severity, assignee_id }) => /S[12]/.test(severity) && assignee_id === null)
          expect(await countUnowned(db, [1, null], 1_000, serviceIds)).toBe(grave.length)
        },
      ),
      { numRuns: openTestStore.engine === 'sqlite' ? 60 : 20 },
    )
  })
})

const sqliteStores = testStoresOn('sqlite')

test.each([1, null])('the grave ones without an owner in place %s are found by their index', async (place) => {
  const { db } = await sqliteStores()
  const plan = await selectUnowned(db, place).limit(10).explain<{ detail: string }>(undefined, sql`query plan`)
  expect(plan.map(({ detail }) => detail).join()).toMatch(/USING (COVERING )?INDEX defects_unowned /)
})
