import { expect, test } from 'vitest'
import type { SourceEvent } from '../../../src/core/event.ts'
import { applyEvents } from '../../../src/operations/derivation/apply-events.ts'
import { Changes, settleChanges } from '../../../src/operations/derivation/settle-changes.ts'
import { ensureBuiltInSource } from '../../../src/operations/sources/sources-admin.ts'
import type { Store } from '../../../src/store/database.ts'
import { aDefect, aDeployment, aRelease, day, hours } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

let deliveries = 0

async function told(store: Store, ...events: SourceEvent[]): Promise<void> {
  const { processor } = await processingOn(store)
  const { id: sourceId } = await ensureBuiltInSource(store.db, 0)
  await store.change(async (trx) => {
    const changes = new Changes()
    await applyEvents(trx, { sourceId, deliveryKey: `d${deliveries++}`, receivedAt: day(30) }, events, changes)
    await settleChanges(trx, changes)
  })
  await processor.runUntilIdle()
}

const live = (store: Store) =>
  store.db
    .selectFrom('live_intervals')
    .innerJoin('releases', 'releases.id', 'live_intervals.release_id')
    .select(['releases.version', 'from_at', 'to_at'])
    .orderBy('from_at')
    .execute()

/** With the release that is suspected first, however sure that is. */
const defects = (store: Store) =>
  store.db
    .selectFrom('defects')
    .leftJoin('suspects', (join) => join.onRef('suspects.defect_id', '=', 'defects.id').on('rank', '=', 1))
    .leftJoin('releases', 'releases.id', 'suspects.release_id')
    .select(['title', 'attribution', 'releases.version as suspect', 'occurrences', 'merged_into_id'])
    .orderBy('defects.id')
    .execute()

const kinds = async (store: Store) =>
  Object.fromEntries(
    (await store.db.selectFrom('releases').select(['version', 'kind']).orderBy('order_key').execute()).map(
      ({ version, kind }) => [version, kind],
    ),
  )

const SHA = 'c0ffee254729296a45a3885639ac7e10f9d54979'

