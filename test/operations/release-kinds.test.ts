import { expect, test } from 'vitest'
import type { ReleaseEvent, SourceEvent } from '../../src/core/event.ts'
import { changeDefect } from '../../src/operations/defects/change-defect.ts'
import { applyEvents } from '../../src/operations/derivation/apply-events.ts'
import { Changes, settleChanges } from '../../src/operations/derivation/settle-changes.ts'
import { LiveEvents } from '../../src/operations/live-events.ts'
import { setOrderPolicy } from '../../src/operations/services/set-order-policy.ts'
import { ensureBuiltInSource } from '../../src/operations/sources/sources-admin.ts'
import type { Store } from '../../src/store/database.ts'
import { aDefect, aDeployment, aRelease, day, hours } from '../support/factories.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine } from '../support/stores.ts'

let deliveries = 0

async function told(store: Store, ...events: SourceEvent[]): Promise<void> {
  const { processor } = await processingOn(store)
  const { id: sourceId } = await ensureBuiltInSource(store.db, 0)
  await store.change(async (trx) => {
    const changes = new Changes()
    await applyEvents(trx, { sourceId, deliveryKey: `k${deliveries++}`, receivedAt: day(90) }, events, changes)
    await settleChanges(trx, changes)
  })
  await processor.runUntilIdle()
}

const releases = async (store: Store) =>
  (
    await store.db
      .selectFrom('releases')
      .select(['version', 'kind', 'quarantine', 'emergency_points', 'emergency_json'])
      .where('alias_of_id', 'is', null)
      .orderBy('order_key')
      .execute()
  ).map((row) => ({
    version: row.version,
    kind: row.kind,
    quarantine: row.quarantine,
    points: row.emergency_points,
    reasons: (JSON.parse(row.emergency_json) as { kind: string }[]).map(({ kind }) => kind),
  }))
const inOrder = async (store: Store) => (await releases(store)).map(({ version }) => version)
const kinds = async (store: Store) =>
  Object.fromEntries((await releases(store)).map(({ version, kind }) => [version, kind]))
const released = async (store: Store, version: string) =>
  (await releases(store)).find((release) => release.version === version)

const staging = { environment: 'staging', tier: 'staging' } as const
const tagged = (version: string, at: number, more: Partial<ReleaseEvent> = {}) => aRelease({ version, at, ...more })

describeOnEachEngine('the kind of a release', (openTestStore) => {
  test('is counted from what ran in production before it, not from what only staging had', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: '4.16.0', at: day(1) }))
    await told(store, aDeployment({ version: '4.18.0', at: day(2), ...staging }))
    await told(store, aDeployment({ version: '4.18.1', at: day(3), ...staging }))
    expect(await kinds(store)).toMatchObject({ '4.18.0': 'minor', '4.18.1': 'patch' })
    await told(store, aDeployment({ version: '4.18.1', at: day(4) }))
    expect(await kinds(store)).toMatchObject({ '4.18.0': 'minor', '4.18.1': 'minor' })
  })

  test('follows when a deployment before it arrives late', async () => {
    const store = await openTestStore()
    for (const [version, n] of [
      ['1.0.0', 1],
      ['2.0.1', 5],
      ['2.0.2', 6],
    ] as const)
      await told(store, aDeployment({ version, at: day(n) }))
    expect(await kinds(store)).toMatchObject({ '2.0.1': 'major', '2.0.2': 'patch' })
    await told(store, aDeployment({ version: '2.0.0', at: day(3) }))
    expect(await kinds(store)).toMatchObject({ '2.0.0': 'major', '2.0.1': 'patch' })
  })

  test('of a backport is counted on its own line; what comes back is no new kind', async () => {
    const store = await openTestStore()
    for (const [version, n] of [
      ['1.9.8', 1],
      ['2.0.1', 2],
      ['1.9.9', 3],
      ['2.0.1', 4],
    ] as const)
      await told(store, aDeployment({ version, at: day(n) }))
    expect(await kinds(store)).toEqual({ '1.9.8': 'patch', '1.9.9': 'patch', '2.0.1': 'major' })
  })

  test('of calendar versions, build numbers and commits is unknown', async () => {
    const store = await openTestStore()
    for (const [i, version] of ['2026.1.30', '2026.1.31', '4711', '4712', 'c0ffee1'].entries())
      await told(store, aDeployment({ version, at: day(i) }))
    expect(new Set(Object.values(await kinds(store)))).toEqual(new Set(['unknown']))
  })
})

