import { expect, test } from 'vitest'
import { NEWS_FOR_MS } from '../../../src/core/notifications/subscription.ts'
import { announce, type Recipients } from '../../../src/operations/notifications/announce.ts'
import type { Store } from '../../../src/store/database.ts'
import { aSuspicion, listeningChannel } from '../../support/channels.ts'
import { day } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const rowsIn = (store: Store) =>
  store.db.selectFrom('notifications').select(['target', 'event', 'state', 'due_at', 'urgent']).orderBy('id').execute()
const tell = (store: Store, announcement = aSuspicion(), to?: Recipients, now = day(2)) =>
  store.transaction((trx) => announce(trx, announcement, now, to))

describeOnEachEngine('a fact', (openTestStore) => {
  test('is written down for every channel that asked for it', async () => {
    const store = await openTestStore()
    const one = await listeningChannel(store)
    await listeningChannel(store, { events: ['lock-set'] })
    await listeningChannel(store, {}, false)
    const two = await listeningChannel(store, { services: ['checkout-api'] })
    expect(await tell(store)).toBe(2)
    expect(await rowsIn(store)).toEqual(
      [one, two].map((id) => ({
        target: `channel:${id}`,
        event: 'defect-attributed',
        state: 'ready',
        due_at: day(2),
        urgent: 0,
      })),
    )
  })

  test('is told once, however often it is announced', async () => {
    const store = await openTestStore()
    await listeningChannel(store)
    expect(await tell(store)).toBe(1)
    expect(await tell(store)).toBe(0)
    expect(await tell(store, aSuspicion({ key: 'defect-attributed:7:checkout-api:c' }))).toBe(1)
    expect(await rowsIn(store)).toHaveLength(2)
  })

  test('that is old is passed over', async () => {
    const store = await openTestStore()
    await listeningChannel(store)
    expect(await tell(store, aSuspicion(), undefined, day(2) + NEWS_FOR_MS + 1)).toBe(0)
    expect(await rowsIn(store)).toEqual([])
  })

  test('of a transaction that came to nothing is told to nobody', async () => {
    const store = await openTestStore()
    await listeningChannel(store)
    const failing = store.transaction(async (trx) => {
      await announce(trx, aSuspicion(), day(2))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await rowsIn(store)).toEqual([])
  })

  test('goes to the recipients that were named, subscribed or not', async () => {
    const store = await openTestStore()
    const deaf = await listeningChannel(store, { events: [] })
    const off = await listeningChannel(store, {}, false)
    await listeningChannel(store)
    expect(await tell(store, aSuspicion(), { channels: [deaf, off], mail: ['ana@b.example'] })).toBe(2)
    expect(await tell(store, aSuspicion(), { mail: ['ana@b.example', 'ben@b.example'] })).toBe(1)
    expect((await rowsIn(store)).map(({ target }) => target)).toEqual([
      `channel:${deaf}`,
      'mail:ana@b.example',
      'mail:ben@b.example',
    ])
  })
})
