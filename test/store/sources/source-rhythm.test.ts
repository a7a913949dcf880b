import { expect, test } from 'vitest'
import { RHYTHM_HOURS } from '../../../src/core/inbound/silence.ts'
import type { Store } from '../../../src/store/database.ts'
import { listHours, noteDelivered } from '../../../src/store/sources/source-rhythm.ts'
import { findSourceBySlug, insertSource } from '../../../src/store/sources/sources.ts'
import { day, hours } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const aSource = (store: Store, slug: string) =>
  insertSource(store.db, { slug, kind: 'github', name: slug, createdAt: 0 })

describeOnEachEngine('the rhythm of a source', (openTestStore) => {
  test('is its last delivery and the hours with any, whatever the order', async () => {
    const store = await openTestStore()
    const [hub, other] = [await aSource(store, 'hub'), await aSource(store, 'other')]
    await noteDelivered(store.db, hub, [day(2) + 5, day(2) + 1, day(1) + hours(1)])
    await noteDelivered(store.db, hub, [day(1) + hours(1.5)])
    expect((await findSourceBySlug(store.db, 'hub'))?.lastDeliveryAt).toBe(day(2) + 5)
    const known = await listHours(store.db, [hub, other])
    expect(known.get(hub)?.sort()).toEqual([day(1) + hours(1), day(2)])
    expect(known.has(other)).toBe(false)
    expect((await findSourceBySlug(store.db, 'other'))?.lastDeliveryAt).toBeNull()
    expect(await listHours(store.db, [])).toEqual(new Map())
  })

  test('keeps the newest hours and no more, each source its own', async () => {
    const store = await openTestStore()
    const [hub, other] = [await aSource(store, 'hub'), await aSource(store, 'other')]
    await noteDelivered(store.db, other, [day(0)])
    const all = Array.from({ length: RHYTHM_HOURS + 5 }, (_, i) => day(10) + hours(i))
    await noteDelivered(store.db, hub, all)
    await noteDelivered(store.db, hub, [day(1)])
    const known = await listHours(store.db, [hub, other])
    expect(known.get(hub)?.sort()).toEqual(all.slice(5))
    expect(known.get(other)).toEqual([day(0)])
  })
})
