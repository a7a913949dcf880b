import { expect, test } from 'vitest'
import { submitNative } from '../../../src/operations/intake/submit-native.ts'
import { setOrderPolicy } from '../../../src/operations/services/set-order-policy.ts'
import type { Store } from '../../../src/store/database.ts'
import { day } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const order = async (store: Store) =>
  (await store.db.selectFrom('releases').select(['version', 'kind']).orderBy('order_key').execute()).map(
    ({ version, kind }) => `${version} ${kind}`,
  )

describeOnEachEngine('the order policy of a service', (openTestStore) => {
  test('puts the releases it has in the new order, their kinds too, and those that come after', async () => {
    const store = await openTestStore()
    const parts = await processingOn(store)
    const deploy = (version: string, n: number) =>
      submitNative(parts, {
        kind: 'deployments',
        items: [{ service: 'web', environment: 'production', version, finishedAt: new Date(day(n)).toISOString() }],
        receivedAt: day(30),
      })
    for (const [i, version] of ['2.0.0', '1.9.0', '1.10.0'].entries()) await deploy(version, i + 1)
    expect(await order(store)).toEqual(['1.9.0 minor', '1.10.0 minor', '2.0.0 major'])

    expect(await setOrderPolicy(store, 'web', { policy: 'deployed-at' }, { now: 0 })).toBe(3)
    expect(await order(store)).toEqual(['2.0.0 unknown', '1.9.0 unknown', '1.10.0 unknown'])
    await deploy('0.1.0', 9)
    expect((await order(store)).at(-1)).toBe('0.1.0 unknown')

    await setOrderPolicy(store, 'web', { policy: 'semver' }, { now: 0 })
    expect(await order(store)).toEqual(['0.1.0 minor', '1.9.0 major', '1.10.0 minor', '2.0.0 major'])
  })

  test('there is none for a service nobody knows', async () => {
    expect(await setOrderPolicy(await openTestStore(), 'nobody', { policy: 'semver' }, { now: 0 })).toBeUndefined()
  })
})
