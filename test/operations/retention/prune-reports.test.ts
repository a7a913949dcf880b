import { expect, test } from 'vitest'
import { MOST_DAYS, type Retention } from '../../../src/core/inbound/retention.ts'
import { saveReport } from '../../../src/operations/reports/make-report.ts'
import { openShared, shareReport } from '../../../src/operations/reports/share-report.ts'
import { countPrunable, prune } from '../../../src/operations/retention/prune.ts'
import { findReport } from '../../../src/store/reports/report-snapshots.ts'
import { day } from '../../support/factories.ts'
import { aReport } from '../../support/reports.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const kept = (reportsDays: number): Retention => ({
  ...{ bodiesDays: 400, failedDays: 400, deliveriesDays: 400, notificationsDays: 400 },
  reportsDays,
})
const ACTOR = { kind: 'person', id: 'user:1', name: 'Ana', address: null } as const

describeOnEachEngine('old reports', (openTestStore) => {
  test('are let go of with the links to them, and younger ones stay with theirs', async () => {
    const store = await openTestStore()
    const madeAt = async (now: number) => {
      const by = { actor: ACTOR, now }
      const id = await saveReport(store, aReport({ madeAt: now }), by)
      const shared = await shareReport(store, id, { days: 90, hidesPeople: false }, by)
      return { id, token: shared.kind === 'shared' ? shared.token : '' }
    }
    const old = [await madeAt(day(1)), await madeAt(day(2)), await madeAt(day(3))]
    const young = await madeAt(day(31))
    const now = day(32)
    expect(await openShared(store, old[0]?.token ?? '', now)).toBeDefined()

    expect((await countPrunable(store, kept(28), now)).reports).toBe(3)
    expect((await prune(store, kept(28), now, { rowsPerStep: 2 })).reports).toBe(3)
    for (const { id, token } of old) {
      expect(await findReport(store.db, id)).toBeUndefined()
      expect(await openShared(store, token, now)).toBeUndefined()
    }
    expect(await findReport(store.db, young.id)).toBeDefined()
    expect(await openShared(store, young.token, now)).toBeDefined()
  })

  test('are kept for good where nobody says otherwise', async () => {
    const store = await openTestStore()
    const id = await saveReport(store, aReport({ madeAt: day(0) }), { actor: ACTOR, now: day(0) })
    expect((await prune(store, kept(MOST_DAYS), day(30_000))).reports).toBe(0)
    expect(await findReport(store.db, id)).toBeDefined()
  })
})