describeOnEachEngine('the order of a service', (openTestStore) => {
  test('goes on above the old scheme when it changes, also when the last of the old one arrives late', async () => {
    const store = await openTestStore()
    for (const [i, version] of ['4711', '1.0.0', '1.1.0'].entries())
      await told(store, aDeployment({ version, at: day(1 + i) }))
    expect(await inOrder(store)).toEqual(['4711', '1.0.0', '1.1.0'])
    await told(store, aDeployment({ version: '4712', at: day(1.5) }))
    expect(await inOrder(store)).toEqual(['4711', '4712', '1.0.0', '1.1.0'])
    await told(store, aDeployment({ version: '0.9.0', at: day(0) }))
    expect(await inOrder(store)).toEqual(['0.9.0', '1.0.0', '1.1.0', '4711', '4712'])
  })

  test('puts a commit before the one that lists it, whichever was told of first', async () => {
    const store = await openTestStore()
    const [older, newer] = ['a'.repeat(40), 'b'.repeat(40)]
    await told(store, aDeployment({ version: newer, at: day(1) }))
    await told(store, aDeployment({ version: older, at: day(2) }))
    expect(await inOrder(store)).toEqual([newer, older])
    await told(store, tagged(newer, day(3), { commits: [{ sha: older }] }))
    expect(await inOrder(store)).toEqual([older, newer])
  })

  test('by hand is the list, until another is given', async () => {
    const store = await openTestStore()
    for (const [i, version] of ['zest', 'amber', 'mint'].entries())
      await told(store, aDeployment({ version, at: day(1 + i) }))
    expect(
      await setOrderPolicy(store, 'checkout-api', { policy: 'manual', listed: ['mint', 'amber', 'zest'] }, { now: 0 }),
    ).toBe(3)
    expect(await inOrder(store)).toEqual(['mint', 'amber', 'zest'])
    await told(store, aDeployment({ version: 'pine', at: day(9) }))
    expect(await inOrder(store)).toEqual(['mint', 'amber', 'zest', 'pine'])
    await setOrderPolicy(store, 'checkout-api', { policy: 'deployed-at' }, { now: 0 })
    expect(await inOrder(store)).toEqual(['zest', 'amber', 'mint', 'pine'])
  })
})

describeOnEachEngine('a version that a build made up', (openTestStore) => {
  test('is known and does not count, until a deployment of it succeeds', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: '4.18.0', at: day(1) }))
    await told(store, tagged('999.9.9', day(2)), tagged('0.0.0-dev', day(2)), tagged('latest', day(2)))
    await told(store, aDeployment({ version: '4.18.1', at: day(3) }))
    expect((await releases(store)).filter(({ quarantine }) => quarantine).map(({ version }) => version)).toEqual([
      '0.0.0-dev',
      '999.9.9',
      'latest',
    ])
    expect(await kinds(store)).toMatchObject({ '4.18.1': 'patch' })
    await told(store, aDeployment({ version: '999.9.9', at: day(4), key: 'x', status: 'failed' }))
    expect(await released(store, '999.9.9')).toMatchObject({
      quarantine: 'is all nines, as placeholders are',
      kind: 'unknown',
    })
    await told(store, aDeployment({ version: '999.9.9', at: day(5), key: 'x' }))
    expect(await released(store, '999.9.9')).toMatchObject({ quarantine: null, kind: 'major' })
    expect((await inOrder(store)).at(-1)).toBe('999.9.9')
  })

  test('may turn out to be none when the service gets there', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: '4.0.0', at: day(1) }), tagged('120.0.0', day(2)))
    expect((await released(store, '120.0.0'))?.quarantine).toContain('far above 4.0.0')
    await told(store, aDeployment({ version: '100.0.0', at: day(3) }))
    expect((await released(store, '120.0.0'))?.quarantine).toBeNull()
  })
})

