import { expect, test } from 'vitest'
import { loadDefectOccurrences } from '../../../src/store/rules/rule-facts.ts'
import { askedQueries } from '../../support/asked-queries.ts'
import { describeOnEachEngine } from '../../support/stores.ts'
import { addReleases, DAY, idOf, NOW, type Put, type Seen, writeHistory } from '../../support/written-histories.ts'

const put = (release: number): Put => ({ service: 1, release, effect: 'deploy', at: NOW - 10 * DAY + release })
const seen = (release: number): Seen => ({
  ...{ service: 1, release, severity: 'S1', attribution: 'attributed', status: 'open', at: NOW - DAY },
  ...{ lasted: 0, back: null },
})

describeOnEachEngine('what rules are about', (openTestStore) => {
  test('is read at once for many defects, each with when its release came', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    const releases = [1, 2, 3, 4, 5]
    await transaction((trx) => writeHistory(trx, releases.map(put), releases.map(seen)))
    const told = await loadDefectOccurrences(db, [1, 2, 3, 4, 5], { happenedAfter: 0 })
    expect(told.map(({ release }) => [release?.id, release?.arrivedAt])).toEqual(
      releases.map((release) => [idOf(1, release), put(release).at]),
    )
    const asked = async (ids: readonly number[]) =>
      (await askedQueries(db, (noting) => loadDefectOccurrences(noting, ids, { happenedAfter: 0 }))).length
    expect(await asked([1, 2, 3, 4, 5])).toBe(await asked([1]))
  })
})
