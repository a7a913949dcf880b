import { expect, test } from 'vitest'
import { replayDelivery } from '../../../src/operations/intake/replay-delivery.ts'
import { submitNative } from '../../../src/operations/intake/submit-native.ts'
import { setTier } from '../../../src/operations/services/set-tier.ts'
import { listAuditChain } from '../../../src/store/audit/audit-entries.ts'
import type { Store } from '../../../src/store/database.ts'
import { getEnvironmentRow, listEnvironmentRows } from '../../../src/store/services/environment-list.ts'
import { findEnvironment } from '../../../src/store/services/services.ts'
import { day } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'
import { visibleState } from '../../support/visible-state.ts'

const ANA = { kind: 'person', id: 'user:1', name: 'Ana', address: '192.0.2.7' } as const
const BY = { by: ANA, now: day(30) }

const deployed = (n: number, more: object = {}) => ({
  service: 'shop',
  environment: 'eu',
  version: `1.0.${n}`,
  finishedAt: new Date(day(1) + n * 60_000).toISOString(),
  ...more,
})

async function withHistory(openTestStore: OpenTestStore, count = 1, more: object = {}) {
  const store = await openTestStore()
  const parts = await processingOn(store, () => day(30))
  const tell = async (...items: object[]) => {
    await submitNative(parts, { kind: 'deployments', items, receivedAt: day(30) })
    await parts.processor.runUntilIdle()
  }
  await tell(...Array.from({ length: count }, (_, i) => deployed(i, more)))
  const environment = await findEnvironment(store.db, 'eu')
  return { store, parts, tell, id: environment?.id as number }
}

const tier = async ({ db }: Store) => (await findEnvironment(db, 'eu'))?.tier

describeOnEachEngine('the tier of an environment', (openTestStore) => {
  test('is what a person decided, whatever senders say afterwards, later or sent again', async () => {
    const { store, parts, tell, id } = await withHistory(openTestStore, 1, { tier: 'staging' })
    expect(await tier(store)).toBe('staging')
    expect(await setTier(store, id, 'production', BY)).toBe(true)
    await tell(deployed(9, { tier: 'testing' }))
    expect(await tier(store)).toBe('production')
    await replayDelivery(parts, 1, BY)
    await parts.processor.runUntilIdle()
    expect(await tier(store)).toBe('production')
  })

  test('given back is what was said last, also while a person’s held', async () => {
    const { store, tell, id } = await withHistory(openTestStore)
    await setTier(store, id, 'production', BY)
    await tell(deployed(9, { tier: 'testing' }), deployed(8, { tier: 'staging' }))
    expect(await setTier(store, id, undefined, BY)).toBe(true)
    expect(await tier(store)).toBe('testing')
    await tell(deployed(10, { tier: 'development' }))
    expect(await tier(store)).toBe('development')
  })

  test('that is decided as it is holds from then on', async () => {
    const { store, tell, id } = await withHistory(openTestStore)
    expect(await setTier(store, id, 'other', BY)).toBe(false)
    await tell(deployed(9, { tier: 'production' }))
    expect(await tier(store)).toBe('other')
  })

  test('tells where it comes from', async () => {
    const { store, tell, id } = await withHistory(openTestStore)
    const origin = async () => (await getEnvironmentRow(store.db, id))?.origin
    expect(await origin()).toEqual({ from: 'name' })
    await tell(deployed(9, { tier: 'testing' }))
    expect(await origin()).toEqual({ from: 'sender', at: day(1) + 9 * 60_000 })
    await setTier(store, id, 'staging', BY)
    expect(await origin()).toEqual({ from: 'person', by: 'Ana', at: day(30) })
    expect(await getEnvironmentRow(store.db, id)).toMatchObject({ tier: 'staging', said: 'testing', running: 1 })
    expect(await getEnvironmentRow(store.db, id + 1)).toBeUndefined()
  })

  test('weighs on whom is suspected as if it had always been so', async () => {
    const suspects = async (decides: 'first' | 'last' | 'never') => {
      const { store, parts, tell, id } = await withHistory(openTestStore)
      const decide = async () => void (await setTier(store, id, 'production', BY))
      if (decides === 'first') await decide()
      await tell(deployed(1, { environment: 'production' }), deployed(2, { environment: 'eu' }))
      const defect = { service: 'shop', title: 'Timeout', occurredAt: new Date(day(2)).toISOString() }
      await submitNative(parts, { kind: 'defects', items: [defect], receivedAt: day(30) })
      if (decides === 'last') await decide()
      await parts.processor.runUntilIdle()
      return (await visibleState(store.db)).suspects
    }
    const expected = await suspects('first')
    expect(await suspects('last')).toEqual(expected)
    expect(await suspects('never')).not.toEqual(expected)
  })

  test('is worked off in steps, which the environment tells', async () => {
    const { store, parts, id } = await withHistory(openTestStore, 110)
    const inProduction = async () =>
      (await store.db.selectFrom('releases').select('id').where('first_production_at', 'is not', null).execute()).length
    const isInWork = async () => (await listEnvironmentRows(store.db, {}, { limit: 9 })).rows[0]?.isInWork
    expect([await inProduction(), await isInWork()]).toEqual([0, false])
    await setTier(store, id, 'production', BY)
    expect([await inProduction(), await isInWork()]).toEqual([0, true])
    await parts.processor.runUntilIdle()
    expect([await inProduction(), await isInWork()]).toEqual([110, false])
    await setTier(store, id, undefined, BY)
    await parts.processor.runUntilIdle()
    expect(await inProduction()).toBe(0)
  })

  test('changes with its entry in the audit log, and without one only where nothing changes', async () => {
    const { store, id } = await withHistory(openTestStore)
    await setTier(store, id, 'production', BY)
    await setTier(store, id, 'production', BY)
    await setTier(store, id, undefined, BY)
    await setTier(store, id, undefined, BY)
    expect(await setTier(store, id + 1, 'production', BY)).toBeUndefined()
    expect(await listAuditChain(store.db, 0, 100)).toMatchObject([
      {
        action: 'environment.changed',
        actorName: 'Ana',
        subjectKind: 'environment',
        subjectName: 'eu',
        changeJson: '{"decidedTier":{"from":null,"to":"production"},"tier":{"from":"other","to":"production"}}',
      },
      { changeJson: '{"decidedTier":{"from":"production","to":null},"tier":{"from":"production","to":"other"}}' },
    ])
  })

  test('does not change where its entry cannot be written', async () => {
    const { store, id } = await withHistory(openTestStore)
    await store.db.schema.alterTable('audit_entries').renameTo('audit_entries_elsewhere').execute()
    await expect(setTier(store, id, 'production', BY)).rejects.toThrow('audit_entries')
    expect(await tier(store)).toBe('other')
  })
})
