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
  test('tells of its days how many defects were first seen, and of its releases when any of them ran', async () => {
    const { db, place, ...store } = await withSixDefects(openTestStore)
    const whole = await loadPlaceHistory(db, place, 1, day(20))
    expect(whole.days).toEqual([5, 6, 7, 8, 9, 10].map((n) => ({ from: day(n), defects: 1 })))
    expect(whole.spans).toEqual([{ from: day(1), to: undefined }])
    expect(whole.deployments).toBeUndefined()
    const remove = (at: number) => aDeployment({ version: undefined, action: 'remove', at })
    await tell({ ...store, db }, remove(day(11)), remove(day(11.5)), aDeployment({ version: 'a', at: day(13) }))
    await tell({ ...store, db }, remove(day(15)))
    const removed = [
      { from: day(1), to: day(11) },
      { from: day(13), to: day(15) },
    ]
    expect((await loadPlaceHistory(db, place, 1, day(20))).spans).toEqual(removed)
    // Sixty weeks later: what ran when they began counts from there.
    await tell({ ...store, db }, aDeployment({ version: 'b', at: day(16) }))
    expect((await loadPlaceHistory(db, place, 1, day(8 + 7 * 60))).spans).toEqual([
      { from: day(8), to: day(11) },
      { from: day(13), to: day(15) },
      { from: day(16), to: undefined },
    ])
    const later = await loadPlaceHistories(db, [1], 1, day(8 + 7 * 61), { deployments: true })
    expect(later.get(1)).toMatchObject({
      spans: [{ from: day(16), to: undefined }],
      deployments: [{ from: day(15), count: 1 }],
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
