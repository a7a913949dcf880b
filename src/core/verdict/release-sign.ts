import type { ReleaseComparison } from './compare-releases.ts'
import type { Verdict, VerdictFacts } from './verdict.ts'

/** What is said in a word of a release in a place: the same on every page and in every file. */
export type ReleaseSign =
  | 'too-early'
  | 'too-little'
  | 'healthy'
  | 'watch'
  | 'suspect'
  | 'rolled-back'
  | 'removed'
  | 'replaced'
  | 'not-live'

export const SIGN_WORDS: Readonly<Record<ReleaseSign, string>> = {
  'too-early': 'Too early',
  'too-little': 'Unclear',
  healthy: 'Healthy',
  watch: 'Watch',
  suspect: 'Suspect',
  'rolled-back': 'Rolled back',
  removed: 'Removed',
  replaced: 'Replaced',
  'not-live': 'Not in production',
}

/** What became of a release in a place. */
export interface Stay {
  /** It was live there at some time. */
  readonly ran: boolean
  /** It is live there now. */
  readonly runs: boolean
  /** An earlier release was put back over it there. */
  readonly rolledBack: boolean
  /** It was taken away at last, and nothing came in its place. */
  readonly removed: boolean
}

/** Of what is known to run. */
export const RUNS: Stay = { ran: true, runs: true, rolledBack: false, removed: false }

/** What a sign needs of a verdict. */
export interface Judged extends Pick<Verdict, 'word'> {
  readonly comparison: Pick<ReleaseComparison, 'lifeDays' | 'comparedDays'> | undefined
}

/**
 * A verdict is what is said of a release while it runs; afterwards what became of it is said first. undefined: it runs,
 * and was not judged.
 */
export function signOf({ ran, runs, rolledBack, removed }: Stay, verdict?: Judged): ReleaseSign | undefined {
  if (!ran) return 'not-live'
  if (runs) return verdict && signOfVerdict(verdict, true)
  if (rolledBack) return 'rolled-back'
  return removed ? 'removed' : 'replaced'
}

/**
 * The verdict with which a release was replaced or removed, as far as it is known by now. undefined where it has none of
 * that kind: one that was rolled back has been judged by that.
 */
export function endedAs({ ran, runs, rolledBack }: Stay, verdict: Judged | undefined): ReleaseSign | undefined {
  return verdict && ran && !runs && !rolledBack ? signOfVerdict(verdict, false) : undefined
}

/** Both as one text, for a line: `Replaced, ended suspect`. */
export const signWords = (sign: ReleaseSign, ended: ReleaseSign | undefined): string =>
  ended ? `${SIGN_WORDS[sign]}, ${endedWords(ended)}` : SIGN_WORDS[sign]

export const endedWords = (ended: ReleaseSign): string => `ended ${SIGN_WORDS[ended].toLowerCase()}`

/** In the place that a verdict is about. */
export const stayOf = ({
  release,
  rolledBackAt,
  removedAt,
}: Pick<VerdictFacts, 'release' | 'rolledBackAt' | 'removedAt'>): Stay => {
  const last = release.spans.at(-1)
  return {
    ran: last !== undefined,
    runs: last !== undefined && last.to === undefined,
    rolledBack: rolledBackAt !== undefined,
    removed: last?.to !== undefined && last.to === removedAt,
  }
}

/**
 * It is too early while waiting can tell more: not once the release is gone, nor when it has been live for longer than
 * those it is compared with.
 */
function signOfVerdict({ word, comparison }: Judged, runs: boolean): ReleaseSign {
  if (word !== 'too early') return word
  const outlived = comparison !== undefined && comparison.lifeDays > comparison.comparedDays
  return runs && !outlived ? 'too-early' : 'too-little'
}
