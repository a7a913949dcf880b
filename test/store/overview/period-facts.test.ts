import { expect, test } from 'vitest'
import { loadPeriodFacts } from '../../../src/store/overview/period-facts.ts'
import { describeOnEachEngine } from '../../support/stores.ts'
import { addReleases } from '../../support/written-histories.ts'

const now = 1_800_000_000_000
const period = { from: now - 1_000, to: now }

describeOnEachEngine('what a period came to', (openTestStore) => {
  test('counts the releases that arrived in it, of the services asked for, without those kept out of sight', async () => {
    const { db } = await openTestStore()
    await addReleases(db)
    const releases = await db.selectFrom('releases').select(['id', 'service_id']).orderBy('id').execute()
    const first = releases.map(({ id, service_id }, i) => ({
      ...{ release_id: id, service_id, environment_id: 1 },
      // One of each service before it, and none of another instant.
      at: i % 5 === 0 ? period.from - 1 : period.from,
    }))
    await db.insertInto('first_deployments').values(first).execute()
    const arrived = async (serviceIds?: readonly number[]) =>
      (await loadPeriodFacts(db, { environmentId: 1, serviceIds }, [1], [period], now)).map((facts) => facts.releases)
    expect([await arrived(), await arrived([2])]).toEqual([[8], [4]])
    const hidden = releases[1]?.id as number
    await db.updateTable('releases').set({ quarantine: 'has an odd name' }).where('id', '=', hidden).execute()
    expect([await arrived(), await arrived([1]), await arrived([2])]).toEqual([[7], [3], [4]])
  })
})
