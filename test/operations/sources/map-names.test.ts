import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import {
  addServiceRule,
  applyToPast,
  removeServiceRule,
  setDefaultService,
  setSeverities,
} from '../../../src/operations/sources/map-names.ts'
import type { Store } from '../../../src/store/database.ts'
import { listServiceRules, listUnmapped } from '../../../src/store/sources/service-rules.ts'
import { listSeverityWords } from '../../../src/store/sources/severity-words.ts'
import { countLeft } from '../../../src/store/sources/source-replays.ts'
import { insertSource } from '../../../src/store/sources/sources.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'
import { visibleState } from '../../support/visible-state.ts'

const RECEIVED_AT = Date.UTC(2026, 2, 2, 12)
const at = (minute: number) => new Date(RECEIVED_AT - 3_600_000 + minute * 60_000).toISOString()
const repository = { full_name: 'acme/shop' }

const deployment = (id: number, state: string, ref: string, minute: number, minuteMade = minute) => [
  'deployment_status',
  {
    deployment: { id, ref, sha: sha(ref), environment: 'production', created_at: at(minuteMade) },
    deployment_status: { state, environment: 'production', created_at: at(minute) },
    repository,
  },
]
const sha = (ref: string) => createHash('sha1').update(ref).digest('hex')

const issue = (action: string, minute: number, labels: string[] = []) => [
  'issues',
  {
    action,
    issue: {
      number: 7,
      title: 'Checkout fails',
      state: action === 'closed' ? 'closed' : 'open',
      labels: ['bug', ...labels],
      created_at: at(20),
      updated_at: at(minute),
      closed_at: action === 'closed' ? at(minute) : null,
    },
    repository,
  },
]

const HISTORY = [
  deployment(1, 'success', 'v1.0.0', 5),
  deployment(2, 'in_progress', 'v1.1.0', 10),
  deployment(2, 'success', 'v1.1.0', 15, 10),
  issue('opened', 20, ['severity: high']),
  deployment(3, 'success', 'v1.0.0', 30),
  deployment(4, 'failure', 'v1.2.0', 35),
  issue('closed', 40),
] as [string, unknown][]

