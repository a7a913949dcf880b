import { expect, test } from 'vitest'
import { addServiceRule, applyToPast } from '../../../src/operations/sources/map-names.ts'
import { mapPayloads } from '../../../src/operations/sources/map-payloads.ts'
import type { Mapping } from '../../../src/sources/generic/mapping.ts'
import { findReplay } from '../../../src/store/sources/source-replays.ts'
import { insertSource } from '../../../src/store/sources/sources.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'
import { visibleState } from '../../support/visible-state.ts'

const RECEIVED_AT = Date.UTC(2026, 2, 2, 12)
const MAPPING: Mapping = {
  version: 1,
  makes: 'deployment',
  fields: { service: '$.app', version: '$.tag', environment: 'production', id: '$.n' },
  statuses: {},
  severities: {},
}

describeOnEachEngine('payloads of any JSON', (openTestStore) => {
  async function open() {
    const store = await openTestStore()
    const { processor } = await processingOn(store, () => RECEIVED_AT)
    const sourceId = await insertSource(store.db, { slug: 'any', kind: 'generic', name: 'Any', createdAt: 0 })
    const send = async (n: number) => {
      await store.inbox.append({
        sourceId,
        deliveryKey: String(n),
        bodySha256: String(n).padStart(64, '0'),
        receivedAt: RECEIVED_AT + n,
        headersJson: '{"content-type":"application/json"}',
        body: Buffer.from(JSON.stringify({ app: 'checkout', tag: `1.0.${n}`, n })),
      })
      await processor.runUntilIdle()
    }
    const states = async () =>
      (await store.db.selectFrom('deliveries').select('state').orderBy('id').execute()).map(({ state }) => state)
    return { store, processor, sourceId, send, states }
  }

  test('are kept until there is a mapping, and read by it then and from then on', async () => {
    const { store, processor, sourceId, send, states } = await open()
    for (const n of [1, 2]) await send(n)
    expect(await states()).toEqual(['failed', 'failed'])
    await mapPayloads({ store, processor }, sourceId, MAPPING, 0)
    await processor.runUntilIdle()
    await send(3)
    expect(await states()).toEqual(['processed', 'processed', 'processed'])
    expect((await visibleState(store.db)).deployments).toHaveLength(3)
  })

  test('that are read again leave it open that names are to be applied to past deliveries', async () => {
    const { store, processor, sourceId, send } = await open()
    await mapPayloads({ store, processor }, sourceId, MAPPING, 0)
    await send(1)
    await addServiceRule(
      store,
      sourceId,
      { field: 'service', pattern: 'checkout', service: 'shop', forAllSources: false },
      { now: 0 },
    )
    await applyToPast({ store, processor }, sourceId, { now: 0 })
    await mapPayloads({ store, processor }, sourceId, MAPPING, 0)
    await processor.runUntilIdle()
    expect((await findReplay(store.db, sourceId))?.revision).toBe(0)
    await applyToPast({ store, processor }, sourceId, { now: 0 })
    await processor.runUntilIdle()
    expect((await visibleState(store.db)).deployments).toMatchObject([{ service: 'shop' }])
    await mapPayloads({ store, processor }, sourceId, MAPPING, 0)
    expect((await findReplay(store.db, sourceId))?.revision).toBe(1)
  })
})
