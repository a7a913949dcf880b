import { expect, test } from 'vitest'
import type { Retention } from '../../../src/core/inbound/retention.ts'
import { replayDelivery } from '../../../src/operations/intake/replay-delivery.ts'
import { submitNative } from '../../../src/operations/intake/submit-native.ts'
import { countPrunable } from '../../../src/operations/retention/prune.ts'
import { pruneClaimed } from '../../../src/operations/retention/prune-claimed.ts'
import { findRetention, retentionProblems, setRetention } from '../../../src/operations/retention/retention-setting.ts'
import { listAuditChain } from '../../../src/store/audit/audit-entries.ts'
import { day } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const CONFIGURED: Retention = {
  bodiesDays: 90,
  failedDays: 365,
  deliveriesDays: 400,
  notificationsDays: 90,
  reportsDays: 36_500,
}
const ANA = { kind: 'person', id: 'user:1', name: 'Ana', address: null } as const
const BY = { by: ANA, now: day(30) }

test.each([
  [{ bodiesDays: 0 }, 'bodiesDays'],
  [{ notificationsDays: 1 }, 'notificationsDays'],
  [{ failedDays: 36_501 }, 'failedDays'],
  [{ bodiesDays: 1.5 }, 'bodiesDays'],
  [{ bodiesDays: Number.NaN }, 'bodiesDays'],
  [{ bodiesDays: 401 }, 'deliveriesDays'],
  [{ deliveriesDays: 364 }, 'deliveriesDays'],
])('%j is refused as the configuration would', (wanted, path) => {
  expect(retentionProblems(CONFIGURED, wanted)).toMatchObject([{ path }])
})

test('what the configuration takes is taken', () => {
  expect(retentionProblems(CONFIGURED, {})).toEqual([])
  expect(retentionProblems(CONFIGURED, { bodiesDays: 1, failedDays: 1, deliveriesDays: 1 })).toEqual([])
  expect(retentionProblems(CONFIGURED, { deliveriesDays: 36_500, bodiesDays: 36_500 })).toEqual([])
})

describeOnEachEngine('how long things are kept', (openTestStore) => {
  test('is as configured until somebody sets it, and again when it is given back, with an entry for each', async () => {
    const store = await openTestStore()
    expect(await findRetention(store.db, CONFIGURED)).toEqual({ set: {}, retention: CONFIGURED })
    expect(await setRetention(store, CONFIGURED, { bodiesDays: 30 }, BY)).toEqual({ kind: 'set' })
    expect(await findRetention(store.db, CONFIGURED)).toEqual({
      set: { bodiesDays: 30 },
      by: 'Ana',
      at: day(30),
      retention: { ...CONFIGURED, bodiesDays: 30 },
    })
    expect(await setRetention(store, CONFIGURED, { bodiesDays: 30 }, BY)).toEqual({ kind: 'unchanged' })
    expect(await setRetention(store, CONFIGURED, { bodiesDays: 0 }, BY)).toMatchObject({ kind: 'refused' })
    await setRetention(store, CONFIGURED, {}, BY)
    expect((await findRetention(store.db, CONFIGURED)).retention).toEqual(CONFIGURED)
    expect(await listAuditChain(store.db, 0, 100)).toMatchObject([
      {
        action: 'data.retention-changed',
        actorName: 'Ana',
        changeJson: '{"bodiesDays":{"from":90,"to":30}}',
      },
      { changeJson: '{"bodiesDays":{"asConfigured":true,"from":30,"to":90}}' },
    ])
  })

  test('is not set where its entry cannot be written', async () => {
    const store = await openTestStore()
    await store.db.schema.alterTable('audit_entries').renameTo('audit_entries_elsewhere').execute()
    await expect(setRetention(store, CONFIGURED, { bodiesDays: 30 }, BY)).rejects.toThrow('audit_entries')
    expect((await findRetention(store.db, CONFIGURED)).retention).toEqual(CONFIGURED)
  })

  test('never lets a delivery go before its body, whatever is configured later', async () => {
    const store = await openTestStore()
    await setRetention(store, CONFIGURED, { bodiesDays: 390 }, BY)
    const lowered = { ...CONFIGURED, bodiesDays: 10, failedDays: 10, deliveriesDays: 20 }
    expect((await findRetention(store.db, lowered)).retention).toMatchObject({ bodiesDays: 390, deliveriesDays: 390 })
  })

  test('holds for the pruning, which lets go of as much as was counted', async () => {
    const store = await openTestStore()
    const parts = await processingOn(store, () => day(1))
    const item = { service: 'shop', environment: 'production', version: '1.0.0' }
    await submitNative(parts, { kind: 'deployments', items: [item], receivedAt: day(1) })
    await setRetention(store, CONFIGURED, { bodiesDays: 5, failedDays: 5, deliveriesDays: 20 }, BY)
    const { retention } = await findRetention(store.db, CONFIGURED)
    const pruneAt = (at: number) => pruneClaimed(store, CONFIGURED, () => at)
    expect(await pruneAt(day(6))).toMatchObject({ bodies: 0, deliveries: 0 })
    const counted = await countPrunable(store, retention, day(30))
    expect(counted).toMatchObject({ bodies: 1, deliveries: 1 })
    expect(await pruneAt(day(30))).toEqual(counted)
    expect(await replayDelivery(parts, 1, BY)).not.toMatchObject({ outcome: 'replayed' })
  })
})
