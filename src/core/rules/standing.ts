import type { Occurrence, Rule } from './rule.ts'

/** What a rule does when it is about something that happened. */
export type Outcome = 'fired' | 'muted' | 'capped'

const HOUR_MS = 3_600_000
/** What happened longer ago is history, however late we hear of it: no rule fires for it. */
export const RECENT_MS = 24 * HOUR_MS
/** Senders' clocks may be ahead. */
const AHEAD_MS = 10 * 60_000
export const CAPPED_WITHIN_MS = 24 * HOUR_MS

/**
 * Whether a rule may fire for it now: it happened within a day, and since the rule was switched on or last changed. So
 * neither a past that is imported or read again, nor a rule that is saved anew, rings anybody.
 */
export const isRecent = (at: number, { watchesSince, now }: { watchesSince: number; now: number }): boolean =>
  at > now - RECENT_MS && at <= now + AHEAD_MS && at >= watchesSince

/** By what one firing is told from another of the same rule; it fires once for each. */
export function subjectOf(rule: Rule, occurrence: Occurrence): string {
  const { kind, release, environment, defect, service, signal } = occurrence
  const place = environment?.id ?? 0
  switch (kind) {
    case 'blamed':
    case 'regressed':
      if (rule.caps.oncePer === 'release' && release) return `release ${release.id} in ${place}`
      return `${defectSubject(defect)} ${kind === 'blamed' ? `by ${release?.id ?? 0}` : 'back'}`
    case 'verdict':
      return `release ${release?.id ?? 0} in ${place}`
    case 'signal':
      return `service ${service.id} in ${place} ${signal?.key ?? ''}`
  }
}

/**
 * The same for one that was held back: it takes nothing from what comes after the mute or under the cap, and does not
 * fire later for what was passed over.
 */
export const heldSubjectOf = (rule: Rule, occurrence: Occurrence): string =>
  `${subjectOf(rule, occurrence)} held ${occurrence.defect ? defectSubject(occurrence.defect) : ''}`.trimEnd()

const defectSubject = (defect: Occurrence['defect']): string => `defect ${defect?.id ?? 0}/${defect?.generation ?? 0}`

/**
 * @param facts.firedToday how often the rule fired for the service within a day
 */
export function outcomeOf(
  rule: Rule,
  facts: { readonly mutedUntil: number | undefined; readonly firedToday: number },
  now: number,
): Outcome {
  if (facts.mutedUntil !== undefined && now < facts.mutedUntil) return 'muted'
  return facts.firedToday >= rule.caps.aDay ? 'capped' : 'fired'
}
