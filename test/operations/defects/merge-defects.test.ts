import { expect, test } from 'vitest'
import { changeDefect, type DefectChange } from '../../../src/operations/defects/change-defect.ts'
import { mergeDefects, splitDefect, takeBackIdentity } from '../../../src/operations/defects/merge-defects.ts'
import { replayDelivery } from '../../../src/operations/intake/replay-delivery.ts'
import { submitNative } from '../../../src/operations/intake/submit-native.ts'
import { listWordsOf } from '../../../src/store/defects/defect-identity.ts'
import { listActivities } from '../../../src/store/defects/defect-queries.ts'
import { resolveDefect } from '../../../src/store/defects/defects.ts'
import { day, hours } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const iso = (at: number) => new Date(at).toISOString()
const ana = { actor: { name: 'Ana' }, now: day(20) }

/** What is told of bugs of one service, and what became of it. */
async function telling(openTestStore: OpenTestStore) {
  const parts = await processingOn(await openTestStore())
  const { db } = parts.store
  const deliveries: number[] = []
  const tell = async (id: string, more: Record<string, unknown> = {}): Promise<number> => {
    const item = { title: id, service: 'checkout', id, occurredAt: iso(day(2)), ...more }
    const submission = await submitNative(parts, { kind: 'defects', items: [item], receivedAt: day(10) })
    if (submission.kind === 'refused' || submission.results?.[0]?.kind !== 'defect') throw new Error('no defect')
    deliveries.push(submission.deliveryId)
    await parts.processor.runUntilIdle()
    return submission.results[0].id
  }
  return {
    ...parts,
    tell,
    async replayAll() {
      for (const id of deliveries) await replayDelivery(parts, id, { now: 0 })
      await parts.processor.runUntilIdle()
    },
    merge: (fromId: number, intoId: number, reason = 'same stack') =>
      mergeDefects(parts, { fromId, intoId, reason, ...ana }),
    async split(defectId: number, ids: readonly string[], reason = 'another place') {
      const rows = await db.selectFrom('reports').select(['id', 'identity']).execute()
      const reportIds = rows.filter(({ identity }) => ids.some((id) => identity.includes(id))).map(({ id }) => id)
      return splitDefect(parts, { defectId, reportIds, reason, ...ana })
    },
    async takeBack(defectId: number, now = day(21)) {
      const [word] = await listWordsOf(db, defectId)
      return takeBackIdentity(parts, { defectId, wordId: word?.id ?? 0, actor: { name: 'Ben' }, now })
    },
    change: (defectId: number, change: DefectChange) => changeDefect(parts, { defectId, change, ...ana }),
    /** Of each defect that is one: its reports and how often they were seen. */
    async defects() {
      const rows = await db
        .selectFrom('defects as d')
        .innerJoin('reports as r', 'r.defect_id', 'd.id')
        .select(['d.id', 'd.occurrences', 'r.identity'])
        .where('d.merged_into_id', 'is', null)
        .orderBy('r.identity')
        .execute()
      const defects: Record<number, { occurrences: number; ids: string[] }> = {}
      for (const { id, occurrences, identity } of rows) {
        defects[id] ??= { occurrences, ids: [] }
        defects[id].ids.push((JSON.parse(identity) as string[]).at(-1) as string)
      }
      return defects
    },
    async counted(defectId: number) {
      const rows = await db
        .selectFrom('occurrence_buckets')
        .selectAll()
        .where('defect_id', '=', defectId)
        .orderBy('bucket_at')
        .execute()
      return rows.map(({ bucket_at, count }) => [bucket_at, count])
    },
    state: (defectId: number) =>
      db
        .selectFrom('defects')
        .select(['status', 'severity', 'open', 'attribution', 'suspect_release_id', 'merged_into_id'])
        .where('id', '=', defectId)
        .executeTakeFirstOrThrow(),
    told: async (defectId: number) =>
      (await listActivities(db, defectId)).map(({ kind, actor, detail }) => ({ kind, actor, ...detail })),
  }
}

