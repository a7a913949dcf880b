import type { StatisticalWord } from './statistical-word.ts'

/** What the pages say of a release in an environment. */
export type VerdictWord = 'too early' | 'healthy' | 'watch' | 'suspect'

/** Healthy is said only when the interval rules out that the release is this many times worse than usual. */
const RULED_OUT = 3

/**
 * The one place where the statistical words become the product's.
 *
 * `normal` alone is often mere silence. It counts as healthy once a release three times as bad as usual would look
 * different; until then it is too early.
 *
 * @param highestRatio upper end of the interval of found / expected
 */
export function productWord(word: StatisticalWord | undefined, highestRatio: number): VerdictWord {
  switch (word) {
    case 'worse':
      return 'suspect'
    case 'elevated':
      return 'watch'
    case 'better':
    case 'no sign of harm':
      return 'healthy'
    case 'normal':
      return highestRatio < RULED_OUT ? 'healthy' : 'too early'
    case 'not enough data':
    case undefined:
      return 'too early'
  }
}

const GRAVITY: readonly VerdictWord[] = ['too early', 'healthy', 'watch', 'suspect']

/** The higher, the worse. */
export const gravity = (word: VerdictWord): number => GRAVITY.indexOf(word)

/** What is known to be bad is said however early it is, and no statistics outweigh it. */
export const gravest = (words: readonly VerdictWord[]): VerdictWord =>
  words.reduce((worst, word) => (gravity(word) > gravity(worst) ? word : worst), 'too early')
