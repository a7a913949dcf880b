import { expect, test } from 'vitest'
import type { DefectEvent, SourceEvent } from '../../../src/core/event.ts'
import { changeDefect } from '../../../src/operations/defects/change-defect.ts'
import { applyEvents } from '../../../src/operations/derivation/apply-events.ts'
import { Changes, settleChanges } from '../../../src/operations/derivation/settle-changes.ts'
import { LiveEvents } from '../../../src/operations/live-events.ts'
import { setDependencies } from '../../../src/operations/services/set-dependencies.ts'
import { setDetection } from '../../../src/operations/services/set-detection.ts'
import { ensureBuiltInSource } from '../../../src/operations/sources/sources-admin.ts'
import { loadAttributionFacts } from '../../../src/store/attribution/attribution-facts.ts'
import { AttributionReads } from '../../../src/store/attribution/attribution-reads.ts'
import type { Store } from '../../../src/store/database.ts'
import { getDefect } from '../../../src/store/defects/defects.ts'
import { aDefect, aDeployment, day, hours } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

let deliveries = 0

async function told(store: Store, ...events: SourceEvent[]): Promise<void> {
  const { processor } = await processingOn(store)
  const { id: sourceId } = await ensureBuiltInSource(store.db, 0)
  await store.change(async (trx) => {
    const changes = new Changes()
    await applyEvents(trx, { sourceId, deliveryKey: `a${deliveries++}`, receivedAt: day(60) }, events, changes)
    await settleChanges(trx, changes)
  })
  await processor.runUntilIdle()
}

const sha = (letter: string): string => letter.repeat(40)

/** A month of a service that deploys every day: a1 on day 1, a2 on day 2. */
const everyDay = (days: number, more: (n: number) => Record<string, unknown> = () => ({})) =>
  Array.from({ length: days }, (_, i) => aDeployment({ version: `a${i + 1}`, at: day(i + 1), ...more(i + 1) }))

const filesOf = (n: number): string[] => [1, 2, 3, 4, 5, 6].map((i) => `src/part${n}/${i}.ts`)

const anError = (more: Partial<DefectEvent> = {}): DefectEvent => aDefect({ detection: 'error', at: day(9), ...more })

interface Found {
  state: string
  reason: string | null
  named: string | null
  /** Version, hundredths, and the kinds of evidence that speak for or against it. */
  suspects: { version: string; service: string; score: number; for: string[]; against: string[] }[]
}

async function found(store: Store, id = 1): Promise<Found> {
  const defect = await store.db
    .selectFrom('defects')
    .leftJoin('releases', 'releases.id', 'suspect_release_id')
    .select(['attribution', 'attribution_reason', 'version'])
    .where('defects.id', '=', id)
    .executeTakeFirstOrThrow()
  const suspects = await store.db
    .selectFrom('suspects')
    .innerJoin('releases', 'releases.id', 'suspects.release_id')
    .innerJoin('services', 'services.id', 'releases.service_id')
    .select(['version', 'probability', 'evidence_json', 'services.name as service'])
    .where('defect_id', '=', id)
    .orderBy('rank')
    .execute()
  return {
    state: defect.attribution,
    reason: defect.attribution_reason,
    named: defect.version,
    suspects: suspects.map(({ version, service, probability, evidence_json }) => {
      const evidence = JSON.parse(evidence_json) as { kind: string; verdict: string }[]
      const speaking = (verdict: string) => evidence.filter((one) => one.verdict === verdict).map(({ kind }) => kind)
      return {
        version,
        service,
        score: Math.round(probability * 100),
        for: speaking('for'),
        against: speaking('against'),
      }
    }),
  }
}