describeOnEachEngine('defects that a person merges', (openTestStore) => {
  test('are one under the number they were merged into, and stay it under every replay', async () => {
    const { tell, merge, defects, counted, replayAll, store } = await telling(openTestStore)
    const one = await tell('BUG-1', { count: 2 })
    const other = await tell('BUG-2', { count: 3, occurredAt: iso(day(3)) })
    expect(await merge(one, other)).toEqual({ kind: 'changed', defectId: other, other: one })
    const merged = { [other]: { occurrences: 5, ids: ['BUG-1', 'BUG-2'] } }
    expect(await defects()).toEqual(merged)
    expect(await counted(other)).toEqual([
      [day(2), 2],
      [day(3), 3],
    ])
    expect(await resolveDefect(store.db, one)).toBe(other)
    expect(await tell('BUG-1', { count: 1, occurredAt: iso(day(4)) })).toBe(other)
    await replayAll()
    expect(await defects()).toEqual({ [other]: { occurrences: 6, ids: ['BUG-1', 'BUG-2'] } })
  })

  test('it is told on the defect who merged what and why', async () => {
    const { tell, merge, told } = await telling(openTestStore)
    const [one, other] = [await tell('BUG-1'), await tell('BUG-2')]
    await merge(one, other)
    expect(await told(other)).toMatchObject([{ kind: 'merged', actor: 'Ana', defectId: one, reason: 'same stack' }])
    expect(await told(one)).toMatchObject([{ kind: 'merged-into', actor: 'Ana', defectId: other }])
  })

  test('taking it back gives each its number, its reports, what was decided of it and what was written', async () => {
    const { tell, merge, takeBack, change, defects, counted, state, told, replayAll } = await telling(openTestStore)
    const [one, other] = [await tell('BUG-1', { count: 2 }), await tell('BUG-2')]
    await change(one, { kind: 'severity', severity: 'S1' })
    await change(one, { kind: 'comment', text: 'of the one' })
    await merge(one, other)
    expect(await state(other)).toMatchObject({ severity: 'S1' })
    await change(other, { kind: 'status', status: 'in-progress' })
    await tell('BUG-1', { count: 4, occurredAt: iso(day(5)) })
    expect(await takeBack(other)).toEqual({ kind: 'changed', defectId: other, other: one })

    const apart = { [one]: { occurrences: 6, ids: ['BUG-1'] }, [other]: { occurrences: 1, ids: ['BUG-2'] } }
    expect(await defects()).toEqual(apart)
    expect(await counted(one)).toEqual([
      [day(2), 2],
      [day(5), 4],
    ])
    expect(await state(one)).toMatchObject({ severity: 'S1', status: 'open', open: 1, merged_into_id: null })
    expect(await state(other)).toMatchObject({ severity: 'S3', status: 'in-progress' })
    expect((await told(one)).map(({ kind }) => kind)).toEqual(['identity-undone', 'merged-into', 'comment', 'severity'])
    await replayAll()
    expect(await defects()).toEqual(apart)
    expect(await takeBack(other)).toMatchObject({ kind: 'not-found' })
  })

  test('a confirmed release taken back on the merged defect does not come back from the part that had it', async () => {
    const { tell, merge, change, state } = await telling(openTestStore)
    const [one, other] = [await tell('BUG-1'), await tell('BUG-2')]
    await change(one, { kind: 'attribution', decision: { kind: 'not-a-change', reason: 'a cable' } })
    await merge(one, other)
    expect(await state(other)).toMatchObject({ attribution: 'not-a-change' })
    await change(other, { kind: 'attribution', decision: { kind: 'undone' } })
    expect(await state(other)).toMatchObject({ attribution: 'unattributed' })
  })

  test('cannot be taken back while a key makes them one', async () => {
    const { tell, merge, takeBack, defects } = await telling(openTestStore)
    const [one, other] = [await tell('BUG-1'), await tell('BUG-2')]
    await merge(one, other)
    await tell('BUG-1', { fingerprint: 'f' })
    await tell('BUG-2', { fingerprint: 'f' })
    expect(await takeBack(other)).toMatchObject({ kind: 'conflict' })
    // Nothing of it was done.
    expect(Object.keys(await defects())).toEqual([String(other)])
    expect(await takeBack(other)).toMatchObject({ kind: 'conflict', reason: expect.stringContaining('Split') })
  })

  test('of three, each number leads to the last; taking back the first merge leaves the second', async () => {
    const { tell, merge, store, parts, defects } = await telling(openTestStore).then((all) => ({ ...all, parts: all }))
    const [a, b, c] = [await tell('BUG-1'), await tell('BUG-2'), await tell('BUG-3')]
    await merge(a, b)
    const [first] = await listWordsOf(store.db, b)
    await merge(b, c)
    expect(await Promise.all([a, b, c].map((id) => resolveDefect(store.db, id)))).toEqual([c, c, c])
    await takeBackIdentity(parts, { defectId: c, wordId: first?.id ?? 0, ...ana })
    expect(await defects()).toMatchObject({ [a]: { ids: ['BUG-1'] }, [c]: { ids: ['BUG-2', 'BUG-3'] } })
    expect(await resolveDefect(store.db, b)).toBe(c)
  })

  test('what cannot be merged is refused with a reason', async () => {
    const { tell, merge, defects } = await telling(openTestStore)
    const [one, other] = [await tell('BUG-1'), await tell('BUG-2')]
    expect(await merge(one, one)).toMatchObject({ kind: 'conflict' })
    expect(await merge(one, 4_242)).toMatchObject({ kind: 'refused' })
    expect(await merge(4_242, one)).toMatchObject({ kind: 'not-found' })
    expect(await merge(one, other, ' ')).toMatchObject({ kind: 'refused' })
    expect(Object.keys(await defects())).toHaveLength(2)
    await merge(one, other)
    expect(await merge(one, other)).toMatchObject({ kind: 'conflict' })
  })
})

