import { counted, estimate, lengthOf, odds, range, times } from '../text/wording.ts'
import { LEAST_RELEASES } from './baseline.ts'
import type { ReleaseComparison } from './compare-releases.ts'
import { STRONG, strongBeyondSpread } from './statistical-word.ts'
import type { VerdictReason } from './verdict-reason.ts'

/** `9 new defects in 1.2 days; 3.1 expected from 10 earlier releases at this age (2.9×, 90 % 1.4–5.6)`. */
export function numbersSentence(comparison: ReleaseComparison): string {
  const { found, expected, earlierFound, ratio, interval, lifeDays, comparedDays, recentReleaseIds } = comparison
  const whole = lifeDays - comparedDays < 1e-9
  const time = `in ${whole ? '' : 'its first '}${lengthOf(comparedDays)}`
  const from = counted(recentReleaseIds.length, 'earlier release')
  const rest = whole ? '' : '; the earlier ones were not live longer'
  if (earlierFound === 0) return `${counted(found, 'new defect')} ${time}; none in ${from} by this age${rest}`
  return `${counted(found, 'new defect')} ${time}; ${estimate(expected)} expected from ${from} at this age (${times(ratio)}, 90 % ${range(interval)})${rest}`
}

/** What the comparison says for and against the release, and how far it can be trusted. */
export function statisticalReasons(comparison: ReleaseComparison): VerdictReason[] {
  return [
    moreThanBeforeReason(comparison),
    beyondSpreadReason(comparison),
    dataReason(comparison),
    visibleReason(comparison),
    ...(comparison.folded > 0 ? [duplicatesReason(comparison)] : []),
  ]
}

function moreThanBeforeReason({ evidence, word, alarm, found, comparedDays }: ReleaseComparison): VerdictReason {
  const value = evidence.moreThanBefore
  const reason = { kind: 'more-than-before', value, limit: STRONG } as const
  if (alarm === undefined)
    return {
      ...reason,
      speaks: 'for',
      title: 'Not clearly more defects than before',
      sentence: `Evidence ${odds(value)} that defects come more often than in the earlier releases; 100 is needed.`,
    }
  const rare = `Evidence ${odds(value)} that defects come more often than in the earlier releases; one that is no worse would reach 100 in at most 1 case of 100.`
  if (word === 'worse' || word === 'elevated')
    return { ...reason, speaks: 'against', title: 'More defects than before', sentence: rare }
  return {
    ...reason,
    speaks: 'neither',
    title: 'More defects than before at first',
    sentence: `It was remarkable after ${lengthOf(alarm.atDays)} with ${counted(alarm.found, 'defect')}; with ${found} in ${lengthOf(comparedDays)} it no longer is.`,
  }
}

function beyondSpreadReason({
  evidence,
  word,
  usual,
  recentReleaseIds,
  olderReleaseIds,
}: ReleaseComparison): VerdictReason {
  const value = evidence.beyondUsualSpread
  const releases = recentReleaseIds.length + olderReleaseIds.length
  const limit = strongBeyondSpread(releases)
  const range = `Releases here show ${usual.low} to ${usual.high} by this age (${releases} of them)`
  const title =
    word === 'worse'
      ? 'Beyond what releases differ by here'
      : word === 'elevated'
        ? 'Perhaps beyond what releases differ by here'
        : 'Within what releases differ by here'
  return {
    kind: 'beyond-usual-spread',
    speaks: word === 'worse' ? 'against' : word === 'elevated' ? 'neither' : 'for',
    title,
    sentence: `${range}; evidence ${odds(value)} that this one is beyond that, ${odds(limit)} is needed.`,
    value,
    limit,
  }
}

function dataReason({ word, expected, recentReleaseIds, comparedDays }: ReleaseComparison): VerdictReason {
  const enough = word !== 'not enough data'
  return {
    kind: 'data',
    speaks: 'neither',
    title: enough ? 'Enough earlier releases' : 'Not enough data yet',
    sentence: `Compared with ${counted(recentReleaseIds.length, 'earlier release')} at the age of ${lengthOf(comparedDays)}, when ${estimate(expected)} defects are usual.`,
    value: recentReleaseIds.length,
    limit: LEAST_RELEASES,
  }
}

function visibleReason({ visibleRatio }: ReleaseComparison): VerdictReason {
  return {
    kind: 'visible-ratio',
    speaks: 'neither',
    title: 'What could have been noticed',
    sentence: Number.isFinite(visibleRatio)
      ? `A release ${estimate(visibleRatio)} times as bad as usual would have drawn attention by now in four cases of five; one less bad might not.`
      : 'No release, however bad, could have drawn attention yet.',
    value: visibleRatio,
  }
}

function duplicatesReason({ folded }: ReleaseComparison): VerdictReason {
  return {
    kind: 'duplicates',
    speaks: 'neither',
    title: 'Duplicates counted once',
    sentence: `${counted(folded, 'defect')} of a component that had another within an hour ${folded === 1 ? 'was' : 'were'} not counted, because here such defects usually are the same fault.`,
    value: folded,
  }
}
