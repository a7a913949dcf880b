import { expect, test } from 'vitest'
import { loadQualityFacts } from '../../src/store/measures/quality-facts.ts'
import { loadPlaceHistory } from '../../src/store/measures/signal-facts.ts'
import { aDefect, aDeployment, day } from '../support/factories.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'
import { tell } from '../support/telling.ts'

/** Two releases, and a defect on each of days 5 to 10, the first of which is fixed on day 6. */
async function withSixDefects(openTestStore: OpenTestStore) {
  const store = await openTestStore()
  await tell(store, aDeployment({ version: 'a', at: day(1) }), aDeployment({ version: 'b', at: day(2) }))
  for (const n of [5, 6, 7, 8, 9, 10]) await tell(store, aDefect({ key: `D${n}`, title: `Fails ${n}`, at: day(n) }))
  await tell(store, aDefect({ key: 'D5', at: day(6), occurredAt: undefined, count: 0, status: 'fixed' }))
  const place = { serviceId: 1, service: 'checkout-api', environmentId: 1, environment: 'production' }
  return { ...store, place }
}

describeOnEachEngine('numbers over a period', (openTestStore) => {
  test('are refused when they would rest on part of the defects', async () => {
    const { db, place } = await withSixDefects(openTestStore)
    const period = { from: day(6), to: day(11) }
    expect((await loadQualityFacts(db, place, period, 6))?.defects).toHaveLength(6)
    expect(await loadQualityFacts(db, place, period, 5)).toBeUndefined()
    // What was closed before is of no concern.
    expect((await loadQualityFacts(db, place, { ...period, from: day(6.5) }, 5))?.defects).toHaveLength(5)
  })
})

describeOnEachEngine('the history of a place', (openTestStore) => {
  test('begins later where there is more than is read', async () => {
    const { db, place } = await withSixDefects(openTestStore)
    const whole = await loadPlaceHistory(db, place, 1, day(20))
    expect(whole.seenAt).toHaveLength(6)
    expect(whole.spans).toEqual([
      { from: day(2), to: undefined },
      { from: day(1), to: day(2) },
    ])
    expect(whole.completeFrom).toBeLessThan(day(1))
    const cut = await loadPlaceHistory(db, place, 1, day(20), 4)
    expect(cut).toMatchObject({ completeFrom: day(7), seenAt: [day(10), day(9), day(8), day(7)] })
    expect((await loadPlaceHistory(db, place, 1, day(20), 2)).completeFrom).toBe(day(9))
  })
})
