import { expect, test } from 'vitest'
import { findLastDeployed } from '../../../src/store/measures/trend-queries.ts'
import { listRunningInProduction } from '../../../src/store/releases/running-releases.ts'
import { findServicesNamed } from '../../../src/store/services/services.ts'
import { findKnownSince } from '../../../src/store/trends/known-since.ts'
import { aDefect, aDeployment, day } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'
import { tell } from '../../support/telling.ts'

describeOnEachEngine('what is asked of some services', (openTestStore) => {
  async function twoServices() {
    const store = await openTestStore()
    await tell(
      store,
      ...[5, 30].map((n) => aDeployment({ service: 'old', version: `1.${n}.0`, at: day(n) })),
      ...[20, 25].map((n) => aDeployment({ service: 'young', version: `2.${n}.0`, at: day(n) })),
      aDefect({ service: 'reported', at: day(12) }),
      aDefect({ service: 'old', at: day(2) }),
    )
    const found = await findServicesNamed(store.db, ['old', 'young', 'reported'])
    const { id: environmentId } = await store.db.selectFrom('environments').select('id').executeTakeFirstOrThrow()
    const idsOf = (...names: string[]) => found.filter(({ name }) => names.includes(name)).map(({ id }) => id)
    return { db: store.db, environmentId, idsOf }
  }

  test('since when anything is known is of these, by deployments and by defects', async () => {
    const { db, environmentId, idsOf } = await twoServices()
    const since = (...names: string[]) => findKnownSince(db, { environmentId, serviceIds: idsOf(...names) })
    expect(await findKnownSince(db, { environmentId })).toBe(day(2))
    expect([await since('young'), await since('reported'), await since('young', 'reported')]).toEqual([
      ...[day(20), day(12), day(12)],
    ])
    expect(await findKnownSince(db, { environmentId, serviceIds: [] })).toBeUndefined()
  })

  test('so is when something was last deployed, and what runs', async () => {
    const { db, environmentId, idsOf } = await twoServices()
    const last = (...names: string[]) => findLastDeployed(db, { environmentId, serviceIds: idsOf(...names) }, day(40))
    expect([await last('young'), await last('old'), await last('young', 'old')]).toEqual([day(25), day(30), day(30)])
    expect(await last('reported')).toBeUndefined()
    const running = async (...names: string[]) => (await listRunningInProduction(db, idsOf(...names), 10)).length
    expect([await running('young'), await running('young', 'old'), await running('reported')]).toEqual([1, 2, 0])
    expect(await listRunningInProduction(db, undefined, 10)).toHaveLength(2)
  })
})
