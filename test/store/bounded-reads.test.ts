import { expect, test } from 'vitest'
import { loadQualityFacts } from '../../src/store/measures/quality-facts.ts'
import { countSinceArrival, loadPlaceHistories, loadPlaceHistory } from '../../src/store/measures/signal-facts.ts'
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
  test('tells of its days how many defects were first seen, and begins later where there is more than is read', async () => {
    const { db, place } = await withSixDefects(openTestStore)
    const whole = await loadPlaceHistory(db, place, 1, day(20))
    expect(whole.days).toEqual([5, 6, 7, 8, 9, 10].map((n) => ({ from: day(n), defects: 1 })))
    expect(whole.spans).toEqual([
      { from: day(2), to: undefined },
      { from: day(1), to: day(2) },
    ])
    expect(whole.completeFrom).toBeLessThan(day(1))
    expect(await loadPlaceHistory(db, place, 1, day(20), 1)).toMatchObject({
      completeFrom: day(2),
      spans: [{ from: day(2), to: undefined }],
    })
  })

  test('leaves out what a person said no change caused, wherever else it counts', async () => {
    const { db, place } = await withSixDefects(openTestStore)
    await db.updateTable('defects').set({ attribution: 'not-a-change' }).where('title', '=', 'Fails 7').execute()
    const { days } = await loadPlaceHistory(db, place, 1, day(20))
    const found = new Map<number, number>()
    for (const { from, defects } of days) found.set(from, (found.get(from) ?? 0) + defects)
    expect([...found.values()]).toEqual([1, 1, 0, 1, 1, 1])
    expect(found.get(day(7))).toBe(0)
  })

  test('of several services are read together', async () => {
    const { db } = await withSixDefects(openTestStore)
    const histories = await loadPlaceHistories(db, [1, 2], 1, day(20))
    expect(histories.get(1)?.days).toHaveLength(6)
    expect(histories.get(2)).toMatchObject({ days: [], spans: [] })
    expect(await loadPlaceHistories(db, [], 1, day(20))).toEqual(new Map())
  })

  test('is begun anew by each live release, with what was seen since', async () => {
    const { db } = await withSixDefects(openTestStore)
    expect([...(await countSinceArrival(db, 1)).values()]).toEqual([6])
    await db
      .updateTable('first_deployments')
      .set({ at: day(8) })
      .execute()
    expect([...(await countSinceArrival(db, 1)).values()]).toEqual([3])
    await db
      .updateTable('first_deployments')
      .set({ at: day(11) })
      .execute()
    expect(await countSinceArrival(db, 1)).toEqual(new Map())
  })
})
