/** Many tests at once: which findings to believe when a few are bound to look good by chance. */

/**
 * p-values adjusted for the false discovery rate (Benjamini and Hochberg, J. Royal Statist. Soc. B 57, 1995, 289-300;
 * R: p.adjust(p, "BH")), in the order given: those at most α are the findings. For independent tests, each done once.
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const largestFirst = [...pValues.keys()].sort((a, b) => at(pValues, b) - at(pValues, a))
  const adjusted: number[] = []
  let least = 1
  for (const [place, index] of largestFirst.entries()) {
    const rank = pValues.length - place
    least = Math.min(least, (at(pValues, index) * pValues.length) / rank)
    adjusted[index] = least
  }
  return adjusted
}

/**
 * Indices of the findings among e-values, largest first: with m of them, the k largest for the greatest k whose k-th is
 * at least m / (α·k). The share of false ones stays at most α in expectation however the tests depend on one another
 * and however often one looked (Wang and Ramdas, J. Royal Statist. Soc. B 84, 2022, 822-852; arXiv 2009.02824).
 */
export function eBenjaminiHochberg(eValues: readonly number[], alpha: number): number[] {
  const largestFirst = [...eValues.keys()].sort((a, b) => at(eValues, b) - at(eValues, a))
  const found = largestFirst.findLastIndex(
    (index, place) => at(eValues, index) >= eValues.length / (alpha * (place + 1)),
  )
  return largestFirst.slice(0, found + 1)
}

const at = (values: readonly number[], index: number): number => values[index] as number
