import type { Severity } from '../event.ts'
import { counted, lengthOf } from '../text/wording.ts'
import type { VerdictWord } from '../verdict/product-word.ts'

/** A release that ran in the place before. */
export interface Candidate {
  readonly releaseId: number
  readonly version: string
  /** How long it was live there, in milliseconds, all its times together. */
  readonly liveMs: number
  /** When it was last live. */
  readonly lastLiveAt: number
  readonly verdict: VerdictWord
  /** Open S1 and S2 that it is suspected or known to have brought, with how likely that is, in [0, 1]. */
  readonly openGrave: readonly { readonly severity: Severity; readonly probability: number }[]
  /** Something earlier was put back over it there. */
  readonly rolledBack: boolean
  readonly withdrawn: boolean
}

export interface JudgedCandidate extends Candidate {
  /** `good`: may be suggested. `bad`: must not be deployed. `unproven`: nothing speaks against it, and too little for it. */
  readonly standing: 'good' | 'unproven' | 'bad'
  /** Why, as a sentence. */
  readonly because: string
}

const HOUR_MS = 3_600_000
/** With less, its defects have hardly had time to show. */
export const RAN_LONG_ENOUGH_MS = 24 * HOUR_MS

/** More likely than not, it brought the defect; with less than the lower one nobody would look at it for that. */
const BROUGHT_FROM = 0.5
const DOUBTED_FROM = 0.2

/** Never throws. */
export function judgeCandidate(candidate: Candidate): JudgedCandidate {
  const { version, liveMs, verdict, openGrave, rolledBack, withdrawn } = candidate
  const ran = `It ran there for ${lengthOf(liveMs / (24 * HOUR_MS))}`
  const is = (standing: JudgedCandidate['standing'], because: string) => ({ ...candidate, standing, because })
  if (withdrawn) return is('bad', `${version} was withdrawn.`)
  if (rolledBack) return is('bad', `${version} was rolled back there.`)
  const brought = openGrave.filter(({ probability }) => probability >= BROUGHT_FROM)
  if (brought.length > 0)
    return is('bad', `It is suspected of ${counted(brought.length, 'open defect')} of severity S1 or S2.`)
  if (verdict === 'suspect') return is('bad', 'Its verdict there is suspect.')
  if (openGrave.some(({ probability }) => probability >= DOUBTED_FROM))
    return is('unproven', `${ran}, and may have brought an open defect of severity S1 or S2.`)
  if (liveMs < RAN_LONG_ENOUGH_MS) return is('unproven', `${ran}, which is too short to know it.`)
  if (verdict === 'watch') return is('unproven', `${ran}, with more defects than usual.`)
  return is('good', verdict === 'healthy' ? `${ran} and was healthy.` : `${ran}, and nothing speaks against it.`)
}

export interface RollbackChoice {
  /** The last release known to be good; undefined when there is none. */
  readonly suggested: JudgedCandidate | undefined
  /** All others, the last live first. */
  readonly others: readonly JudgedCandidate[]
}

/**
 * What to roll back to.
 * @param candidates that ran in the place before, without the one that is live
 */
export function chooseRollback(candidates: readonly Candidate[]): RollbackChoice {
  const judged = candidates
    .map(judgeCandidate)
    .sort((a, b) => b.lastLiveAt - a.lastLiveAt || (a.version < b.version ? 1 : -1))
  const suggested = judged.find(({ standing }) => standing === 'good')
  return { suggested, others: judged.filter((one) => one !== suggested) }
}
