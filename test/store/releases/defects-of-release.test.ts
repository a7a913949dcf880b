import { expect, test } from 'vitest'
import { defectsOfRelease, listDefectIdsOfRelease } from '../../../src/store/releases/release-queries.ts'
import { describeOnEachEngine } from '../../support/stores.ts'
import { addReleases, HOUR, idOf, NOW, type Seen, writeHistory } from '../../support/written-histories.ts'

const SEVERITIES = ['S3', 'S1', 'S4', 'S2'] as const
const STATUSES = ['open', 'fixed', 'open', 'wont-fix', 'fixed'] as const
/** Two at a time, open and closed ones of each severity mixed; every ninth is of another release. */
const seenOf = (count: number): Seen[] =>
  Array.from({ length: count }, (_, i) => ({
    ...{ service: 1, release: i % 9 === 8 ? 2 : 1, attribution: 'suspected', lasted: HOUR, back: null },
    severity: SEVERITIES[i % 4] as Seen['severity'],
    status: STATUSES[i % 5] as Seen['status'],
    at: NOW - (1 + Math.floor(i / 2)) * HOUR,
  }))

describeOnEachEngine('the defects that a release introduced', (openTestStore) => {
  test('are the worst and newest of all of them, open or not, and counted to the last', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    const release = { id: idOf(1, 1), serviceId: 1, version: '1.0.0' }
    for (const [count, introduced, listed] of [
      [80, 71, 71],
      [600, 533, 500],
    ] as const) {
      const seen = seenOf(count)
      await transaction((trx) => writeHistory(trx, [], seen))
      // One that would be the first.
      await db.updateTable('defects').set({ merged_into_id: 1 }).where('id', '=', 2).execute()
      const own = seen
        .map((defect, i) => ({ ...defect, id: i + 1 }))
        .filter(({ release: of, id }) => of === 1 && id !== 2)
        .sort((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : b.at - a.at || b.id - a.id))
        .map(({ id }) => id)
      expect(own).toHaveLength(introduced)
      const found = await defectsOfRelease(db, release)
      for (const list of [found.introduced, found.all]) expect(list.rows.map(({ id }) => id)).toEqual(own.slice(0, 50))
      expect(found.introduced).toMatchObject({ count: introduced, atLeast: false })
      expect(found.all).toMatchObject({ count: listed, atLeast: listed < introduced })
      expect(found.fixed).toEqual({ rows: [], count: 0, atLeast: false })
      expect(await listDefectIdsOfRelease(db, release, 'all')).toEqual(own.slice(0, 500))
    }
  })
})
