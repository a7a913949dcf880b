import { type Judgement, judgeRule } from './judge-rule.ts'
import type { Occurrence, Rule } from './rule.ts'
import { CAPPED_WITHIN_MS, outcomeOf, subjectOf } from './standing.ts'

export interface WouldHaveFired {
  readonly occurrence: Occurrence
  readonly judgement: Judgement
}

export interface DryRun {
  /** In order of time. */
  readonly fired: readonly WouldHaveFired[]
  /** Of those that it was about, what the daily cap would have held back, in order of time. */
  readonly capped: readonly WouldHaveFired[]
  /** What came within one condition of firing, in order of time. */
  readonly nearly: readonly WouldHaveFired[]
}

/** The same with words for what happened. */
export interface DryRunOfRule
  extends Readonly<Record<keyof DryRun, readonly (WouldHaveFired & { readonly what: string })[]>> {
  /** Undefined: all of the ninety days was looked at. Else back to this instant. */
  readonly lookedBackTo: number | undefined
}

const MOST_NEARLY = 5

/** What a rule would have done for what happened; neither muted nor off. */
export function dryRun(rule: Rule, occurrences: readonly Occurrence[]): DryRun {
  const fired: WouldHaveFired[] = []
  const capped: WouldHaveFired[] = []
  const nearly: WouldHaveFired[] = []
  const subjects = new Set<string>()
  const firings = new Map<number, number[]>()
  for (const occurrence of [...occurrences].sort((a, b) => a.at - b.at)) {
    const judgement = judgeRule(rule, occurrence)
    if (!judgement) continue
    if (!judgement.fires) {
      if (judgement.reasons.filter(({ holds }) => !holds).length === 1) nearly.push({ occurrence, judgement })
      continue
    }
    const subject = subjectOf(rule, occurrence)
    if (subjects.has(subject)) continue
    const { at, service } = occurrence
    const before = (firings.get(service.id) ?? []).filter((one) => one > at - CAPPED_WITHIN_MS)
    if (outcomeOf(rule, { mutedUntil: undefined, firedToday: before.length }, at) === 'capped') {
      capped.push({ occurrence, judgement })
      continue
    }
    subjects.add(subject)
    firings.set(service.id, [...before, at])
    fired.push({ occurrence, judgement })
  }
  return { fired, capped, nearly: nearly.slice(-MOST_NEARLY) }
}