describeOnEachEngine('a defect that a person splits', (openTestStore) => {
  const same = { fingerprint: 'f' }

  test('is two, and neither the key they share nor a replay makes them one again', async () => {
    const { tell, split, defects, counted, replayAll, state } = await telling(openTestStore)
    const id = await tell('BUG-1', { ...same, count: 2, severity: 'S1' })
    expect(await tell('BUG-2', { ...same, count: 3, severity: 'S4', occurredAt: iso(day(4)) })).toBe(id)
    const result = await split(id, ['BUG-2'])
    if (result.kind !== 'changed') throw new Error(result.kind)
    const two = { [id]: { occurrences: 2, ids: ['BUG-1'] }, [result.other]: { occurrences: 3, ids: ['BUG-2'] } }
    expect(result.other).not.toBe(id)
    expect(await defects()).toEqual(two)
    expect(await counted(id)).toEqual([[day(2), 2]])
    expect(await counted(result.other)).toEqual([[day(4), 3]])
    expect(await state(result.other)).toMatchObject({ severity: 'S4', open: 1 })

    await replayAll()
    expect(await defects()).toEqual(two)
    expect(await tell('BUG-2', { ...same, occurredAt: iso(day(5)) })).toBe(result.other)
    expect(await tell('BUG-1', { ...same, occurredAt: iso(day(5)) })).toBe(id)
    // Who else has the key is of the defect that kept it.
    expect(await tell('BUG-3', same)).toBe(id)
  })

  test('keeps its number, though the report that brought it is split off', async () => {
    const { tell, split, defects } = await telling(openTestStore)
    const id = await tell('BUG-1', same)
    await tell('BUG-2', same)
    await split(id, ['BUG-1'])
    expect((await defects())[id]).toMatchObject({ ids: ['BUG-2'] })
  })

  test('gives a part that was a defect before its own number again', async () => {
    const { tell, merge, split, defects } = await telling(openTestStore)
    const [one, other] = [await tell('BUG-1'), await tell('BUG-2')]
    await merge(one, other)
    expect(await split(other, ['BUG-1'])).toEqual({ kind: 'changed', defectId: other, other: one })
    expect(await defects()).toMatchObject({ [one]: { ids: ['BUG-1'] }, [other]: { ids: ['BUG-2'] } })
  })

  test('is one again once the split is taken back, under the number it had', async () => {
    const { tell, split, takeBack, defects, told, store } = await telling(openTestStore)
    const id = await tell('BUG-1', same)
    await tell('BUG-2', same)
    const result = await split(id, ['BUG-1'])
    const other = result.kind === 'changed' ? result.other : 0
    expect(await takeBack(other)).toEqual({ kind: 'changed', defectId: id, other })
    expect(await defects()).toMatchObject({ [id]: { ids: ['BUG-1', 'BUG-2'] } })
    expect(await resolveDefect(store.db, other)).toBe(id)
    expect((await told(id)).map(({ kind, actor }) => `${actor} ${kind}`)).toEqual(['Ben identity-undone', 'Ana split'])
  })

  test('holds against a later machine word, and gives way to a later person', async () => {
    const { tell, split, merge, defects } = await telling(openTestStore)
    const id = await tell('BUG-1', same)
    await tell('BUG-2', same)
    const result = await split(id, ['BUG-2'])
    const other = result.kind === 'changed' ? result.other : 0
    await tell('BUG-1', { fingerprint: 'g' })
    await tell('BUG-2', { fingerprint: 'g' })
    expect(Object.keys(await defects())).toHaveLength(2)
    await merge(id, other)
    expect(await defects()).toMatchObject({ [other]: { ids: ['BUG-1', 'BUG-2'] } })
  })

  test('what was decided of it stays with it; the part begins with what its reports say', async () => {
    const { tell, split, change, state } = await telling(openTestStore)
    const id = await tell('BUG-1', same)
    await tell('BUG-2', same)
    await change(id, { kind: 'status', status: 'wont-fix', reason: 'by design' })
    const result = await split(id, ['BUG-2'])
    expect(await state(id)).toMatchObject({ status: 'wont-fix' })
    expect(await state(result.kind === 'changed' ? result.other : 0)).toMatchObject({ status: 'open' })
  })

  test('what cannot be split is refused with a reason', async () => {
    const { tell, split, store, liveEvents } = await telling(openTestStore)
    const id = await tell('BUG-1', same)
    await tell('BUG-2', same)
    const foreign = await tell('BUG-3')
    expect(await split(id, [])).toMatchObject({ kind: 'refused' })
    expect(await split(id, ['BUG-1', 'BUG-2'])).toMatchObject({ kind: 'refused' })
    expect(await split(id, ['BUG-1'], '')).toMatchObject({ kind: 'refused' })
    expect(await split(id, ['BUG-3'])).toMatchObject({ kind: 'conflict' })
    expect(await split(4_242, ['BUG-1'])).toMatchObject({ kind: 'not-found' })
    expect(
      await splitDefect({ store, liveEvents }, { defectId: foreign, reportIds: [99], reason: 'x', ...ana }),
    ).toMatchObject({ kind: 'conflict' })
  })

  test('reports from before their keys were written down are held together by those of their defect', async () => {
    const { tell, split, defects, store } = await telling(openTestStore)
    const id = await tell('BUG-1', same)
    await tell('BUG-2', same)
    await tell('BUG-3', same)
    await store.db.deleteFrom('report_keys').execute()
    await store.db.updateTable('reports').set({ keys_known: 0 }).execute()
    await store.db.updateTable('defects').set({ founder_report_id: null }).execute()
    await split(id, ['BUG-3'])
    expect((await defects())[id]).toMatchObject({ ids: ['BUG-1', 'BUG-2'] })
    expect(await tell('BUG-2', { ...same, occurredAt: iso(day(2) + hours(1)) })).toBe(id)
  })
})
