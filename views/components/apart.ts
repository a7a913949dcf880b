/**
 * Where labels go that would cover each other: down until each is `gap` below the one above it; those pushed below
 * `floor` take the ones above them along. In the order given, as are the places.
 */
export function apart(places: readonly number[], gap: number, floor: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => (places[a] as number) - (places[b] as number) || a - b)
  const moved = [...places]
  for (const [n, i] of order.entries()) {
    const above = order[n - 1]
    if (above !== undefined) moved[i] = Math.max(moved[i] as number, (moved[above] as number) + gap)
  }
  let lowest = floor
  for (const i of order.toReversed()) {
    moved[i] = Math.min(moved[i] as number, lowest)
    lowest = (moved[i] as number) - gap
  }
  return moved
}