describeOnEachEngine('which release is suspected', (openTestStore) => {
  test('one that changed a file of the stack before those that did not', async () => {
    const store = await openTestStore()
    await told(store, ...everyDay(30, (n) => ({ files: [...filesOf(n), ...(n === 27 ? ['src/cart.ts'] : [])] })))
    await told(store, anError({ files: ['/app/src/cart.ts'], at: day(31) }))
    const { named, suspects } = await found(store)
    expect(named).toBe('a27')
    expect(suspects[0]?.for).toContain('file')
  })

  test('one that changed a component it is filed under', async () => {
    const store = await openTestStore()
    await told(store, ...everyDay(8, (n) => ({ files: n === 7 ? ['src/cart/total.ts'] : [`src/search/f${n}.ts`] })))
    await told(store, anError({ components: ['cart'] }))
    expect((await found(store)).suspects[0]).toMatchObject({ version: 'a7' })
  })

  test('one whose commits name a change that the defect is linked with', async () => {
    const store = await openTestStore()
    const commits = [{ sha: sha('c'), message: 'Round totals (acme/checkout-api#77)' }]
    await told(store, ...everyDay(8, (n) => (n === 4 ? { commits } : {})))
    await told(store, anError({ links: ['acme/checkout-api#77'] }))
    const { state, named, suspects } = await found(store)
    expect({ state, named }).toEqual({ state: 'attributed', named: 'a4' })
    expect(suspects[0]?.for).toContain('link')
  })

  test('one that the text names as when it began', async () => {
    const store = await openTestStore()
    await told(store, ...Array.from({ length: 8 }, (_, i) => aDeployment({ version: `2.${i}.0`, at: day(i + 1) })))
    await told(store, anError({ description: 'Started after upgrading to 2.3.0, was fine before.' }))
    expect((await found(store)).suspects[0]).toMatchObject({ version: '2.3.0' })
  })

  test('one that was rolled back, once it was said to be over and nothing more was seen', async () => {
    const store = await openTestStore()
    await told(store, ...everyDay(8))
    await told(store, anError({ key: '1' }))
    const before = (await found(store)).suspects.find(({ version }) => version === 'a8')
    await told(store, aDeployment({ version: 'a7', at: day(9) + hours(3) }))
    await told(store, aDefect({ key: '1', status: 'fixed', count: 0, at: day(10), occurredAt: undefined }))
    const { named, suspects } = await found(store)
    expect(named).toBe('a8')
    expect(suspects[0]?.for).toContain('undone')
    expect(suspects[0]?.score).toBeGreaterThan(before?.score ?? 100)
  })

  test('not one that was rolled back when it was still seen after that', async () => {
    const store = await openTestStore()
    await told(store, ...everyDay(8), anError({ key: '1' }))
    const scoreOfLast = async () => (await found(store)).suspects.find(({ version }) => version === 'a8')?.score
    const before = (await scoreOfLast()) ?? 0
    await told(store, aDeployment({ version: 'a7', at: day(9) + hours(3) }))
    await told(store, anError({ key: '1', at: day(9) + hours(20) }))
    // It falls below the five that are kept, or far down among them.
    expect((await scoreOfLast()) ?? 0).toBeLessThan(before / 3)
  })

  test('one that was taken out of production after it was seen somewhere earlier', async () => {
    const store = await openTestStore()
    const staging = { environment: 'staging', tier: 'staging' } as const
    await told(store, ...everyDay(7), aDeployment({ version: 'a8', at: day(8), ...staging }))
    await told(store, anError({ environment: undefined, tier: undefined, at: day(8) + hours(2) }))
    await told(store, aDeployment({ version: 'a8', at: day(9) }), aDeployment({ version: 'a7', at: day(9) + hours(1) }))
    expect((await found(store)).suspects.find(({ version }) => version === 'a8')?.for).toContain('undone')
  })

  test('one whose commit a later release takes back, however late that is known', async () => {
    const store = await openTestStore()
    await told(
      store,
      ...everyDay(8, (n) => (n === 6 ? { commits: [{ sha: sha('b'), message: 'Faster totals' }] } : {})),
    )
    await told(store, anError({ key: '1', url: 'https://github.com/acme/shop/issues/12' }))
    const reverting = { sha: sha('e'), message: `Revert it, see acme/shop#12\n\nThis reverts commit ${sha('b')}.` }
    await told(store, aDeployment({ version: 'a9', at: day(12), commits: [reverting] }))
    const { state, named, suspects } = await found(store)
    expect({ state, named }).toEqual({ state: 'attributed', named: 'a6' })
    expect(suspects[0]?.for).toContain('undone')
  })

  test('one of a service it depends on, when that is said', async () => {
    const store = await openTestStore()
    const auth = { service: 'auth', version: 'b1', files: ['src/token.ts'] }
    await told(store, ...everyDay(3), aDeployment({ ...auth, at: day(9) - hours(1) }))
    await told(store, anError({ files: ['src/token.ts'] }))
    expect((await found(store)).suspects.map(({ service }) => service)).not.toContain('auth')
    expect(await setDependencies(store, 'checkout-api', ['auth'], { now: 0 })).toEqual({ outcome: 'set' })
    await (await processingOn(store)).processor.runUntilIdle()
    expect((await found(store)).suspects.find(({ service }) => service === 'auth')?.for).toContain('file')
    // What is deployed there later concerns it too.
    await told(store, aDeployment({ service: 'auth', version: 'b0', at: day(9) - hours(2) }))
    expect((await found(store)).suspects.map(({ version }) => version)).toContain('b0')
  })

  test('a service cannot depend on itself or on one that is not known', async () => {
    const store = await openTestStore()
    await told(store, ...everyDay(1))
    expect(await setDependencies(store, 'checkout-api', ['checkout-api'], { now: 0 })).toEqual({
      outcome: 'depends-on-itself',
    })
    expect(await setDependencies(store, 'checkout-api', ['nobody'], { now: 0 })).toEqual({
      outcome: 'unknown-service',
      name: 'nobody',
    })
  })

  test('of what users run themselves an older one counts for more than of what we run', async () => {
    const store = await openTestStore()
    await told(
      store,
      ...Array.from({ length: 5 }, (_, i) => aDeployment({ version: `${i + 1}.0.0`, at: day(1 + 7 * i) })),
    )
    await told(store, aDefect({ detection: 'issue', at: day(35) }))
    const score = async (version: string) => (await found(store)).suspects.find((one) => one.version === version)?.score
    const oldest = (await score('1.0.0')) ?? 0
    const newest = (await score('5.0.0')) ?? 0
    expect(await setDetection(store, 'checkout-api', 'shipped', { now: 0 })).toBe(true)
    await (await processingOn(store)).processor.runUntilIdle()
    expect(((await score('1.0.0')) ?? 0) / ((await score('5.0.0')) ?? 1)).toBeGreaterThan(oldest / newest)
    expect(await setDetection(store, 'nobody', 'shipped', { now: 0 })).toBe(false)
  })

  test('a person stands above it through everything that comes, and the ranking stays to be seen', async () => {
    const store = await openTestStore()
    await told(store, ...everyDay(8), anError({ key: '1' }))
    const a2 = await store.db.selectFrom('releases').select('id').where('version', '=', 'a2').executeTakeFirstOrThrow()
    await changeDefect(
      { store, liveEvents: new LiveEvents() },
      {
        defectId: 1,
        actor: { name: 'Mira' },
        now: day(10),
        change: { kind: 'attribution', decision: { kind: 'chosen', releaseId: a2.id, reason: 'Bisected.' } },
      },
    )
    await told(store, aDeployment({ version: 'a0', at: day(8) + hours(20) }), anError({ key: '1', at: day(11) }))
    const { state, named, suspects } = await found(store)
    expect({ state, named }).toEqual({ state: 'manual', named: 'a2' })
    expect(suspects[0]?.version).not.toBe('a2')
  })

  test('only what came with the fix or after it, when a defect comes back', async () => {
    const store = await openTestStore()
    await told(store, ...Array.from({ length: 4 }, (_, i) => aDeployment({ version: `1.${i}.0`, at: day(i + 1) })))
    await told(store, anError({ key: '1', at: day(4) + hours(2) }))
    await told(
      store,
      aDefect({ key: '1', status: 'fixed', fixedIn: ['1.5.0'], count: 0, at: day(5), occurredAt: undefined }),
    )
    await told(store, ...[4, 5, 6, 7].map((n) => aDeployment({ version: `1.${n}.0`, at: day(n + 1) })))
    await told(store, anError({ key: '1', version: '1.7.0', at: day(8) + hours(2) }))
    const { suspects } = await found(store)
    expect(suspects.map(({ version }) => version).sort()).toEqual(['1.5.0', '1.6.0', '1.7.0'])
    expect(
      (await loadAttributionFacts(new AttributionReads(store.db), await getDefect(store.db, 1))).defect,
    ).toMatchObject({
      firstSeenAt: day(8) + hours(2),
      seenIn: { version: { text: '1.7.0' } },
    })
    // And it is judged anew when what it is compared with arrives late, though it was first seen long before.
    await told(store, aDeployment({ version: '1.6.5', at: day(7) + hours(12) }))
    expect((await found(store)).suspects.map(({ version }) => version)).toContain('1.6.5')
  })
})

