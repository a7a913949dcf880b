import type { Rule } from './rule.ts'

/** A verdict on an older release is no news; a rule that gives no age means this one. */
const USUAL_HOURS = 7 * 24

/** How old a release may be so that some rule may be about the verdict on it, milliseconds; undefined: none is. */
export function watchedFor(rules: readonly Rule[]): number | undefined {
  const hours = rules.flatMap(({ trigger, conditions }) =>
    trigger.kind === 'verdict' ? [Math.min(conditions.releaseAgeHours ?? USUAL_HOURS, USUAL_HOURS)] : [],
  )
  return hours.length > 0 ? Math.max(...hours) * 3_600_000 : undefined
}
