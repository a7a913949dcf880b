import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { DeliveryProcessor } from '../../../src/operations/intake/process-deliveries.ts'
import { replayDelivery } from '../../../src/operations/intake/replay-delivery.ts'
import { submitNative } from '../../../src/operations/intake/submit-native.ts'
import { planRelease } from '../../../src/operations/services/plan-release.ts'
import { listAuditChain } from '../../../src/store/audit/audit-entries.ts'
import type { Store } from '../../../src/store/database.ts'
import { findDelivery } from '../../../src/store/inbox/deliveries-queries.ts'
import { day } from '../../support/factories.ts'
import { processingOn, silentLog } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const PLAN = { service: 'shop', version: '2.0.0', kind: undefined, plannedAt: new Date(day(40)).toISOString() }
const ANA = { kind: 'person', id: 'user:1', name: 'Ana', address: '192.0.2.7' } as const
const BY = { actor: ANA, now: day(30) }

const dates = async ({ db }: Store) =>
  (await db.selectFrom('releases').select('planned_at').execute()).map(({ planned_at }) => planned_at)
const entries = async ({ db }: Store) =>
  (await listAuditChain(db, 0, 100)).filter(({ action }) => action === 'release.planned')

/** As after a restart, an hour later, when what failed is due again. */
const restarted = (store: Store) =>
  new DeliveryProcessor({ store, listener: { changed() {} }, log: silentLog, clock: () => day(30) + 3_600_000 })

describeOnEachEngine('the planned date of a release', (openTestStore) => {
  test('comes with the entry of who set it', async () => {
    const store = await openTestStore()
    const planned = await planRelease(await processingOn(store, () => day(30)), PLAN, BY)
    expect(planned).toMatchObject({ kind: 'accepted', results: [{ kind: 'release' }] })
    expect(await dates(store)).toEqual([day(40)])
    expect(await entries(store)).toMatchObject([
      {
        at: day(30),
        actorKind: 'person',
        actorId: 'user:1',
        actorName: 'Ana',
        address: '192.0.2.7',
        subjectId: 'shop 2.0.0',
        changeJson: `{"delivery":1,"plannedAt":"${PLAN.plannedAt}","service":"shop","version":"2.0.0"}`,
      },
    ])
  })

  test('is not there without it: where the entry cannot be written neither is, and later both are', async () => {
    const store = await openTestStore()
    const parts = await processingOn(store, () => day(30))
    await sql`alter table audit_entries rename to audit_entries_elsewhere`.execute(store.db)
    expect(await planRelease(parts, PLAN, BY)).toMatchObject({ kind: 'accepted', results: undefined })
    expect(await dates(store)).toEqual([])
    await sql`alter table audit_entries_elsewhere rename to audit_entries`.execute(store.db)
    expect(await entries(store)).toEqual([])
    await restarted(store).runUntilIdle()
    expect([await dates(store), (await entries(store)).length]).toEqual([[day(40)], 1])
  })

  test('takes effect with its entry also when the process ended right after it was on disk', async () => {
    const store = await openTestStore()
    const parts = await processingOn(store, () => day(30))
    const processor = Object.assign(Object.create(parts.processor), { processNow: async () => undefined })
    await planRelease({ store, processor }, PLAN, BY)
    expect([await dates(store), await entries(store)]).toEqual([[], []])
    expect((await findDelivery(store.db, 1))?.headers).toEqual({ 'content-type': 'application/json' })
    await restarted(store).runUntilIdle()
    expect([await dates(store), (await entries(store)).length]).toEqual([[day(40)], 1])
  })

  test('is entered once, however often its delivery is processed; a replay has an entry of its own', async () => {
    const store = await openTestStore()
    const parts = await processingOn(store, () => day(30))
    await planRelease(parts, PLAN, BY)
    await replayDelivery(parts, 1, { by: ANA, now: day(31) })
    await parts.processor.runUntilIdle()
    expect((await listAuditChain(store.db, 0, 100)).map(({ action }) => action)).toEqual([
      'release.planned',
      'delivery.replayed',
    ])
  })

  test('that a sender states has no entry: its delivery tells', async () => {
    const store = await openTestStore()
    const parts = await processingOn(store, () => day(30))
    await submitNative(parts, { kind: 'releases', items: [PLAN], receivedAt: day(30) })
    expect([await dates(store), await entries(store)]).toEqual([[day(40)], []])
  })
})
