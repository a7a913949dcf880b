import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { simulateHistory } from '../../src/simulation/history.ts'
import type { SimulatedPost } from '../../src/simulation/native-items.ts'
import { Random } from '../../src/simulation/random.ts'
import { openStore } from '../../src/store/database.ts'
import { processingOn } from '../support/processing.ts'
import { visibleState } from '../support/visible-state.ts'
import { type DrillReport, inMemory } from './drill.ts'

const NOW = Date.UTC(2026, 5, 1)
const DAYS = 45
const MOST_IN_DELIVERY = 40

/**
 * One simulated history in many orders of arrival: half of them nearly in order with 15 % late and one in ten sent
 * twice, half fully shuffled. Each must end in the state, suspects and evidence included, that the history told in order
 * ends in.
 */
export async function drillAttribution(attributions: number, seed: number): Promise<DrillReport> {
  const { posts } = simulateHistory({ seed, now: NOW, days: DAYS })
  const random = new Random(seed).fork('attribution')
  const expected = await stateAfter(posts)
  const perRun = (expected.defects as readonly unknown[]).length
  const runs = Math.max(2, Math.ceil(attributions / perRun))
  const differing: string[] = []
  for (let run = 0; run < runs; run++) {
    const order = run % 2 === 0 ? nearlyInOrder(posts, random) : random.shuffled([...posts, ...repeats(posts, random)])
    const actual = await stateAfter(order)
    for (const [table, rows] of Object.entries(expected))
      if (JSON.stringify(actual[table]) !== JSON.stringify(rows)) differing.push(`${table} in run ${run + 1}`)
  }
  return {
    drill: 'attribution in any order',
    times: runs,
    acknowledged: runs * posts.length,
    lost: 0,
    claims: [
      {
        promise: 'the same suspects, evidence and timeline in whatever order it is told',
        seen:
          differing.length === 0
            ? `${runs * perRun} attributions, no difference`
            : `differences: ${differing.slice(0, 5).join(', ')}`,
        kept: differing.length === 0,
      },
    ],
    measured: { posts: posts.length, defects: perRun, attributions: runs * perRun },
  }
}

/** A post in seven comes up to two hundred posts late, and one in ten comes again. */
function nearlyInOrder(posts: readonly SimulatedPost[], random: Random): SimulatedPost[] {
  const placed = posts.map((post, i) => ({ post, at: i + (random.chance(0.15) ? random.whole(1, 200) : 0) }))
  for (const post of repeats(posts, random)) placed.push({ post, at: random.whole(0, posts.length) })
  return placed.sort((a, b) => a.at - b.at).map(({ post }) => post)
}

const repeats = (posts: readonly SimulatedPost[], random: Random): SimulatedPost[] =>
  posts.filter(() => random.chance(0.1))

function stateAfter(posts: readonly SimulatedPost[]): Promise<Record<string, readonly unknown[]>> {
  return inMemory(async (folder) => {
    const store = await openStore({ dataDir: folder, databaseUrl: undefined, exclusive: false, writerThread: false })
    const parts = await processingOn(store, () => NOW)
    for (const { kind, items } of deliveriesOf(posts)) {
      const submission = await submitNative(parts, { kind, items, receivedAt: NOW })
      if (submission.kind === 'refused' || !submission.results) throw new Error(`a delivery of ${kind} was not taken`)
    }
    await parts.processor.runUntilIdle()
    const state = await visibleState(store.db)
    await store.close()
    return state
  })
}

/** Neighbours of one kind in one delivery. */
function deliveriesOf(posts: readonly SimulatedPost[]): { kind: SimulatedPost['kind']; items: unknown[] }[] {
  const deliveries: { kind: SimulatedPost['kind']; items: unknown[] }[] = []
  for (const { kind, item } of posts) {
    const last = deliveries.at(-1)
    if (last?.kind === kind && last.items.length < MOST_IN_DELIVERY) last.items.push(item)
    else deliveries.push({ kind, items: [item] })
  }
  return deliveries
}
