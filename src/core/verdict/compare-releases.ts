import type { Interval } from '../statistics/interval.ts'
import { rateRatioInterval } from '../statistics/rate-comparison.ts'
import { type Baseline, LEAST_RELEASES } from './baseline.ts'
import { type CountedLife, discoveryCurve, type Expectation, expectationsAt } from './discovery-curve.ts'
import { evidenceOfCount, moreThanBefore } from './more-than-before.ts'
import type { ReleaseInPlace } from './release-life.ts'
import { laySideBySide } from './side-by-side.ts'
import { type Alarm, alarmWord, type Evidence, type StatisticalWord, wordNow } from './statistical-word.ts'
import { beyondUsualSpread, spreadEvidence, type UsualRange, type UsualSpread, usualRange } from './usual-spread.ts'
import { visibleRatio } from './visible-ratio.ts'
import type { WeeklyRhythm } from './weekly-rhythm.ts'

/** A release beside the earlier ones at equal age. */
export interface ReleaseComparison {
  readonly word: StatisticalWord
  /** Distinct defects first seen while it was live, up to `comparedDays`; duplicates count once. */
  readonly found: number
  /** Left out as duplicates. */
  readonly folded: number
  /** What the recent releases had shown by that age, for its exposure. */
  readonly expected: number
  /** Defects of the recent releases by that age, on which `expected` rests. */
  readonly earlierFound: number
  /** found / expected. */
  readonly ratio: number
  /** 90 %, at this one look. */
  readonly interval: Interval
  /** What most releases here show by that age; 5 % show less, 5 % more. */
  readonly usual: UsualRange
  readonly evidence: Evidence
  /** Of `moreThanBefore` as it stands now: an e-value, for comparing many services at once. */
  readonly currentEvidence: number
  /** The gravest it ever was, and at which age that was reached; `word` is less once it has evened out. */
  readonly alarm: { readonly word: Alarm; readonly atDays: number; readonly found: number } | undefined
  /** How many times worse it had to be to have drawn attention by now, in four cases of five; Infinity: nothing could. */
  readonly visibleRatio: number
  readonly lifeDays: number
  /** Less than its life when the earlier releases were replaced sooner. */
  readonly comparedDays: number
  readonly recentReleaseIds: readonly number[]
  readonly olderReleaseIds: readonly number[]
}

const CONFIDENCE = 0.9

/**
 * Compares a release with its baseline; undefined when that has fewer than four releases.
 * O(defects × releases + 300 × defects of the release): a few ms for hundreds of defects.
 */
export function compareReleases(
  release: ReleaseInPlace,
  baseline: Baseline,
  rhythm: WeeklyRhythm,
  now: number,
): ReleaseComparison | undefined {
  if (baseline.recent.length < LEAST_RELEASES) return undefined
  const { its, before, spread, lifeDays, comparedDays, folded } = laySideBySide(release, baseline, rhythm, now)
  const found = its.ages.length
  const usually = expectationsAt(discoveryCurve(before), its, [comparedDays])[0] as Expectation
  const here = expectationsAt(spread.curve, its, [comparedDays])[0] as Expectation
  const interval = ratioInterval(found, usually)
  const weighed = weigh(its, before, spread)
  return {
    word: wordNow(weighed.alarm?.word, found, usually.expected, interval),
    found,
    folded,
    expected: usually.expected,
    earlierFound: usually.basedOn,
    ratio: found / usually.expected,
    interval,
    usual: usualRange(spread, here),
    evidence: weighed.evidence,
    currentEvidence: weighed.current,
    alarm: weighed.alarm,
    visibleRatio: visibleRatio(noticing(its, before, spread, here), usually.expected),
    lifeDays,
    comparedDays,
    recentReleaseIds: baseline.recent.map(({ releaseId }) => releaseId),
    olderReleaseIds: baseline.older.map(({ releaseId }) => releaseId),
  }
}

/**
 * The interval of found / expected: the earlier defects count as made in as many times the exposure as there are times
 * the expectation.
 */
const ratioInterval = (found: number, { expected, basedOn }: Expectation): Interval =>
  rateRatioInterval({ count: found, exposure: expected }, { count: basedOn, exposure: basedOn || 0.5 }, CONFIDENCE)

/** The evidence defect by defect: its largest values, and the worst word they led to. */
function weigh(release: CountedLife, before: readonly CountedLife[], spread: UsualSpread) {
  const more = moreThanBefore(release, before)
  const beyond = beyondUsualSpread(release, spread)
  let evidence: Evidence = { moreThanBefore: 1, beyondUsualSpread: 1 }
  let alarm: ReleaseComparison['alarm']
  for (const [i, { age, found, evidence: moreEvidence }] of more.steps.entries()) {
    evidence = {
      moreThanBefore: Math.max(evidence.moreThanBefore, moreEvidence),
      beyondUsualSpread: Math.max(evidence.beyondUsualSpread, beyond[i]?.evidence ?? 1),
    }
    const word = alarmWord(found, evidence, spread.releases)
    if (word !== undefined && (alarm === undefined || (word === 'worse' && alarm.word === 'elevated')))
      alarm = { word, atDays: age, found }
  }
  return { evidence, alarm, current: more.current }
}

/** Whether a number of defects by now would have been `elevated` at least. */
function noticing(release: CountedLife, before: readonly CountedLife[], spread: UsualSpread, at: Expectation) {
  const more = evidenceOfCount(release, before)
  const beyond = spreadEvidence(spread)
  return (found: number): boolean =>
    alarmWord(found, { moreThanBefore: more(found), beyondUsualSpread: beyond(found, at) }, spread.releases) !==
    undefined
}
