import { expect, test } from 'vitest'
import type { SourceEvent } from '../../../src/core/event.ts'
import { applyEvents } from '../../../src/operations/derivation/apply-events.ts'
import { Changes, settleChanges } from '../../../src/operations/derivation/settle-changes.ts'
import { ensureBuiltInSource } from '../../../src/operations/sources/sources-admin.ts'
import type { Store } from '../../../src/store/database.ts'
import { aDeployment, day, hours } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

async function told(store: Store, ...events: SourceEvent[]): Promise<void> {
  const { id: sourceId } = await ensureBuiltInSource(store.db, 0)
  await store.change(async (trx) => {
    const changes = new Changes()
    await applyEvents(trx, { sourceId, deliveryKey: JSON.stringify(events), receivedAt: day(30) }, events, changes)
    await settleChanges(trx, changes)
  })
}

const firsts = async (store: Store) =>
  (
    await store.db
      .selectFrom('first_deployments')
      .innerJoin('releases', 'releases.id', 'first_deployments.release_id')
      .innerJoin('environments', 'environments.id', 'first_deployments.environment_id')
      .select(['environments.name as environment', 'releases.version', 'at'])
      .execute()
  )
    .map(({ environment, version, at }) => `${environment} ${version} ${(at - day(0)) / hours(1)}`)
    .sort()

describeOnEachEngine('when a release first reached an environment', (openTestStore) => {
  test('is its first success there, whichever was heard of first', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: 'a', environment: 'production', at: day(2) }))
    await told(store, aDeployment({ version: 'a', environment: 'production', at: day(5) }))
    await told(store, aDeployment({ version: 'a', environment: 'staging', at: day(1) }))
    await told(store, aDeployment({ version: 'a', environment: 'production', at: day(1) + hours(1) }))
    expect(await firsts(store)).toEqual(['production a 25', 'staging a 24'])
  })

  test('counts from the start of the roll-out, also of one that is under way', async () => {
    const store = await openTestStore()
    const run = { version: 'a', key: 'run', startedAt: day(1) }
    await told(store, aDeployment({ ...run, status: 'in-progress', at: day(1) }))
    expect(await firsts(store)).toEqual(['production a 24'])
    await told(store, aDeployment({ ...run, at: day(1) + hours(3) }))
    expect(await firsts(store)).toEqual(['production a 24'])
  })

  test('is forgotten when the deployment turns out to have failed, and a removal is none', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: 'a', key: 'run', at: day(1) }))
    await told(store, aDeployment({ version: 'b', action: 'remove', at: day(1) }))
    await told(store, aDeployment({ version: 'a', key: 'run', status: 'failed', at: day(2) }))
    expect(await firsts(store)).toEqual([])
  })

  test('belongs to the release that a bare commit turns out to be', async () => {
    const store = await openTestStore()
    const sha = 'c0ffee254729296a45a3885639ac7e10f9d54979'
    await told(store, aDeployment({ version: sha, commit: sha, at: day(1) }))
    await told(store, { type: 'release', service: 'checkout-api', version: '4.18.0', commit: sha, at: day(2) })
    expect(await firsts(store)).toEqual(['production 4.18.0 24'])
  })
})
