import { gammaQuantile } from '../statistics/gamma.ts'
import { smallestCount } from '../statistics/numeric.ts'

/** In how many of five cases something must have been seen to say that it would have been. */
const MOSTLY = 0.8

/**
 * How many times worse a release must be to have drawn attention by now in four cases of five; Infinity when nothing
 * could have. A Poisson count with mean m reaches n when a gamma variable of shape n is at most m.
 *
 * @param isNoticed whether that many defects by now would be noticed; true from some number on
 */
export function visibleRatio(isNoticed: (found: number) => boolean, expected: number): number {
  const needed = smallestCount(isNoticed)
  return needed === Number.POSITIVE_INFINITY ? needed : gammaQuantile(MOSTLY, needed) / expected
}