describeOnEachEngine('an emergency release', (openTestStore) => {
  test('fixes a grave defect on what was live, past a higher line; each late fact counts as if it had been in time', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: '4.18.0', at: day(1) }))
    await told(store, aDeployment({ version: '4.18.1', at: day(5) }))
    expect(await released(store, '4.18.1')).toMatchObject({ kind: 'patch', points: 0 })
    await told(store, tagged('4.19.0', day(3)))
    expect(await released(store, '4.18.1')).toMatchObject({ points: 2, reasons: ['branched-from-live'], kind: 'patch' })
    const defect = aDefect({ key: 'BUG-1', severity: 'S1', at: day(4) })
    await told(store, defect)
    await told(store, { ...defect, count: 0, occurredAt: undefined, status: 'fixed', fixedIn: ['4.18.1'], at: day(6) })
    expect(await released(store, '4.18.1')).toMatchObject({
      points: 4,
      reasons: ['fixes-grave-defect', 'branched-from-live'],
      kind: 'emergency',
    })
    // It fixes something else after all.
    await told(store, { ...defect, count: 0, occurredAt: undefined, fixedIn: ['4.19.0'], at: day(7) })
    expect(await released(store, '4.18.1')).toMatchObject({ points: 2, kind: 'patch' })
  })

  test('is one no more when the defect it fixed turns out to be another, which a person says something else fixes', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: '4.18.0', at: day(1) }))
    const [kept, merged] = ['BUG-1', 'BUG-2'].map((key) => aDefect({ key, severity: 'S1', at: day(2) }))
    if (!kept || !merged) throw new Error('two defects')
    await told(store, kept)
    await told(store, { ...merged, status: 'fixed', fixedIn: ['4.18.1'], at: day(3), count: 0, occurredAt: undefined })
    await told(store, aDeployment({ version: '4.18.1', at: day(4) }))
    expect(await released(store, '4.18.1')).toMatchObject({ points: 2, reasons: ['fixes-grave-defect'] })
    const { id } = await store.db.selectFrom('defects').select('id').orderBy('id').executeTakeFirstOrThrow()
    await changeDefect(
      { store, liveEvents: new LiveEvents() },
      { defectId: id, actor: { name: 'Ana' }, now: day(5), change: { kind: 'fixed-in', fixedIn: ['4.18.9'] } },
    )
    const same = { fingerprint: 'same', count: 0, occurredAt: undefined, at: day(6) }
    await told(store, { ...kept, ...same }, { ...merged, ...same })
    expect(await released(store, '4.18.1')).toMatchObject({ points: 0 })
  })

  test('is one when its name or a merged branch says so, and not when the sender states another kind', async () => {
    const store = await openTestStore()
    await told(store, aDeployment({ version: '4.18.0', at: day(1) }))
    const commits = [{ sha: 'c'.repeat(40), message: "Merge branch 'hotfix/capture' into main\n\nmore" }]
    await told(store, aDeployment({ version: '4.18.1', at: day(2) }))
    expect(await released(store, '4.18.1')).toMatchObject({ points: 0 })
    await told(store, tagged('4.18.1', day(2), { commits }))
    expect(await released(store, '4.18.1')).toMatchObject({ points: 3, kind: 'emergency' })
    await told(store, tagged('4.18.1', day(3), { kind: 'patch' }))
    expect(await released(store, '4.18.1')).toMatchObject({ points: 3, kind: 'patch' })
  })

  test('skips an environment that releases normally pass, counted over those before it', async () => {
    const store = await openTestStore()
    for (let n = 1; n <= 6; n++) {
      await told(store, aDeployment({ version: `1.${n}.0`, at: day(n), ...staging }))
      await told(store, aDeployment({ version: `1.${n}.0`, at: day(n) + hours(5) }))
    }
    await told(store, aDeployment({ version: '1.7.0', at: day(8) }))
    expect(await released(store, '1.7.0')).toMatchObject({ points: 1, reasons: ['skipped'] })
    await told(store, aDeployment({ version: '1.7.0', at: day(7), ...staging }))
    expect(await released(store, '1.7.0')).toMatchObject({ points: 0 })
  })
})
