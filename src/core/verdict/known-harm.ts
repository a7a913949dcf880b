import type { Severity } from '../event.ts'
import { lengthOf } from '../text/wording.ts'
import type { VerdictReason } from './verdict-reason.ts'

/** A defect that this release is suspected of, or known, to have introduced or brought back. */
export interface BroughtDefect {
  readonly defectId: number
  readonly severity: Severity
  readonly open: boolean
  /** That this release introduced it; 1 when a person says so. Without meaning for a regression. */
  readonly probability: number
  /** It was fixed in an earlier release and seen again in this one. */
  readonly regression: boolean
}

const LIKELY = 0.6
const SUSPECTED = 0.3

/** Whether it counts for the release at all. */
export const isSuspected = ({ probability }: BroughtDefect): boolean => probability >= SUSPECTED

/** What does not wait for statistics: severe defects, regressions, a rollback. */
export function knownHarm(defects: readonly BroughtDefect[], rolledBackAfterDays: number | undefined): VerdictReason[] {
  return [
    severeDefects(defects.filter(({ regression }) => !regression)),
    regressions(defects.filter(({ regression }) => regression)),
    ...(rolledBackAfterDays === undefined ? [] : [rolledBack(rolledBackAfterDays)]),
  ]
}

/** An open S1 makes a release suspect when it is likely its own, and worth watching when only suspected; an open S2 at most the latter. */
function severeDefects(defects: readonly BroughtDefect[]): VerdictReason {
  const severe = defects
    .filter((defect) => (defect.severity === 'S1' || defect.severity === 'S2') && isSuspected(defect))
    .sort((a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : b.probability - a.probability))
  const open = severe.filter((defect) => defect.open)
  const likely = open.filter(({ probability }) => probability >= LIKELY)
  const reason = {
    kind: 'severe-defects',
    value: open.length,
    limit: 0,
    // Those that the sentence names come first: a page has room for few.
    defectIds: [...open, ...severe.filter((defect) => !defect.open)].map(({ defectId }) => defectId),
  } as const
  if (likely.some(({ severity }) => severity === 'S1'))
    return {
      ...reason,
      speaks: 'against',
      title: 'An open S1 is likely its own',
      sentence: told(open),
      atLeast: 'suspect',
    }
  if (likely.length > 0 || open.some(({ severity }) => severity === 'S1'))
    return {
      ...reason,
      speaks: 'against',
      title: 'Open severe defects may be its own',
      sentence: told(open),
      atLeast: 'watch',
    }
  if (open.length > 0)
    return { ...reason, speaks: 'against', title: 'An open S2 is suspected of it', sentence: told(open) }
  if (severe.length > 0)
    return { ...reason, speaks: 'against', title: 'Its severe defects are closed', sentence: told(severe) }
  return {
    ...reason,
    speaks: 'for',
    title: 'No severe defects',
    sentence: 'No S1 or S2 is suspected to be introduced by it.',
  }
}

/** An open regression makes a release worth watching, a severe one suspect: a fix it contains does not hold. */
function regressions(defects: readonly BroughtDefect[]): VerdictReason {
  const open = defects.filter((defect) => defect.open)
  const severe = open.some(({ severity }) => severity === 'S1' || severity === 'S2')
  const reason = {
    kind: 'regressions',
    value: defects.length,
    limit: 0,
    defectIds: defects.map(({ defectId }) => defectId),
  } as const
  if (defects.length === 0)
    return {
      ...reason,
      speaks: 'for',
      title: 'No regressions',
      sentence: 'Nothing that was fixed has come back in it.',
    }
  const names = listed(
    defects.map(({ severity, defectId, open }) => `${severity} PF-${defectId}${open ? '' : ' (closed)'}`),
  )
  return {
    ...reason,
    speaks: 'against',
    title: severe
      ? 'A severe regression is open'
      : open.length > 0
        ? 'A regression is open'
        : 'Its regressions are closed',
    sentence: `${names} had been fixed and came back in it.`,
    ...(severe ? { atLeast: 'suspect' } : open.length > 0 ? { atLeast: 'watch' } : {}),
  }
}

/** Whatever the numbers say, somebody saw reason to take it back. */
function rolledBack(afterDays: number): VerdictReason {
  return {
    kind: 'rolled-back',
    speaks: 'against',
    title: 'It was rolled back',
    sentence: `It was rolled back after ${lengthOf(afterDays)}.`,
    atLeast: 'suspect',
  }
}

const told = (defects: readonly BroughtDefect[]): string => {
  const names = defects.map(
    ({ severity, defectId, open, probability }) =>
      `${severity} PF-${defectId}, ${open ? 'open' : 'closed'}, ${likelihood(probability)} introduced by it (${Math.round(probability * 100)} %)`,
  )
  return `${names.slice(0, MOST_NAMED).join('; ')}${names.length > MOST_NAMED ? `; and ${names.length - MOST_NAMED} more` : ''}.`
}

const MOST_NAMED = 3
const listed = (names: readonly string[]): string =>
  names.length > MOST_NAMED
    ? `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`
    : names.join(', ')

/** Probabilities are said in steps: the figures are not that exact. */
function likelihood(probability: number): string {
  if (probability >= 0.95) return 'almost certainly'
  if (probability >= 0.8) return 'very likely'
  return probability >= LIKELY ? 'likely' : 'perhaps'
}
