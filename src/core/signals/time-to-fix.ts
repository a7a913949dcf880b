import { kaplanMeier, type SurvivalCurve } from '../statistics/kaplan-meier.ts'
import { counted, lengthOf } from '../text/wording.ts'

/** Instants are epoch ms. */
export interface DefectSpan {
  readonly defectId: number
  readonly openedAt: number
  readonly fixedAt: number | undefined
  /** Dropped without a fix: until then it was not fixed, and nobody knows how long it would have taken. */
  readonly droppedAt?: number | undefined
}

export interface TimeToFix {
  readonly word: 'not enough data' | 'known'
  readonly sentence: string
  /** Times in days. */
  readonly curve: SurvivalCurve
  readonly fixed: number
  readonly open: number
}

const LEAST_FIXED = 5
const DAY_MS = 86_400_000

/**
 * How long defects take to be fixed, those still open included: the Kaplan-Meier estimate with the open ones censored
 * at `now`. The mean of those closed would get better the more of the hard ones are left lying.
 */
export function timeToFix(defects: readonly DefectSpan[], now: number): TimeToFix {
  const known = defects.filter(({ openedAt }) => openedAt <= now)
  const curve = kaplanMeier(
    known.map(({ openedAt, fixedAt, droppedAt }) => {
      const ended = fixedAt !== undefined && fixedAt <= now
      const until = ended ? fixedAt : Math.min(droppedAt ?? now, now)
      return { duration: Math.max(0, until - openedAt) / DAY_MS, ended }
    }),
  )
  const fixed = known.filter(({ fixedAt }) => fixedAt !== undefined && fixedAt <= now).length
  const dropped = known.filter(
    ({ fixedAt, droppedAt }) => fixedAt === undefined && droppedAt !== undefined && droppedAt <= now,
  )
  const open = known.length - fixed - dropped.length
  const word = fixed < LEAST_FIXED ? 'not enough data' : 'known'
  return { word, sentence: told(word, curve, known.length, fixed, open), curve, fixed, open }
}

function told(
  word: TimeToFix['word'],
  { median, medianInterval }: SurvivalCurve,
  all: number,
  fixed: number,
  open: number,
): string {
  const left = open === 0 ? 'none is open' : `${open} ${open === 1 ? 'is' : 'are'} still open`
  if (word === 'not enough data')
    return `Too little to say: ${counted(fixed, 'defect')} fixed of ${all}, ${left}; ${LEAST_FIXED} fixed ones are needed.`
  if (median === undefined) return `Fewer than half of ${counted(all, 'defect')} have been fixed yet; ${left}.`
  const upper =
    medianInterval.high === Number.POSITIVE_INFINITY ? 'no upper limit yet' : `to ${lengthOf(medianInterval.high)}`
  return `Half of ${counted(all, 'defect')} are fixed within ${lengthOf(median)} (95 % from ${lengthOf(medianInterval.low)}, ${upper}); ${left}.`
}
