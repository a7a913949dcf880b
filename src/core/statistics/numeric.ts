/** The numerical methods on which the distributions rest. */

const SMALLEST = 1e-300
const PRECISION = 1e-16
const MOST_STEPS = 20_000

/** aₙ, or bₙ, of a continued fraction b₀ + a₁/(b₁ + a₂/(b₂ + …)); n from 1. */
export type Terms = (n: number) => number

/**
 * a₁/(b₁ + a₂/(b₂ + …)) by the modified Lentz algorithm (Thompson and Barnett, J. Comput. Phys. 64, 1986, 490-509).
 * Stops when a step no longer changes the value.
 */
export function continuedFraction(termA: Terms, termB: Terms): number {
  let value = SMALLEST
  let numerator = value
  let denominator = 0
  for (let n = 1; n <= MOST_STEPS; n++) {
    const a = termA(n)
    const b = termB(n)
    denominator = 1 / awayFromZero(b + a * denominator)
    numerator = awayFromZero(b + a / numerator)
    const change = numerator * denominator
    value *= change
    if (Math.abs(change - 1) < PRECISION * 4) break
  }
  return value
}

const awayFromZero = (x: number): number => (Math.abs(x) < SMALLEST ? SMALLEST : x)

/**
 * Where a rising function passes zero between `low` and `high`, by bisection down to the last digits of a double;
 * an end of the range when it does not pass zero inside.
 */
export function risingRoot(f: (x: number) => number, low: number, high: number): number {
  let [below, above] = [low, high]
  for (let i = 0; i < 1100; i++) {
    const middle = (below + above) / 2
    if (middle <= below || middle >= above) break
    if (f(middle) < 0) below = middle
    else above = middle
  }
  return (below + above) / 2
}

/**
 * The smallest whole number for which `holds` is true, for something that stays true from there on; Infinity when it
 * does not hold up to 2⁴⁰. O(log of the answer) questions.
 */
export function smallestCount(holds: (n: number) => boolean): number {
  if (holds(0)) return 0
  let fails = 0
  let works = 1
  for (; !holds(works); works *= 2) {
    if (works >= 2 ** 40) return Number.POSITIVE_INFINITY
    fails = works
  }
  while (works - fails > 1) {
    const middle = Math.floor((fails + works) / 2)
    if (holds(middle)) works = middle
    else fails = middle
  }
  return works
}
