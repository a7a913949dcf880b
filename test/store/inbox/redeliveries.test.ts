import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Ask } from '../../../src/core/inbound/gap-repair.ts'
import type { Store } from '../../../src/store/database.ts'
import {
  claimAsk,
  countAsked,
  forgetAsked,
  listAsked,
  listHeld,
  releaseAsk,
} from '../../../src/store/inbox/redeliveries.ts'
import { insertSource } from '../../../src/store/sources/sources.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const ask = (guid: string, before?: Ask['before']): Ask => ({ guid, attemptId: '1', because: 'failed', before })

const aSource = (store: Store, slug: string) =>
  insertSource(store.db, { slug, kind: 'github', name: slug, createdAt: 0 })

const arrive = (store: Store, sourceId: number, guid: string) =>
  store.inbox.append({
    sourceId,
    deliveryKey: guid,
    bodySha256: createHash('sha256').update(guid).digest('hex'),
    receivedAt: 0,
    headersJson: '{}',
    body: Buffer.from('{}'),
  })

describeOnEachEngine('what was asked for again', (openTestStore) => {
  test('is claimed by one of many, the first time and each time after it', async () => {
    const store = await openTestStore()
    const id = await aSource(store, 'hub')
    const claims = (one: Ask, now: number) =>
      Promise.all(Array.from({ length: 8 }, () => claimAsk(store.db, id, one, now)))
    expect((await claims(ask('a'), 100)).filter(Boolean)).toHaveLength(1)
    expect((await claims(ask('a', { times: 1, lastAt: 100 }), 200)).filter(Boolean)).toHaveLength(1)
    expect(await claimAsk(store.db, id, ask('a', { times: 1, lastAt: 100 }), 300)).toBe(false)
    expect(await listAsked(store.db, id, ['a', 'b'])).toEqual(new Map([['a', { times: 2, lastAt: 200 }]]))
  })

  test('is as before when a claim is taken back', async () => {
    const store = await openTestStore()
    const id = await aSource(store, 'hub')
    await claimAsk(store.db, id, ask('a'), 100)
    await releaseAsk(store.db, id, ask('a'))
    expect(await listAsked(store.db, id, ['a'])).toEqual(new Map())
    await claimAsk(store.db, id, ask('a'), 100)
    const again = ask('a', { times: 1, lastAt: 100 })
    await claimAsk(store.db, id, again, 200)
    await releaseAsk(store.db, id, again)
    expect(await listAsked(store.db, id, ['a'])).toEqual(new Map([['a', { times: 1, lastAt: 100 }]]))
  })

  test('is each source’s own, counted with what has arrived, and forgotten in the end', async () => {
    const store = await openTestStore()
    const [hub, other] = [await aSource(store, 'hub'), await aSource(store, 'other')]
    for (const guid of ['a', 'b', 'c']) await claimAsk(store.db, hub, ask(guid), 100)
    await claimAsk(store.db, other, ask('a'), 300)
    await arrive(store, hub, 'a')
    expect(await listHeld(store.db, hub, ['a', 'b'])).toEqual(new Set(['a']))
    expect(await listHeld(store.db, other, ['a'])).toEqual(new Set())
    expect(await countAsked(store.db)).toEqual(
      new Map([
        [hub, { asked: 3, arrived: 1 }],
        [other, { asked: 1, arrived: 0 }],
      ]),
    )
    await forgetAsked(store.db, hub, 101)
    await forgetAsked(store.db, other, 101)
    expect([...(await countAsked(store.db)).keys()]).toEqual([other])
  })

  test('thousands of guids can be asked about at once', async () => {
    const store = await openTestStore()
    const id = await aSource(store, 'hub')
    const guids = Array.from({ length: 1_700 }, (_, i) => `guid-${i}`)
    await arrive(store, id, 'guid-0')
    await arrive(store, id, 'guid-1699')
    await claimAsk(store.db, id, ask('guid-1000'), 1)
    expect(await listHeld(store.db, id, guids)).toEqual(new Set(['guid-0', 'guid-1699']))
    expect([...(await listAsked(store.db, id, guids)).keys()]).toEqual(['guid-1000'])
    expect(await listHeld(store.db, id, [])).toEqual(new Set())
  })
})
