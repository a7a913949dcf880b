import { counted } from '../text/wording.ts'
import { chooseBaseline, LEAST_RELEASES } from './baseline.ts'
import { compareReleases, type ReleaseComparison } from './compare-releases.ts'
import { type BroughtDefect, knownHarm } from './known-harm.ts'
import { rhythmReasons } from './own-rhythm.ts'
import { gravest, productWord, type VerdictWord } from './product-word.ts'
import type { ReleaseInPlace } from './release-life.ts'
import { numbersSentence, statisticalReasons } from './statistical-reasons.ts'
import type { VerdictReason } from './verdict-reason.ts'
import { DAY_MS, FLAT_RHYTHM, type WeeklyRhythm } from './weekly-rhythm.ts'

/** Stored with every verdict, so that a better method never rewrites what people acted on. */
export const VERDICT_METHOD = 'verdict-v1'

/** What is known of a release in one environment and of those before it there. */
export interface VerdictFacts {
  readonly service: string
  readonly environment: string
  readonly release: ReleaseInPlace
  /** Of the same service and environment, first live before it, newest first; more than 40 are not needed. */
  readonly earlier: readonly ReleaseInPlace[]
  /** Defects this release is suspected or known to have introduced or brought back, in this environment. */
  readonly brought: readonly BroughtDefect[]
  /** When an earlier release was put back over it. */
  readonly rolledBackAt: number | undefined
  /** When it was last taken away with nothing in its place. */
  readonly removedAt?: number | undefined
  /** Of this place, from the releases before (`rhythmBefore`); flat when absent. */
  readonly rhythm?: WeeklyRhythm | undefined
}

export interface Verdict {
  readonly method: typeof VERDICT_METHOD
  readonly word: VerdictWord
  /** The decisive fact, for a headline. */
  readonly sentence: string
  /** Undefined when it cannot be compared: never live, or too few releases before it. */
  readonly comparison: ReleaseComparison | undefined
  /** The comparison in one line, to stand beside every verdict. */
  readonly numbers: string | undefined
  /** For and against; the decisive ones first. */
  readonly reasons: readonly VerdictReason[]
}

/**
 * Is this release worse than the releases before it were at the same age, or harmful in a way that needs no statistics?
 *
 * Nothing after `now` is considered, and looking more often changes nothing: the evidence is weighed at the defects, not
 * at the looks. A few ms for hundreds of defects (`compareReleases`). Method, tables and limits: docs/verdict.md.
 * Never throws.
 */
export function judgeRelease(facts: VerdictFacts, now: number): Verdict {
  const comparison = compare(facts, now)
  const harm = knownHarm(facts.brought, liveDaysBefore(facts))
  const compared = comparison.kind === 'compared' ? comparison.with : undefined
  const statistical = productWord(compared?.word, compared?.interval.high ?? Number.POSITIVE_INFINITY)
  const word = gravest([statistical, ...harm.flatMap(({ atLeast = [] }) => atLeast)])
  const decisive = harm.filter(({ atLeast }) => atLeast === word)
  const numbers = compared && numbersSentence(compared)
  return {
    method: VERDICT_METHOD,
    word,
    sentence: decisive[0]?.sentence ?? statisticalSentence(comparison),
    comparison: compared,
    numbers,
    reasons: [
      ...decisive,
      ...(comparison.kind === 'compared'
        ? [...statisticalReasons(comparison.with), ...rhythmReasons(facts.rhythm ?? FLAT_RHYTHM)]
        : [comparison.because]),
      ...harm.filter((reason) => !decisive.includes(reason)),
    ],
  }
}

type Comparison =
  | { readonly kind: 'compared'; readonly with: ReleaseComparison }
  | { readonly kind: 'not compared'; readonly because: VerdictReason }

function compare(
  { service, environment, release, earlier, rhythm = FLAT_RHYTHM }: VerdictFacts,
  now: number,
): Comparison {
  const liveAt = release.spans[0]?.from
  if (liveAt === undefined || liveAt >= now) return notCompared(`It has not been live in ${environment}.`, 0)
  const baseline = chooseBaseline(earlier, liveAt)
  const compared = compareReleases(release, baseline, rhythm, now)
  if (compared) return { kind: 'compared', with: compared }
  const there = counted(baseline.recent.length, 'release')
  const sentence = `A comparison needs ${LEAST_RELEASES} earlier releases of ${service} in ${environment}; before this one ${there} went live there.`
  return notCompared(sentence, baseline.recent.length)
}

const notCompared = (sentence: string, value: number): Comparison => ({
  kind: 'not compared',
  because: {
    kind: 'data',
    speaks: 'neither',
    title: 'Nothing to compare with',
    sentence,
    value,
    limit: LEAST_RELEASES,
  },
})

function liveDaysBefore({ release, rolledBackAt }: VerdictFacts): number | undefined {
  const liveAt = release.spans[0]?.from
  return liveAt === undefined || rolledBackAt === undefined ? undefined : Math.max(0, rolledBackAt - liveAt) / DAY_MS
}

function statisticalSentence(comparison: Comparison): string {
  if (comparison.kind === 'not compared') return comparison.because.sentence
  const { word, interval } = comparison.with
  const numbers = numbersSentence(comparison.with)
  switch (word) {
    case 'worse':
      return `Worse than earlier releases: ${numbers}.`
    case 'elevated':
      return `More defects than usual${interval.low > 1 ? '' : ' at first'}: ${numbers}.`
    case 'better':
      return `Fewer defects than usual: ${numbers}.`
    case 'no sign of harm':
      return `No sign of harm: ${numbers}.`
    case 'normal':
      return productWord(word, interval.high) === 'healthy'
        ? `Nothing unusual: ${numbers}.`
        : `Nothing unusual, but too little to rule out that it is three times as bad as usual: ${numbers}.`
    case 'not enough data':
      return `Too little to say: ${numbers}.`
  }
}