describeOnEachEngine('names of a source', (openTestStore) => {
  async function open() {
    const store = await openTestStore()
    const { processor } = await processingOn(store, () => RECEIVED_AT)
    const sourceId = await insertSource(store.db, { slug: 'github', kind: 'github', name: 'GitHub', createdAt: 0 })
    const send = async (deliveries: readonly [string, unknown][] = HISTORY) => {
      for (const [i, [event, payload]] of deliveries.entries()) {
        const body = Buffer.from(JSON.stringify(payload))
        await store.inbox.append({
          sourceId,
          deliveryKey: `${event} ${i}`,
          bodySha256: createHash('sha256').update(body).digest('hex'),
          receivedAt: RECEIVED_AT,
          headersJson: JSON.stringify({ 'content-type': 'application/json', 'x-github-event': event }),
          body,
        })
      }
      await processor.runUntilIdle()
    }
    const rule = (service: string, pattern = 'acme/shop') =>
      addServiceRule(store, sourceId, { field: 'repository', pattern, service, forAllSources: false }, { now: 0 })
    const replay = async () => {
      await applyToPast({ store, processor }, sourceId, { now: 0 })
      await processor.runUntilIdle()
    }
    return { store, processor, sourceId, send, rule, replay }
  }

  /** All that people see of the services there are, but for those that nothing names any more. */
  async function stateOf(store: Store, ...left: string[]) {
    const state = await visibleState(store.db)
    const isLeft = (row: unknown) => {
      const { service, name } = row as { service?: string; name?: string }
      return left.includes(service ?? '') || left.includes(name ?? '')
    }
    return { ...state, services: state.services?.filter((row) => !isLeft(row)), releases: releasesOf(state, isLeft) }
  }
  const releasesOf = (state: Record<string, readonly unknown[]>, isLeft: (row: unknown) => boolean) =>
    state.releases?.filter((row) => !isLeft(row))

  test('that change end, once past deliveries are read again, as if they had always been so', async () => {
    const always = await open()
    await always.rule('checkout')
    await always.send()

    const later = await open()
    await later.send()
    expect(await stateOf(later.store)).toMatchObject({ services: [{ name: 'acme/shop' }] })
    await later.rule('checkout')
    await later.replay()
    expect(await stateOf(later.store, 'acme/shop')).toEqual(await stateOf(always.store))
    const { deployments, intervals, defects } = await visibleState(later.store.db)
    expect(
      new Set([...(deployments ?? []), ...(intervals ?? [])].map((row) => (row as { service: string }).service)),
    ).toEqual(new Set(['checkout']))
    expect(defects).toMatchObject([{ service: 'checkout', status: 'fixed', occurrences: 1 }])
  })

  test('leave nothing where it was: the releases of the old name never ran', async () => {
    const { store, send, rule, replay } = await open()
    await send()
    await rule('checkout')
    await replay()
    const left = (await visibleState(store.db)).releases?.filter(
      (row) => (row as { service: string }).service === 'acme/shop',
    )
    expect(left).toHaveLength(3)
    for (const release of left ?? [])
      expect(release).toMatchObject({ first_deployed_at: null, first_production_at: null })
  })

  test('that change back, and back again, are what they were', async () => {
    const { store, sourceId, send, rule, replay } = await open()
    await send()
    await rule('checkout')
    await replay()
    const [first] = await listServiceRules(store.db, sourceId)
    await removeServiceRule(store, sourceId, first?.id as number, { now: 0 })
    await replay()
    const { deployments, defects } = await visibleState(store.db)
    for (const row of [...(deployments ?? []), ...(defects ?? [])]) expect(row).toMatchObject({ service: 'acme/shop' })
    await rule('checkout')
    await replay()
    for (const row of (await visibleState(store.db)).deployments ?? [])
      expect(row).toMatchObject({ service: 'checkout' })
  })

  test('double nothing when past deliveries are read twice', async () => {
    const { store, send, rule, replay } = await open()
    await rule('checkout')
    await send()
    await replay()
    const once = await visibleState(store.db)
    await replay()
    expect(await visibleState(store.db)).toEqual(once)
  })

  test('tell of what arrives from now on at once, of what came before when asked', async () => {
    const { store, send, rule } = await open()
    await send(HISTORY.slice(0, 3))
    await rule('checkout')
    await send([['x', {}], ['x', {}], ['x', {}], ...HISTORY.slice(3)])
    const { deployments } = await visibleState(store.db)
    expect(deployments?.map((row) => (row as { service: string }).service).sort()).toEqual([
      'acme/shop',
      'acme/shop',
      'checkout',
      'checkout',
    ])
  })

  test('take back a service that came from the default alone', async () => {
    const { store, sourceId, send, replay } = await open()
    const alert = (fingerprint: string) => ({ title: 'Disk is full', fingerprint })
    await store.db.updateTable('sources').set({ kind: 'native' }).where('id', '=', sourceId).execute()
    await setDefaultService(store, sourceId, 'monolith', { now: 0 })
    await send([['a', alert('disk')]])
    expect((await visibleState(store.db)).defects).toMatchObject([{ service: 'monolith' }])
    await setDefaultService(store, sourceId, '', { now: 0 })
    await replay()
    expect((await visibleState(store.db)).defects).toMatchObject([{ service: null }])
  })

  test('that no rule matches are listed with how often they came', async () => {
    const { store, sourceId, send, rule, replay } = await open()
    await send()
    const listed = await listUnmapped(store.db, sourceId, 0, 10)
    expect(listed).toMatchObject([
      { field: 'repository', value: 'acme/shop', service: 'acme/shop', deliveries: HISTORY.length },
    ])
    expect(await listUnmapped(store.db, sourceId, RECEIVED_AT + 1, 10)).toEqual([])
    await rule('checkout', 'acme/*')
    await replay()
    expect(await listUnmapped(store.db, sourceId, 0, 10)).toEqual([])
  })

  test('are read again in portions, with the number left', async () => {
    const { store, processor, sourceId, send, rule } = await open()
    const many = Array.from({ length: 30 }, (_, i) => deployment(100 + i, 'success', `v2.0.${i}`, i))
    await send(many as [string, unknown][])
    await rule('checkout')
    expect(await applyToPast({ store, processor }, sourceId, { now: 0 })).toBe(30)
    expect(await countLeft(store.db, sourceId)).toBe(30)
    await processor.runUntilIdle()
    expect(await countLeft(store.db, sourceId)).toBe(0)
  })

  test('for severities mean what the operator says, in past deliveries when asked, and as usual again', async () => {
    const { store, sourceId, send, replay } = await open()
    await send([issue('opened', 20, ['severity: high'])] as [string, unknown][])
    const severity = async () =>
      (await visibleState(store.db)).defects?.map((row) => (row as { severity: string }).severity)
    expect(await listSeverityWords(store.db, sourceId)).toEqual([
      { word: 'severity: high', readAs: 'S2', severity: null },
    ])
    expect(await severity()).toEqual(['S2'])
    for (const [said, expected] of [
      ['S4', 'S4'],
      ['S1', 'S1'],
      [null, 'S2'],
    ] as const) {
      await setSeverities(
        store,
        sourceId,
        new Map([
          ['severity: high', said],
          ['never seen', said],
        ]),
        { now: 0 },
      )
      await replay()
      expect(await severity()).toEqual([expected])
    }
    expect(await listSeverityWords(store.db, sourceId)).toHaveLength(1)
  })

  test.each([
    [{ field: '' }, 'field'],
    [{ pattern: ' ' }, 'pattern'],
    [{ pattern: 'a*b*' }, 'pattern'],
    [{ service: '' }, 'service'],
    [{ service: 'x'.repeat(201) }, 'service'],
  ])('refuse a rule with %j', async (wrong, field) => {
    const { store, sourceId } = await open()
    const wanted = { field: 'repository', pattern: 'a', service: 'b', forAllSources: false, ...wrong }
    await expect(async () => addServiceRule(store, sourceId, wanted, { now: 0 })).rejects.toMatchObject({ field })
  })

  test('said for all sources hold for each of them', async () => {
    const { store, sourceId, send } = await open()
    const wanted = { field: 'repository', pattern: 'ACME/*', service: 'checkout', forAllSources: true }
    const other = await insertSource(store.db, { slug: 'other', kind: 'github', name: 'other', createdAt: 0 })
    await addServiceRule(store, other, wanted, { now: 0 })
    await send()
    expect((await stateOf(store)).services).toMatchObject([{ name: 'checkout' }])
    expect(await listServiceRules(store.db, sourceId)).toMatchObject([{ isGeneral: true }])
  })
})
