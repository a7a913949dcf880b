import type { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { up } from '../../../migrations/20261220T1500_attribute_overtaken_places_anew.ts'
import { applyEvents } from '../../../src/operations/derivation/apply-events.ts'
import { Changes, settleChanges } from '../../../src/operations/derivation/settle-changes.ts'
import { ensureBuiltInSource } from '../../../src/operations/sources/sources-admin.ts'
import { markForAttribution } from '../../../src/store/attribution/attribution-ranges.ts'
import { aDeployment, day } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

describeOnEachEngine('places where one release overtook another', (openTestStore) => {
  test('are attributed anew from the first of them on, and no others', async () => {
    const store = await openTestStore()
    const { processor } = await processingOn(store)
    const { id: sourceId } = await ensureBuiltInSource(store.db, 0)
    const deployed = (service: string, version: string, at: number) =>
      aDeployment({ service, version, key: `${service} ${version}`, at })
    await store.change(async (trx) => {
      const changes = new Changes()
      const events = [
        deployed('ledger', '1.0.0', day(1)),
        deployed('ledger', '1.1.0', day(2)),
        deployed('checkout', '1.0.0', day(1)),
        deployed('checkout', '1.0.1', day(3)),
        deployed('checkout', '1.1.0', day(3)),
        deployed('checkout', '1.2.0', day(4)),
      ]
      await applyEvents(trx, { sourceId, deliveryKey: 'a', receivedAt: day(5) }, events, changes)
      await settleChanges(trx, changes)
    })
    await processor.runUntilIdle()
    const { id } = await store.db
      .selectFrom('services')
      .select('id')
      .where('name', '=', 'checkout')
      .executeTakeFirstOrThrow()
    const waiting = () => store.db.selectFrom('attribution_ranges').selectAll().execute()
    expect(await waiting()).toEqual([])

    await up(store.db as unknown as Kysely<unknown>)
    expect(await waiting()).toEqual([{ service_id: id, from_at: day(3), after_id: 0 }])

    // What has further to go keeps its way.
    await store.change((trx) => markForAttribution(trx, id, day(1)))
    await up(store.db as unknown as Kysely<unknown>)
    expect(await waiting()).toEqual([{ service_id: id, from_at: day(1), after_id: 0 }])
  })
})
