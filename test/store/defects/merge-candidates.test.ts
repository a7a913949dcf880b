import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { listNearby, selectNear } from '../../../src/store/defects/merge-candidates.ts'
import { describeOnEachEngine, testStoresOn } from '../../support/stores.ts'
import { addReleases } from '../../support/written-histories.ts'

const HOUR = 3_600_000

describeOnEachEngine('defects to merge with', (openTestStore) => {
  test('are the nearest of its service and of none, before and after it, itself left out', async () => {
    const { db } = await openTestStore()
    await addReleases(db)
    const ofServices = [1, null, 2, 1, null, 2, 1]
    const rowOf = (service_id: number | null, i: number) => ({
      ...{ id: i + 1, title: 'A defect', service_id, severity: 'S3', status: 'open', open: 1 as const },
      ...{ first_seen_at: i * HOUR, last_seen_at: i * HOUR, status_at: 0, detected_at: 0, occurrences: 1 },
      ...{ fixed_in_json: '[]', decisions_json: '{}', attribution: 'unattributed', attribution_method: 'test' },
    })
    await db.insertInto('defects').values(ofServices.map(rowOf)).execute()
    const idsNear = async (serviceId: number | undefined) =>
      (await listNearby(db, { id: 4, serviceId, firstSeenAt: 3 * HOUR })).map(({ id }) => id)
    expect(await idsNear(1)).toEqual([2, 1, 5, 7])
    expect(await idsNear(undefined)).toEqual([2, 5])
  })
})

const sqliteStores = testStoresOn('sqlite')

test.each([1, null])('those of service %s are read in the order of their index', async (service) => {
  const { db } = await sqliteStores()
  for (const before of [true, false]) {
    const query = selectNear(db, service, { id: 1, firstSeenAt: 0, before })
    const plan = (await query.explain<{ detail: string }>(undefined, sql`query plan`)).map(({ detail }) => detail)
    expect(plan.join()).toMatch(/USING INDEX defects_by_service \(service_id=\? AND first_seen_at/)
    expect(plan.join()).not.toContain('TEMP B-TREE')
  }
})
