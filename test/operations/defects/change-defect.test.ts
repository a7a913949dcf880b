import { expect, test } from 'vitest'
import { changeDefect, type DefectChange } from '../../../src/operations/defects/change-defect.ts'
import { replayDelivery } from '../../../src/operations/intake/replay-delivery.ts'
import { submitNative } from '../../../src/operations/intake/submit-native.ts'
import type { Store } from '../../../src/store/database.ts'
import { day, hours } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const iso = (at: number) => new Date(at).toISOString()

/** Version 1 on day 1, version 2 on day 2, and a defect an hour after that. */
async function aDefectAfterTwoReleases(openTestStore: OpenTestStore) {
  const parts = await processingOn(await openTestStore())
  const deployed = (version: string, at: number) => ({
    service: 'checkout',
    environment: 'production',
    version,
    finishedAt: iso(at),
  })
  await submitNative(parts, {
    kind: 'deployments',
    items: [deployed('1.0.0', day(1)), deployed('2.0.0', day(2))],
    receivedAt: day(3),
  })
  const submission = await submitNative(parts, {
    kind: 'defects',
    items: [
      {
        title: 'Timeout',
        service: 'checkout',
        environment: 'production',
        occurredAt: iso(day(2) + hours(1)),
        id: 'BUG-1',
      },
    ],
    receivedAt: day(3),
  })
  if (submission.kind === 'refused' || submission.results?.[0]?.kind !== 'defect') throw new Error('no defect')
  const defectId = submission.results[0].id
  const change = (what: DefectChange, now = day(4)) =>
    changeDefect(parts, { defectId, actor: { name: 'Ana' }, now, change: what })
  return { ...parts, defectId, deliveryId: submission.deliveryId, change }
}

const stateOf = (store: Store, defectId: number) =>
  store.db
    .selectFrom('defects')
    .leftJoin('releases', 'releases.id', 'defects.suspect_release_id')
    .select([
      'status',
      'open',
      'severity',
      'attribution',
      'releases.version as suspect',
      'suspect_probability',
      'fixed_in_json',
      'assignee_id',
    ])
    .where('defects.id', '=', defectId)
    .executeTakeFirstOrThrow()

const releaseId = async (store: Store, version: string) =>
  (await store.db.selectFrom('releases').select('id').where('version', '=', version).executeTakeFirstOrThrow()).id

