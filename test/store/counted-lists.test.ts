import { expect, test } from 'vitest'
import { asActor } from '../../src/core/audit/entry.ts'
import { recordAudit } from '../../src/operations/audit/record-audit.ts'
import { countAudit } from '../../src/store/audit/audit-list.ts'
import { countMatchingDeployments } from '../../src/store/deployments/deployment-list.ts'
import { countReleases } from '../../src/store/releases/release-list.ts'
import { aDeployment, day } from '../support/factories.ts'
import { describeOnEachEngine } from '../support/stores.ts'
import { tell } from '../support/telling.ts'

describeOnEachEngine('the total of a list', (openTestStore) => {
  test('of releases is told of all that an index tells apart, and of few where each is looked at', async () => {
    const store = await openTestStore()
    const deployed = Array.from({ length: 9 }, (_, i) =>
      aDeployment({ version: `1.${i}.0`, at: day(1 + i), kind: i === 4 ? 'emergency' : undefined }),
    )
    await tell(store, ...deployed, aDeployment({ service: 'search', version: '7.0.0', at: day(2) }))
    const count = (filter: Parameters<typeof countReleases>[1], most: number) => countReleases(store.db, filter, most)
    expect([await count({}, 20), await count({}, 10), await count({}, 9), await count({}, 3)]).toEqual([10, 10, 10, 4])
    expect(await count({ serviceIds: [1] }, 20)).toBe(9)
    expect(await count({ ids: [] }, 20)).toBe(0)
    expect(await count({ ids: [1, 2, 999] }, 20)).toBe(2)
    const hotfixes = { kinds: ['emergency'] as const }
    expect([await count(hotfixes, 10), await count(hotfixes, 9)]).toEqual([1, undefined])
    expect([
      await count({ ...hotfixes, serviceIds: [1] }, 9),
      await count({ ...hotfixes, serviceIds: [2] }, 9),
    ]).toEqual([1, 0])
    expect(await count({ environmentId: 1 }, 9)).toBeUndefined()
  })

  test('of deployments is told of a time whatever is asked, and of all time where they are few', async () => {
    const store = await openTestStore()
    const deployed = Array.from({ length: 9 }, (_, i) =>
      aDeployment({ version: `1.${i}.0`, at: day(1 + i), status: i < 2 ? 'failed' : 'succeeded' }),
    )
    await tell(store, ...deployed)
    const count = (filter: Parameters<typeof countMatchingDeployments>[1], most: number) =>
      countMatchingDeployments(store.db, filter, most)
    expect([await count({}, 9), await count({}, 8), await count({}, 3)]).toEqual([9, 9, 4])
    const failed = { outcome: 'failed' } as const
    expect([await count(failed, 9), await count(failed, 8)]).toEqual([2, undefined])
    expect(await count({ ...failed, from: day(2) }, 8)).toBe(1)
    expect(await count({ placed: 'all' }, 8)).toBeUndefined()
    expect(await count({ statuses: ['failed'] }, 8)).toBeUndefined()
  })

  test('of the audit log is told of one thing asked, and of several where its entries are few', async () => {
    const { db, transaction } = await openTestStore()
    await transaction(async (trx) => {
      for (let i = 0; i < 9; i++) {
        const actor = asActor({ name: i < 2 ? 'Ana' : 'Ben' })
        const subject = { kind: 'source', id: i, name: `source ${i}` }
        await recordAudit(trx, { actor, action: 'source.created', subject }, day(i))
      }
    })
    const count = (filter: Parameters<typeof countAudit>[1], most: number) => countAudit(db, filter, most)
    expect([await count({}, 9), await count({}, 8), await count({}, 3)]).toEqual([9, 9, 4])
    expect([await count({ actor: 'Ana' }, 8), await count({ actor: 'Ben' }, 3)]).toEqual([2, 4])
    const both = { actor: 'Ana', from: day(1) }
    expect([await count(both, 9), await count(both, 8)]).toEqual([1, undefined])
  })
})
