import { expect, test } from 'vitest'
import { listAttributionRanges, markForAttribution } from '../../../src/store/attribution/attribution-ranges.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

describeOnEachEngine('what is to be attributed anew', (openTestStore) => {
  test('comes service by service, and last what names none', async () => {
    const { db } = await openTestStore()
    await db
      .insertInto('services')
      .values([1, 2].map((id) => ({ id, name: `service-${id}`, order_policy: 'semver', created_at: 0 })))
      .execute()
    expect(await listAttributionRanges(db, 10)).toEqual([])
    await markForAttribution(db, undefined, 300)
    await markForAttribution(db, 2, 200)
    await markForAttribution(db, 1, 400)
    const ranges = [
      { serviceId: 1, after: { firstSeenAt: 400, id: 0 } },
      { serviceId: 2, after: { firstSeenAt: 200, id: 0 } },
      { serviceId: undefined, after: { firstSeenAt: 300, id: 0 } },
    ]
    expect(await listAttributionRanges(db, 10)).toEqual(ranges)
    expect(await listAttributionRanges(db, 2)).toEqual(ranges.slice(0, 2))
  })
})