describeOnEachEngine('of a defect that names no service', (openTestStore) => {
  const unplaced = (more: Partial<DefectEvent> = {}) => anError({ service: undefined, ...more })
  const several = (names: readonly string[], more: (name: string, n: number) => Record<string, unknown> = () => ({})) =>
    names.flatMap((service, n) => [
      aDeployment({ service, version: `${service}-1`, at: day(2) + hours(n), ...more(service, n) }),
      aDeployment({ service, version: `${service}-2`, at: day(8) + hours(n), ...more(service, n) }),
    ])

  test('all services are suspected that were deployed to where it was seen, and time alone names none', async () => {
    const store = await openTestStore()
    const staging = { environment: 'staging', tier: 'staging' } as const
    await told(store, ...several(['auth', 'basket']), aDeployment({ service: 'search', at: day(8.9), ...staging }))
    await told(store, aDeployment({ service: 'basket', version: 'basket-3', at: day(9) - hours(0.2) }), unplaced())
    const { state, named, reason, suspects } = await found(store)
    expect({ state, named }).toEqual({ state: 'suspected', named: 'basket-3' })
    expect(reason).toContain('basket')
    expect(new Set(suspects.map(({ service }) => service))).toEqual(new Set(['auth', 'basket']))
  })

  test('of more the ten that were deployed to last, and none that was not for two weeks', async () => {
    const store = await openTestStore()
    const names = Array.from({ length: 12 }, (_, n) => `s${n}`)
    await told(store, aDeployment({ service: 'old', at: day(1) }), unplaced({ at: day(16) }))
    await told(store, ...names.map((service, n) => aDeployment({ service, at: day(8) + hours(n) })))
    const { services } = await loadAttributionFacts(new AttributionReads(store.db), await getDefect(store.db, 1))
    expect(services.map(({ service }) => service).sort()).toEqual(names.slice(2).sort())
  })

  test('a file of its stack tells which', async () => {
    const store = await openTestStore()
    const files = (service: string, n: number) => ({ files: [`${service}/main.ts`, `${service}/${n}.ts`] })
    await told(store, ...several(['auth', 'basket', 'search'], files), unplaced({ files: ['/app/auth/main.ts'] }))
    const { state, suspects } = await found(store)
    expect(state).toBe('attributed')
    expect(suspects[0]).toMatchObject({ service: 'auth', version: 'auth-2' })
  })

  test('a version tells which when one service alone has it', async () => {
    const store = await openTestStore()
    await told(store, ...several(['auth', 'basket']), unplaced({ version: 'auth-2', key: '1' }))
    await told(store, aDeployment({ service: 'auth', version: '7', at: day(8.1) }))
    expect((await found(store)).suspects[0]).toMatchObject({ service: 'auth', version: 'auth-2' })
    const seenIn = async () =>
      (await loadAttributionFacts(new AttributionReads(store.db), await getDefect(store.db, 1))).defect.seenIn.version
    expect((await seenIn())?.releaseId).toBeDefined()
    // Said of another one later, it tells nothing any more.
    await told(store, aDeployment({ service: 'basket', version: 'auth-2', at: day(8.5) }))
    expect((await seenIn())?.releaseId).toBeUndefined()
    expect((await found(store)).suspects[0]?.version).toBe('7')
  })

  test('is judged anew when a deployment of any of them arrives late, or who runs it is said', async () => {
    const store = await openTestStore()
    await told(store, ...several(['auth', 'basket']), unplaced())
    await told(store, aDeployment({ service: 'search', version: 'late', at: day(9) - hours(0.1) }))
    expect((await found(store)).suspects[0]).toMatchObject({ service: 'search', version: 'late' })
    const score = async () => (await found(store)).suspects[0]?.score
    const before = await score()
    expect(await setDetection(store, 'search', 'shipped', { now: 0 })).toBe(true)
    await (await processingOn(store)).processor.runUntilIdle()
    expect(await score()).not.toBe(before)
  })

  test('nothing is suspected where nothing was deployed', async () => {
    const store = await openTestStore()
    await told(store, ...several(['auth']), unplaced({ environment: 'eu' }))
    expect(await found(store)).toMatchObject({
      state: 'unattributed',
      reason:
        'The report names no service, and nothing is known to have been deployed to eu in the two weeks before it was first seen.',
    })
  })
})

