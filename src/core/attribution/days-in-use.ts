import { partsUntil } from './exposure.ts'
import type { PlaceHistory } from './facts.ts'
import type { ServiceProfile } from './profile.ts'

const DAY_MS = 86_400_000

/**
 * Days in use by an instant, weighed by share, of every candidate of a place: the exposure clock of each, without what
 * lies between. O(n log n) for n candidates and segments, so that a night may ask it of a service's whole past.
 */
export function daysInUse(
  place: PlaceHistory,
  at: number,
  detection: ServiceProfile['detection'],
  orderOf: ReadonlyMap<number, string>,
): Map<number, number> {
  const arrivals = place.candidates
    .map(({ releaseId, at: since }) => ({ releaseId, since, order: orderOf.get(releaseId) ?? '' }))
    .sort((a, b) => b.since - a.since)
  // Users of shipped software keep what they once installed.
  if (detection === 'shipped')
    return new Map(arrivals.map(({ releaseId, since }) => [releaseId, Math.max(0, at - since) / DAY_MS]))

  const own = new Map<number, number>()
  for (const { from, to, running } of partsUntil(place, at, orderOf))
    for (const { releaseId, share } of running)
      own.set(releaseId, (own.get(releaseId) ?? 0) + (share * (to - from)) / DAY_MS)

  // A release is in use while one runs that arrived with or after it and is not below it in order. So: take them in the
  // order of arrival, newest first, and sum over the orders from each one's up.
  const orders = [...new Set(arrivals.map(({ order }) => order))].sort()
  const rankOf = new Map(orders.map((order, rank) => [order, rank]))
  const sums = new SumsFrom(orders.length)
  const days = new Map<number, number>()
  for (let first = 0; first < arrivals.length; ) {
    let end = first
    while (end < arrivals.length && arrivals[end]?.since === arrivals[first]?.since) end++
    const together = arrivals.slice(first, end)
    for (const { releaseId, order } of together) sums.add(rankOf.get(order) as number, own.get(releaseId) ?? 0)
    for (const { releaseId, order } of together) days.set(releaseId, sums.from(rankOf.get(order) as number))
    first = end
  }
  return days
}

/** Sums over all places from one up, each in O(log n) (Fenwick's tree, counted from the end). */
class SumsFrom {
  readonly #tree: Float64Array

  constructor(size: number) {
    this.#tree = new Float64Array(size + 1)
  }

  add(place: number, amount: number): void {
    const tree = this.#tree
    for (let i = tree.length - 1 - place; i < tree.length; i += i & -i) tree[i] = (tree[i] as number) + amount
  }

  from(place: number): number {
    let sum = 0
    for (let i = this.#tree.length - 1 - place; i > 0; i -= i & -i) sum += this.#tree[i] as number
    return sum
  }
}
