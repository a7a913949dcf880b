import { expect, test } from 'vitest'
import type { TimeChanges } from '../../src/core/defect/defect-times.ts'
import { changeDefect, type DefectChange } from '../../src/operations/defects/change-defect.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { findDefect } from '../../src/store/defects/defect-queries.ts'
import { day, hours } from '../support/factories.ts'
import { addPerson } from '../support/people.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const iso = (at: number) => new Date(at).toISOString()
const bug = { title: 'Timeout', service: 'checkout', environment: 'production', id: 'BUG-1' }

/** A defect seen on day 2, noticed an hour later. */
async function aDefect(openTestStore: OpenTestStore, more: Record<string, unknown> = {}) {
  const parts = await processingOn(await openTestStore())
  const { db } = parts.store
  const tell = async (kind: 'deployments' | 'defects', item: Record<string, unknown>) => {
    const submission = await submitNative(parts, { kind, items: [item], receivedAt: day(50) })
    if (submission.kind === 'refused') throw new Error(JSON.stringify(submission.problems))
    await parts.processor.runUntilIdle()
  }
  await tell('defects', { ...bug, occurredAt: iso(day(2)), detectedAt: iso(day(2) + hours(1)), ...more })
  const { id: defectId } = await db.selectFrom('defects').select('id').executeTakeFirstOrThrow()
  const change = (what: DefectChange, now = day(10)) =>
    changeDefect(parts, { defectId, actor: { name: 'Ana' }, now, change: what })
  return {
    ...parts,
    defectId,
    change,
    say: (item: Record<string, unknown>) => tell('defects', { ...bug, ...item }),
    deploy: (version: string, at: number) =>
      tell('deployments', { service: 'checkout', environment: 'production', version, finishedAt: iso(at) }),
    set: (times: TimeChanges, now = day(10)) => change({ kind: 'times', times }, now),
    times: async () => (await findDefect(db, defectId))?.times,
    async activities() {
      const rows = await db
        .selectFrom('activities')
        .select(['actor', 'at', 'detail_json'])
        .where('kind', '=', 'time')
        .execute()
      return rows.map(({ detail_json, ...row }) => ({ ...row, ...JSON.parse(detail_json) }))
    },
  }
}

