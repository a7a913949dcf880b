import type { Check } from '../emergency/checks.ts'

export interface RollbackFacts {
  readonly strategy: 'rollback' | 'hotfix'
  readonly checks: readonly Check[]
  /** An admin switched it on for the place, at most so often in 24 hours; undefined: nobody did. */
  readonly mostADay: number | undefined
  readonly firedToday: number
  readonly hasTarget: boolean
}

/** Checks that may be read and passed: nothing is ever known for sure of migrations. */
const MAY_BE_READ: readonly Check['kind'][] = ['migrations']

/** Why a rule may not fire this rollback; undefined: it may. People may pass more than a rule does. */
export function refuseRollback(facts: RollbackFacts): string | undefined {
  if (facts.mostADay === undefined) return 'no admin switched that on for this place'
  if (facts.firedToday >= facts.mostADay) return `rules fired ${facts.firedToday} here within a day, as many as may be`
  if (facts.strategy !== 'rollback') return 'a hotfix is suggested instead'
  const open = facts.checks.find(
    ({ kind, result }) => result === 'blocks' || (result === 'read' && !MAY_BE_READ.includes(kind)),
  )
  if (open) return `a check did not pass: ${open.title}`
  // Without one nothing is sent, and an approval by nobody would only be in the way.
  return facts.hasTarget ? undefined : 'no CI target is set up for the place'
}
