import { expect, test } from 'vitest'
import type { SourceEvent } from '../../../src/core/event.ts'
import { changeDefect } from '../../../src/operations/defects/change-defect.ts'
import { findLearningRecord, learnNow } from '../../../src/operations/learning/learn-profiles.ts'
import { LiveEvents } from '../../../src/operations/live-events.ts'
import type { Store } from '../../../src/store/database.ts'
import { aDefect, aDeployment, day, hours } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'
import { tell } from '../../support/telling.ts'

const NOW = day(45)

/** A release a day, and an hour after each a defect. */
const month = (): SourceEvent[] =>
  Array.from({ length: 40 }, (_, i) => [
    aDeployment({ version: `a${i + 1}`, at: day(i + 1) }),
    aDefect({ key: `${i + 1}`, title: `Fault ${i + 1}`, detection: 'error', at: day(i + 1) + hours(1) }),
  ]).flat()

const states = async (store: Store) =>
  store.db
    .selectFrom('defects')
    .select(['id', 'attribution', 'suspect_probability', 'attribution_json', 'counted_json', 'first_seen_at'])
    .orderBy('id')
    .execute()
const modelOf = (row: { attribution_json: string }): string => JSON.parse(row.attribution_json).model

describeOnEachEngine('learning at night', (openTestStore) => {
  const taught = async () => {
    const store = await openTestStore()
    await tell(store, ...month())
    const { processor } = await processingOn(store)
    await processor.runUntilIdle()
    return { store, processor }
  }

  test('judges the defects of the last thirty days by what it learned, and leaves the older ones', async () => {
    const { store, processor } = await taught()
    const record = await learnNow(store, NOW)
    expect(record).toMatchObject({ outcome: 'adopted', defects: 40, verdicts: 0, at: NOW })
    expect(await findLearningRecord(store)).toEqual(record)
    await processor.runUntilIdle()
    const rows = await states(store)
    const newest = Math.max(...rows.map((row) => row.first_seen_at))
    for (const row of rows) {
      const isAnew = row.first_seen_at >= newest - 30 * hours(24)
      expect(modelOf(row)).toBe(isAnew ? `attribution-v3 ${record.version}` : 'attribution-v3 default-hosted')
    }
  })

  test('leaves each defect out of what is held against its own suspects', async () => {
    const { store } = await taught()
    await learnNow(store, NOW)
    const [row] = (await states(store)).slice(20)
    const counted = JSON.parse(row?.counted_json ?? '{}') as Record<string, number>
    const sum = Object.values(counted).reduce((a, b) => a + b, 0)
    expect(sum).toBeGreaterThan(0.3)
    expect(sum).toBeLessThanOrEqual(1 + 1e-9)
  })

  test('gives the same when it is done again', async () => {
    const { store, processor } = await taught()
    await learnNow(store, NOW)
    await processor.runUntilIdle()
    const first = await store.db.selectFrom('service_profiles').selectAll().execute()
    const other = await taught()
    await learnNow(other.store, NOW)
    expect(await other.store.db.selectFrom('service_profiles').selectAll().execute()).toEqual(first)
  })

  test('counts what people decided, and does not move it', async () => {
    const { store, processor } = await taught()
    const release = await store.db
      .selectFrom('releases')
      .select('id')
      .where('version', '=', 'a3')
      .executeTakeFirstOrThrow()
    await changeDefect(
      { store, liveEvents: new LiveEvents() },
      {
        defectId: 5,
        actor: { name: 'Mira' },
        now: NOW,
        change: { kind: 'attribution', decision: { kind: 'chosen', releaseId: release.id, reason: 'Bisected.' } },
      },
    )
    expect(await learnNow(store, NOW)).toMatchObject({ verdicts: 1 })
    await processor.runUntilIdle()
    expect((await states(store))[4]).toMatchObject({ attribution: 'manual', suspect_probability: 1 })
    expect(JSON.parse((await states(store))[4]?.counted_json ?? '{}')).toEqual({ [release.id]: 1 })
  })

  test('leaves everything as it is when there is too little to learn from', async () => {
    const store = await openTestStore()
    await tell(store, ...month().slice(0, 20))
    expect(await learnNow(store, NOW)).toMatchObject({ outcome: 'too-few-defects', defects: 10, version: undefined })
    expect(await store.db.selectFrom('service_profiles').selectAll().execute()).toEqual([])
  })
})