describeOnEachEngine('the times of a defect', (openTestStore) => {
  test('follow from what senders say and what happened, each on its own', async () => {
    const { say, times } = await aDefect(openTestStore)
    const seen = { occurred: day(2), detected: day(2) + hours(1), reported: day(2) + hours(1) }
    expect(await times()).toEqual({ ...seen, acknowledged: undefined, mitigated: undefined, resolved: undefined })
    await say({ status: 'in-progress', updatedAt: iso(day(4)) })
    await say({ status: 'triaged', updatedAt: iso(day(3)) })
    expect(await times()).toMatchObject({ acknowledged: day(3), mitigated: undefined })
    await say({ status: 'fixed', resolvedAt: iso(day(5)) })
    await say({ status: 'verified', resolvedAt: iso(day(7)) })
    expect(await times()).toMatchObject({ resolved: day(5) })
    await say({ status: 'open', updatedAt: iso(day(8)), occurredAt: iso(day(8)) })
    expect(await times()).toMatchObject({ occurred: day(2), acknowledged: day(3), resolved: undefined })
    await say({ status: 'wont-fix', resolvedAt: iso(day(9)) })
    expect(await times()).toMatchObject({ resolved: day(9) })
  })

  test('acknowledged and mitigated are what senders say of them, who stand above what followed here', async () => {
    const { say, times } = await aDefect(openTestStore, { reportedAt: iso(day(2) + hours(2)) })
    await say({ status: 'triaged', updatedAt: iso(day(3)) })
    await say({ acknowledgedAt: iso(day(2.5)), mitigatedAt: iso(day(2.75)), updatedAt: iso(day(4)) })
    expect(await times()).toMatchObject({
      reported: day(2) + hours(2),
      acknowledged: day(2.5),
      mitigated: day(2.75),
      resolved: undefined,
    })
    await say({ mitigatedAt: iso(day(2.8)), updatedAt: iso(day(5)) })
    expect(await times()).toMatchObject({ mitigated: day(2.8) })
  })

  test('whoever is first made the owner has acknowledged it', async () => {
    const { store, change, times } = await aDefect(openTestStore)
    await change({ kind: 'assignee', userId: null }, day(3))
    expect(await times()).toMatchObject({ acknowledged: undefined })
    await change({ kind: 'assignee', userId: await addPerson(store.db) }, day(4))
    expect(await times()).toMatchObject({ acknowledged: day(4) })
    await change({ kind: 'status', status: 'triaged' }, day(6))
    expect(await times()).toMatchObject({ acknowledged: day(4) })
  })

  test('that a person sets hold against senders until they are taken back, and are written down', async () => {
    const { say, set, times, activities } = await aDefect(openTestStore)
    expect(await set({ mitigated: day(3), acknowledged: day(2.2) })).toMatchObject({ kind: 'changed' })
    await say({ mitigatedAt: iso(day(4)), acknowledgedAt: iso(day(4)), updatedAt: iso(day(20)) })
    expect(await times()).toMatchObject({ mitigated: day(3), acknowledged: day(2.2) })
    await set({ mitigated: null }, day(21))
    expect(await times()).toMatchObject({ mitigated: day(4), acknowledged: day(2.2) })
    expect(await activities()).toEqual([
      { actor: 'Ana', at: day(10), time: 'acknowledged', from: null, to: day(2.2) },
      { actor: 'Ana', at: day(10), time: 'mitigated', from: null, to: day(3) },
      { actor: 'Ana', at: day(21), time: 'mitigated', from: day(3), to: day(4), undone: true },
    ])
  })

  test('when it occurred is when it counts as first seen, for suspects too', async () => {
    const { store, deploy, set, times, defectId } = await aDefect(openTestStore)
    await deploy('1.0.0', day(1))
    await deploy('2.0.0', day(1.9))
    const suspects = async () =>
      (
        await store.db
          .selectFrom('suspects')
          .innerJoin('releases', 'releases.id', 'release_id')
          .select('version')
          .where('defect_id', '=', defectId)
          .orderBy('rank')
          .execute()
      ).map(({ version }) => version)
    expect(await suspects()).toContain('2.0.0')
    await set({ occurred: day(1.5), detected: day(1.6) })
    expect(await times()).toMatchObject({ occurred: day(1.5), detected: day(1.6) })
    expect(await suspects()).toEqual(['1.0.0'])
    await set({ occurred: null })
    expect(await suspects()).toContain('2.0.0')
  })

  test('resolved is a word on the current life: an open defect has none, and one from before a regression is over', async () => {
    const { say, deploy, set, times } = await aDefect(openTestStore, { version: '1.0.0' })
    expect(await set({ resolved: day(4) })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/not resolved/),
    })
    await deploy('1.0.0', day(1))
    await say({ status: 'fixed', fixedIn: '1.1.0', resolvedAt: iso(day(5)) })
    await set({ resolved: day(4) })
    expect(await times()).toMatchObject({ resolved: day(4) })
    await deploy('1.1.0', day(6))
    await say({ version: '1.1.0', occurredAt: iso(day(7)) })
    expect(await times()).toMatchObject({ resolved: undefined })
    await say({ status: 'fixed', fixedIn: '1.2.0', resolvedAt: iso(day(8)) })
    expect(await times()).toMatchObject({ resolved: day(8) })
  })

  test('that cannot be are refused, and nothing is changed', async () => {
    const { set, times, activities } = await aDefect(openTestStore)
    const before = await times()
    for (const [wrong, words] of [
      [{ acknowledged: day(1) }, /acknowledged before it occurred/],
      [{ mitigated: day(11) }, /in the future/],
      [{ detected: 5 }, /before the year 2000/],
      [{ occurred: day(5), mitigated: day(4) }, /mitigated before it occurred/],
    ] as const)
      expect(await set(wrong)).toMatchObject({ kind: 'refused', reason: expect.stringMatching(words) })
    expect([await times(), await activities()]).toEqual([before, []])
    await set({ mitigated: day(4) })
    expect(await set({ occurred: day(5) })).toMatchObject({ kind: 'refused' })
    expect(await set({ occurred: day(5), mitigated: null })).toMatchObject({ kind: 'changed' })
  })
})
