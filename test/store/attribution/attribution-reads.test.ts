import { expect, test } from 'vitest'
import type { SourceEvent } from '../../../src/core/event.ts'
import { applyEvents } from '../../../src/operations/derivation/apply-events.ts'
import { Changes, settleChanges } from '../../../src/operations/derivation/settle-changes.ts'
import { settleLater } from '../../../src/operations/derivation/settle-later.ts'
import { ensureBuiltInSource } from '../../../src/operations/sources/sources-admin.ts'
import { loadAttributionFacts } from '../../../src/store/attribution/attribution-facts.ts'
import { markForAttribution } from '../../../src/store/attribution/attribution-ranges.ts'
import { AttributionReads } from '../../../src/store/attribution/attribution-reads.ts'
import type { Db, Store } from '../../../src/store/database.ts'
import { getDefect } from '../../../src/store/defects/defects.ts'
import { aDefect, aDeployment, day, hours } from '../../support/factories.ts'
import { processingOn } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const sha = (n: number): string => n.toString(16).padStart(40, 'a')

/**
 * Three months with about all that can happen to a place: several releases at one instant, canaries, removals, roll-backs,
 * reverts, two environments, a service depended on.
 */
const history = (): SourceEvent[] =>
  Array.from({ length: 90 }, (_, n) => {
    const at = day(1 + n) + hours(n % 5)
    const commits = [
      { sha: sha(n), message: n % 6 === 0 && n > 6 ? `Undo\n\nThis reverts commit ${sha(n - 3)}.` : `Change #${n}` },
    ]
    const release = { version: `1.${n}.0`, commits, files: [`src/${n % 7}.ts`, `src/cart/${n}.ts`] }
    return [
      aDeployment({ ...release, key: `s${n}`, environment: 'staging', tier: 'staging', at: at - hours(3) }),
      ...(n % 11 === 4 ? [aDeployment({ ...release, key: `c${n}`, percent: 20, at: at - hours(1) })] : []),
      aDeployment({ ...release, key: `p${n}`, at }),
      // The next one at the very same instant.
      ...(n % 9 === 2 ? [aDeployment({ version: `1.${n}.1`, key: `t${n}`, at })] : []),
      ...(n % 8 === 5 ? [aDeployment({ version: `1.${n - 1}.0`, key: `b${n}`, at: at + hours(2) })] : []),
      ...(n % 13 === 7 ? [aDeployment({ ...release, key: `r${n}`, action: 'remove', at: at + hours(6) })] : []),
      ...(n % 4 === 0 ? [aDeployment({ service: 'auth', version: `a${n}`, key: `a${n}`, at: at + hours(1) })] : []),
    ]
  }).flat()

const defects = (): SourceEvent[] =>
  Array.from({ length: 45 }, (_, n) =>
    aDefect({
      key: `d${n}`,
      title: `Fault ${n}`,
      fingerprint: `f${n}`,
      at: day(3) + hours(47 * n + (n % 3)),
      environment: n % 4 === 3 ? undefined : n % 4 === 2 ? 'staging' : 'production',
      tier: undefined,
      version: n % 3 === 0 ? `1.${n}.0` : undefined,
      files: n % 5 === 0 ? [`src/${n % 7}.ts`] : undefined,
      links: n % 7 === 0 ? [`#${n}`] : undefined,
      description: n % 6 === 0 ? `Since upgrading to 1.${n}.0` : undefined,
    }),
  )

let deliveries = 0

async function told(store: Store, ...events: SourceEvent[]): Promise<void> {
  const { id: sourceId } = await ensureBuiltInSource(store.db, 0)
  await store.change(async (trx) => {
    const changes = new Changes()
    await applyEvents(trx, { sourceId, deliveryKey: `r${deliveries++}`, receivedAt: day(100) }, events, changes)
    await settleChanges(trx, changes)
  })
}

async function settled(store: Store): Promise<void> {
  const { processor } = await processingOn(store)
  await processor.runUntilIdle()
}

/** The same handle, and how many queries went through it. */
function counting(db: Db): { db: Db; queries: () => number } {
  let queries = 0
  const counted = db.withPlugin({
    transformQuery: ({ node }) => {
      queries++
      return node
    },
    transformResult: async ({ result }) => result,
  })
  return { db: counted, queries: () => queries }
}

describeOnEachEngine('what several attributions look at', (openTestStore) => {
  test('is the same as if each had looked for itself, in whatever order they do', async () => {
    const store = await openTestStore()
    await told(store, ...history())
    await told(store, ...defects())
    await store.db.insertInto('service_dependencies').values({ service_id: 1, depends_on_id: 2 }).execute()
    const ids = (await store.db.selectFrom('defects').select('id').orderBy('id').execute()).map(({ id }) => id)
    const alone = new Map<number, unknown>()
    for (const id of ids)
      alone.set(id, await loadAttributionFacts(new AttributionReads(store.db), await getDefect(store.db, id)))
    const orders = [ids, [...ids].reverse(), [...ids].sort((a, b) => ((a * 17) % 45) - ((b * 17) % 45))]
    // Both are decided above the engine: on PostgreSQL each distance is tried once, and each order.
    for (const [i, ahead] of [0, 1, 2, 7, 100].entries())
      for (const order of openTestStore.engine === 'sqlite' ? orders : orders.slice(i % 3, (i % 3) + 1)) {
        const reads = new AttributionReads(store.db, ahead)
        for (const id of order)
          expect(await loadAttributionFacts(reads, await getDefect(store.db, id))).toEqual(alone.get(id))
      }
  })

  test('is read once for all defects of a step', async () => {
    const store = await openTestStore()
    await told(store, ...history())
    await told(store, ...defects())
    await settled(store)
    await store.change((trx) => markForAttribution(trx, 1, 0))
    const queries = await store.change(async (trx) => {
      const counted = counting(trx)
      await settleLater(counted.db)
      return counted.queries()
    })
    // More than twenty for each were it looked at alone. What is its own stays: where else it was seen, what it names.
    expect(queries / 45).toBeLessThan(5)
  })
})
