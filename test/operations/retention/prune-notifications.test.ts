import { expect, test } from 'vitest'
import { prune } from '../../../src/operations/retention/prune.ts'
import type { Store } from '../../../src/store/database.ts'
import { sendAgain } from '../../../src/store/notifications/notifications.ts'
import { insertFiring } from '../../../src/store/rules/rule-firings.ts'
import { day } from '../../support/factories.ts'
import { openNotifying } from '../../support/notifying.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const KEPT = { bodiesDays: 400, failedDays: 400, deliveriesDays: 400, notificationsDays: 90, reportsDays: 400 }
const pruneAt = async (store: Store, now: number) => {
  const { notifications, held_firings } = await prune(store, KEPT, now, { rowsPerStep: 2 })
  return { notifications, held_firings }
}

describeOnEachEngine('old messages', (openTestStore) => {
  test('that were sent or failed are let go of, those that wait never', async () => {
    const here = await openNotifying(openTestStore)
    await here.channel()
    for (let i = 0; i < 3; i++) await here.tell()
    for (let i = 0; i < 3; i++) await here.notifier().runDue()
    here.receiver.mood = 404
    await here.tell()
    await here.notifier().runDue()
    await here.tell()
    expect((await here.messages()).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent', 'failed', 'ready'])
    const [, again] = await here.messages()
    here.time.now = day(92)
    expect(await pruneAt(here.store, here.time.now)).toEqual({ notifications: 0, held_firings: 0 })
    await here.store.transaction((trx) => sendAgain(trx, again?.id ?? 0, here.time.now))
    expect(await pruneAt(here.store, day(400))).toEqual({ notifications: 3, held_firings: 0 })
    expect((await here.messages()).map(({ state }) => state)).toEqual(['ready', 'ready'])
  })

  test('are not told once more when the fact is news again', async () => {
    const here = await openNotifying(openTestStore)
    const channel = await here.channel()
    const suspicion = { key: 'defect-attributed:7:77' }
    await here.tell(suspicion)
    await here.tell({ event: 'lock-set', key: 'lock-set:1', reason: 'Stocktaking', by: 'Ana' })
    for (let i = 0; i < 2; i++) await here.notifier().runDue()
    here.time.now = day(200)
    expect(await pruneAt(here.store, here.time.now)).toMatchObject({ notifications: 2 })
    expect(await here.messages()).toEqual([])
    // It came back, and the same release is suspected anew.
    expect(await here.tell({ ...suspicion, at: here.time.now })).toBe(0)
    expect(await here.messages()).toEqual([])
    // To whom it was not told it may be; another suspicion is another fact.
    expect(await here.tell({ ...suspicion, at: here.time.now }, { mail: ['ana@b.example'] })).toBe(1)
    expect(await here.tell({ key: 'defect-attributed:7:78', at: here.time.now }, { channels: [channel] })).toBe(1)
    // Nothing is kept of what is no news after a day.
    expect(await here.store.db.selectFrom('told_facts').select('dedupe_key').execute()).toEqual([
      { dedupe_key: 'defect-attributed:7:77' },
    ])
  })
})

describeOnEachEngine('what rules held back', (openTestStore) => {
  test('of a defect is let go of; firings stay, and what may happen anew', async () => {
    const store = await openTestStore()
    const { id: ruleId } = await store.db.selectFrom('rules').select('id').executeTakeFirstOrThrow()
    const place = { service: { id: 1, name: 'shop' }, release: undefined }
    const firing = (subject: string, outcome: 'fired' | 'muted' | 'capped', defectId?: number, at = day(1)) =>
      insertFiring(store.db, {
        ruleId,
        subject,
        outcome,
        now: day(1),
        occurrence: {
          kind: 'blamed',
          at,
          environment: undefined,
          ...place,
          defect: defectId === undefined ? undefined : { id: defectId },
        } as never,
        what: subject,
        reasons: [],
      })
    await firing('fired', 'fired', 1)
    await firing('muted', 'muted', 2)
    await firing('capped', 'capped', 3)
    await firing('verdict held', 'muted')
    await firing('ahead of its time', 'muted', 4, day(150))
    expect(await pruneAt(store, day(91))).toEqual({ notifications: 0, held_firings: 0 })
    expect(await pruneAt(store, day(91) + 1)).toEqual({ notifications: 0, held_firings: 2 })
    const left = await store.db.selectFrom('rule_firings').select('subject').orderBy('id').execute()
    expect(left.map(({ subject }) => subject)).toEqual(['fired', 'verdict held', 'ahead of its time'])
  })
})