describeOnEachEngine('what people decide about a defect', (openTestStore) => {
  test('a status holds, with the releases it is fixed in, and is written down', async () => {
    const { store, defectId, change } = await aDefectAfterTwoReleases(openTestStore)
    expect(await change({ kind: 'status', status: 'fixed', fixedIn: ['2.0.1'] })).toEqual({ kind: 'changed', defectId })
    expect(await stateOf(store, defectId)).toMatchObject({ status: 'fixed', open: 0, fixed_in_json: '["2.0.1"]' })
    const [activity] = await store.db.selectFrom('activities').selectAll().where('kind', '=', 'status').execute()
    expect(activity).toMatchObject({ actor: 'Ana', at: day(4) })
    expect(JSON.parse(activity?.detail_json ?? '')).toMatchObject({ from: 'open', to: 'fixed' })
  })

  test('what is said not to be fixed needs a reason, and nobody declares a regression', async () => {
    const { store, defectId, change } = await aDefectAfterTwoReleases(openTestStore)
    expect(await change({ kind: 'status', status: 'wont-fix' })).toMatchObject({ kind: 'refused' })
    expect(await change({ kind: 'status', status: 'regressed' })).toMatchObject({ kind: 'refused' })
    expect((await stateOf(store, defectId)).status).toBe('open')
    expect(await change({ kind: 'status', status: 'wont-fix', reason: 'by design' })).toMatchObject({ kind: 'changed' })
  })

  test('a chosen release outlives new evidence, a replay and a late deployment, until it is undone', async () => {
    const { store, processor, defectId, deliveryId, change } = await aDefectAfterTwoReleases(openTestStore)
    expect(await stateOf(store, defectId)).toMatchObject({ attribution: 'suspected', suspect: '2.0.0' })
    const first = await releaseId(store, '1.0.0')
    await change({ kind: 'attribution', decision: { kind: 'chosen', releaseId: first, reason: 'bisected' } })

    await replayDelivery({ store, processor }, deliveryId, { now: 0 })
    await submitNative(
      { store, processor },
      {
        kind: 'deployments',
        items: [
          { service: 'checkout', environment: 'production', version: '2.1.0', finishedAt: iso(day(2) + hours(0.5)) },
        ],
        receivedAt: day(5),
      },
    )
    await processor.runUntilIdle()
    expect(await stateOf(store, defectId)).toMatchObject({
      attribution: 'manual',
      suspect: '1.0.0',
      suspect_probability: 1,
    })

    await change({ kind: 'attribution', decision: { kind: 'undone' } }, day(6))
    expect(await stateOf(store, defectId)).toMatchObject({ attribution: 'suspected', suspect: '2.1.0' })
  })

  test('a defect that no change caused has no suspect', async () => {
    const { store, defectId, change } = await aDefectAfterTwoReleases(openTestStore)
    expect(await change({ kind: 'attribution', decision: { kind: 'not-a-change', reason: ' ' } })).toMatchObject({
      kind: 'refused',
    })
    await change({ kind: 'attribution', decision: { kind: 'not-a-change', reason: 'a cable was cut' } })
    expect(await stateOf(store, defectId)).toMatchObject({ attribution: 'not-a-change', suspect: null })
  })

  test('a release that does not exist cannot be chosen', async () => {
    const { change } = await aDefectAfterTwoReleases(openTestStore)
    expect(await change({ kind: 'attribution', decision: { kind: 'confirmed', releaseId: 4_242 } })).toMatchObject({
      kind: 'refused',
    })
  })

  test('a severity outlives what the sources say', async () => {
    const { store, processor, defectId, change } = await aDefectAfterTwoReleases(openTestStore)
    await change({ kind: 'severity', severity: 'S1' })
    await submitNative(
      { store, processor },
      {
        kind: 'defects',
        items: [{ title: 'Timeout', service: 'checkout', id: 'BUG-1', severity: 'S4' }],
        receivedAt: day(5),
      },
    )
    expect((await stateOf(store, defectId)).severity).toBe('S1')
  })

  test('comments and assignments are written down; an empty comment is none', async () => {
    const { store, defectId, change } = await aDefectAfterTwoReleases(openTestStore)
    expect(await change({ kind: 'comment', text: ' \n ' })).toMatchObject({ kind: 'refused' })
    await change({ kind: 'comment', text: 'seen by two customers' })
    await change({ kind: 'assignee', userId: null })
    const activities = await store.db
      .selectFrom('activities')
      .select(['kind', 'detail_json'])
      .where('defect_id', '=', defectId)
      .orderBy('id')
      .execute()
    expect(activities.map(({ kind }) => kind)).toEqual(['comment', 'assignee'])
    expect(activities[0]?.detail_json).toContain('seen by two customers')
  })

  test('a defect that turned out to be another is changed under its old number too', async () => {
    const { store, processor, liveEvents, defectId, change } = await aDefectAfterTwoReleases(openTestStore)
    const report = (id: string) => ({ title: id, service: 'checkout', id, fingerprint: 'same' })
    await submitNative(
      { store, processor },
      { kind: 'defects', items: [{ title: 'Other', service: 'checkout', id: 'BUG-0' }], receivedAt: day(3) },
    )
    await submitNative(
      { store, processor },
      { kind: 'defects', items: [report('BUG-0'), report('BUG-1')], receivedAt: day(3) },
    )
    const merged = await store.db
      .selectFrom('defects')
      .select(['id', 'merged_into_id'])
      .where('merged_into_id', 'is not', null)
      .executeTakeFirstOrThrow()
    expect(merged.merged_into_id).toBe(defectId)
    const old = await changeDefect(
      { store, liveEvents },
      { defectId: merged.id, actor: { name: 'Ben' }, now: day(4), change: { kind: 'comment', text: 'here' } },
    )
    expect(old).toEqual({ kind: 'changed', defectId })
    expect(await change({ kind: 'comment', text: 'there' })).toMatchObject({ kind: 'changed' })
  })
})