describeOnEachEngine('what events make of the state', (openTestStore) => {
  test('a deployment that arrives late takes its place in the timeline, and the defects after it turn to it', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: 'a', at: day(1) }), aDeployment({ version: 'c', at: day(5) }))
    await told(
      store,
      aDefect({ key: '1', title: 'early', at: day(2) }),
      aDefect({ key: '2', title: 'late', at: day(4) }),
    )
    expect((await defects(store)).map(({ suspect }) => suspect)).toEqual(['a', 'a'])
    await told(store, aDeployment({ version: 'b', at: day(3) }))
    expect(await live(store)).toEqual([
      { version: 'a', from_at: day(1), to_at: day(3) },
      { version: 'b', from_at: day(3), to_at: day(5) },
      { version: 'c', from_at: day(5), to_at: null },
    ])
    expect((await defects(store)).map(({ suspect }) => suspect)).toEqual(['a', 'b'])
  })

  test('a deployment that turns out to have failed gives back what was live before', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: 'a', at: day(1) }), aDeployment({ version: 'b', key: 'run', at: day(2) }))
    await told(store, aDeployment({ version: 'b', key: 'run', status: 'failed', at: day(3) }))
    expect(await live(store)).toEqual([{ version: 'a', from_at: day(1), to_at: null }])
    const failed = await store.db
      .selectFrom('deployments')
      .select(['effect', 'status'])
      .where('sender_key', '=', 'run')
      .executeTakeFirstOrThrow()
    expect(failed).toEqual({ effect: null, status: 'failed' })
  })

  test('a corrected version moves the deployment to the other release', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: 'wrong', key: 'run', at: day(1) }))
    await told(store, aDeployment({ version: 'right', key: 'run', at: day(1) + 1 }))
    expect((await live(store)).map(({ version }) => version)).toEqual(['right'])
  })

  test('a version in between changes the kind of the one above it', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: '1.0.0', at: day(1) }), aDeployment({ version: '2.0.1', at: day(3) }))
    expect(await kinds(store)).toEqual({ '1.0.0': 'major', '2.0.1': 'major' })
    await told(
      store,
      aDeployment({ version: '2.0.0', at: day(2) }),
      aDeployment({ version: '2.0.0-rc.1', at: day(1.5) }),
    )
    expect(await kinds(store)).toEqual({
      '1.0.0': 'major',
      '2.0.0-rc.1': 'pre-release',
      '2.0.0': 'major',
      '2.0.1': 'patch',
    })
  })

  test('a kind that was stated holds', async () => {
    const store = await openTestStore()
    await told(
      store,
      aDeployment({ version: '1.0.0' }),
      aDeployment({ version: '1.0.1', kind: 'emergency', at: day(2) }),
    )
    expect((await kinds(store))['1.0.1']).toBe('emergency')
  })

  test('a commit that is deployed bare and tagged later is the tagged release', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: undefined, commit: SHA, at: day(1) }), aDefect({ at: day(1) + hours(1) }))
    expect((await live(store))[0]?.version).toBe(SHA)
    expect((await defects(store))[0]?.suspect).toBe(SHA)
    await told(store, aRelease({ version: 'v1.2.3', commit: SHA, at: day(2) }))
    expect((await live(store))[0]?.version).toBe('v1.2.3')
    expect((await defects(store))[0]?.suspect).toBe('v1.2.3')
    await told(
      store,
      aDeployment({ version: undefined, commit: SHA, environment: 'staging', tier: 'staging', at: day(3) }),
    )
    expect((await live(store)).map(({ version }) => version)).toEqual(['v1.2.3', 'v1.2.3'])
  })

  test('of several tags on a commit the highest version names it', async () => {
    const store = await openTestStore()
    await told(
      store,
      aRelease({ version: 'latest', commit: SHA }),
      aRelease({ version: 'v2.0.0-rc.1', commit: SHA }),
      aRelease({ version: 'v2.0.0', commit: SHA }),
      aDeployment({ version: undefined, commit: SHA, at: day(2) }),
    )
    expect((await live(store))[0]?.version).toBe('v2.0.0')
  })

  test('a tag that is moved to another commit lets go of the first one', async () => {
    const store = await openTestStore()
    await told(
      store,
      aDeployment({ version: undefined, commit: SHA, at: day(1) }),
      aRelease({ version: 'v1', commit: SHA, at: day(2) }),
    )
    await told(store, aRelease({ version: 'v1', commit: 'd'.repeat(40), at: day(3) }))
    expect((await live(store))[0]?.version).toBe(SHA)
  })

  test('a removal that names no release ends what ran, and is the removal of that', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: 'a', at: day(1) }))
    await told(store, aDeployment({ version: undefined, action: 'remove', key: 'x', at: day(3) }))
    expect(await live(store)).toEqual([{ version: 'a', from_at: day(1), to_at: day(3) }])
    await told(store, aDeployment({ version: 'b', at: day(2) }))
    const removal = await store.db
      .selectFrom('deployments')
      .innerJoin('releases', 'releases.id', 'deployments.release_id')
      .select(['effect', 'releases.version'])
      .where('sender_key', '=', 'x')
      .executeTakeFirstOrThrow()
    expect(removal).toEqual({ effect: 'removal', version: 'b' })
    expect(
      (await store.db.selectFrom('releases').select('version').orderBy('version').execute()).map(
        ({ version }) => version,
      ),
    ).toEqual(['a', 'b'])
  })

  test('a defect that blames a commit points at the first release that contains it', async () => {
    const store = await openTestStore()
    await told(store, aDefect({ commit: SHA, culpritCommits: [SHA], at: day(9) }))
    expect((await defects(store))[0]).toMatchObject({ attribution: 'unattributed', suspect: null })
    await told(store, aDeployment({ version: '1.1.0', commits: [{ sha: SHA }], at: day(5) }))
    await told(store, aDeployment({ version: '1.0.0', commits: [{ sha: SHA }], at: day(4) }))
    expect((await defects(store))[0]).toMatchObject({ attribution: 'attributed', suspect: '1.0.0' })
  })

  test('reports that share a fingerprint become one defect, their occurrences added up', async () => {
    const store = await openTestStore()
    await told(store, aDefect({ key: '1', count: 2 }), aDefect({ key: '2', count: 3 }))
    expect(await defects(store)).toHaveLength(2)
    await told(
      store,
      aDefect({ key: '1', fingerprint: 'f', count: 0 }),
      aDefect({ key: '2', fingerprint: 'f', count: 0 }),
    )
    const rows = await defects(store)
    expect(rows.filter(({ merged_into_id }) => merged_into_id === null)).toMatchObject([{ occurrences: 5 }])
    const buckets = await store.db.selectFrom('occurrence_buckets').select('count').execute()
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(5)
  })

  test('a sighting told twice counts once, one told more exactly counts as told', async () => {
    const store = await openTestStore()
    const sighting = aDefect({ key: '1', sighting: 's', at: day(2) })
    await told(store, sighting)
    await told(store, sighting)
    expect((await defects(store))[0]?.occurrences).toBe(1)
    await told(store, { ...sighting, count: 4 })
    expect((await defects(store))[0]?.occurrences).toBe(4)
    await told(store, { ...sighting, count: 2 })
    expect((await defects(store))[0]?.occurrences).toBe(4)
  })

  test('the tier a sender states moves what counts as production', async () => {
    const store = await openTestStore()
    await told(
      store,
      aDeployment({ version: 'a', environment: 'eu', tier: undefined, at: day(1) }),
      aDeployment({ version: 'b', environment: 'us', tier: undefined, at: day(1) + hours(6) }),
      aDefect({ environment: undefined, tier: undefined, at: day(2) }),
    )
    expect((await defects(store))[0]?.suspect).toBe('b')
    await told(store, aDeployment({ environment: 'eu', tier: 'production', status: 'pending', key: 'x', at: day(3) }))
    expect((await defects(store))[0]?.suspect).toBe('a')
    const release = await store.db
      .selectFrom('releases')
      .select(['first_deployed_at', 'first_production_at'])
      .where('version', '=', 'a')
      .executeTakeFirstOrThrow()
    expect(release).toEqual({ first_deployed_at: day(1), first_production_at: day(1) })
  })
})
