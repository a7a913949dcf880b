import { normalCdf } from './normal.ts'

/**
 * The two-sided p-value of "two samples come from the same distribution" against "the one tends to be higher" (Mann and
 * Whitney, Ann. Math. Statist. 18, 1947, 50-60): normal approximation with correction for ties and for continuity, as
 * R's `wilcox.test(x, y, exact = FALSE)`. Fit for eight values and more on each side; 1 when all are equal or one side
 * is empty. O(n log n).
 */
export function rankSumTest(first: readonly number[], second: readonly number[]): number {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ]
  all.sort((a, b) => a.value - b.value)
  let ranks = 0
  let ties = 0
  for (let begin = 0; begin < all.length; ) {
    let end = begin
    while (all[end]?.value === all[begin]?.value && end < all.length) end++
    const tied = all.slice(begin, end)
    // The mean of the ranks begin + 1 to end.
    ranks += tied.filter(({ isFirst }) => isFirst).length * ((begin + 1 + end) / 2)
    ties += tied.length ** 3 - tied.length
    begin = end
  }
  const n = all.length
  const product = first.length * second.length
  const difference = ranks - (first.length * (first.length + 1)) / 2 - product / 2
  const variance = (product / 12) * (n + 1 - ties / (n * (n - 1)))
  if (!(variance > 0)) return 1
  const z = Math.max(0, Math.abs(difference) - 0.5) / Math.sqrt(variance)
  return Math.min(1, 2 * normalCdf(-z))
}