describeOnEachEngine('what ran where it was seen', (openTestStore) => {
  const segments = async (store: Store) => {
    const { services } = await loadAttributionFacts(new AttributionReads(store.db), await getDefect(store.db, 1))
    const versions = new Map(services[0]?.releases.map(({ id, version }) => [id, version]))
    return services[0]?.places[0]?.segments.map(({ from, running }) => ({
      from,
      running: running.map(({ releaseId, share }) => `${versions.get(releaseId)} ${Math.round(share * 100)}`),
    }))
  }

  test('is what was live, with gaps where it was removed', async () => {
    const store = await openTestStore()
    await told(
      store,
      aDeployment({ version: 'a', at: day(1) }),
      aDeployment({ version: 'a', action: 'remove', at: day(3) }),
      aDeployment({ version: 'b', at: day(5) }),
      anError(),
    )
    expect(await segments(store)).toEqual([
      { from: day(1), running: ['a 100'] },
      { from: day(3), running: [] },
      { from: day(5), running: ['b 100'] },
    ])
  })

  test('is several at once while one is given a share only', async () => {
    const store = await openTestStore()
    await told(
      store,
      aDeployment({ version: 'a', at: day(1) }),
      aDeployment({ version: 'b', key: 'b10', percent: 10, at: day(3) }),
      aDeployment({ version: 'b', key: 'b50', percent: 50, at: day(4) }),
      aDeployment({ version: 'b', key: 'b', at: day(5) }),
      anError(),
    )
    expect(await segments(store)).toEqual([
      { from: day(1), running: ['a 100'] },
      { from: day(3), running: ['b 10', 'a 90'] },
      { from: day(4), running: ['b 50', 'a 50'] },
      { from: day(5), running: ['b 100'] },
    ])
  })

  test('is not looked at again when nothing about it changed', async () => {
    const store = await openTestStore()
    await told(store, ...everyDay(3), anError({ key: '1' }))
    await store.db.updateTable('defects').set({ attribution_reason: 'untouched' }).execute()
    await told(store, aDeployment({ version: 'z', at: day(20) }))
    await store.change((trx) =>
      trx.insertInto('attribution_ranges').values({ service_id: 1, from_at: 0, after_id: 0 }).execute(),
    )
    await (await processingOn(store)).processor.runUntilIdle()
    expect((await found(store)).reason).toBe('untouched')
  })
})
