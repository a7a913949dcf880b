import type { Decision } from './defect.ts'
import type { StatusStatement } from './defect-course.ts'

/**
 * The instants in the life of a defect, kept apart: what is fast is not always what was noticed late. Each follows from
 * what senders say, or from what happened here, until a person says otherwise.
 */
export const TIME_NAMES = ['occurred', 'detected', 'reported', 'acknowledged', 'mitigated', 'resolved'] as const
export type TimeName = (typeof TIME_NAMES)[number]

/** Epoch ms. Undefined: it has not come to that, or nobody said. */
export interface DefectTimes {
  /** First seen. */
  readonly occurred: number
  readonly detected: number
  readonly reported: number
  readonly acknowledged: number | undefined
  readonly mitigated: number | undefined
  readonly resolved: number | undefined
}

/** null: what was set is taken back, and what follows from the rest holds again. */
export type TimeChanges = { readonly [Name in TimeName]?: number | null | undefined }

/** What people said of them; each stays until it is taken back. */
export type DecidedTimes = { readonly [Name in TimeName]?: Decision<number> }

/** Who set a time; undefined when it is not a person's word that holds. */
export function deciderOf(
  times: DefectTimes,
  decided: DecidedTimes | undefined,
  name: TimeName,
): Decision<number> | undefined {
  const decision = decided?.[name]
  return decision && decision.value === times[name] ? decision : undefined
}

/** When somebody first took it up by moving it to triaged or in progress; undefined when nobody has. */
export function takenUpAt(statements: readonly StatusStatement[]): number | undefined {
  const taken = statements.filter(({ status }) => status === 'triaged' || status === 'in-progress')
  return taken.length === 0 ? undefined : Math.min(...taken.map(({ at }) => at))
}

/**
 * When a closed defect was resolved: a person's word, unless it is from before the current life began and so speaks of
 * an earlier fix; else since when it counts as closed.
 */
export const resolvedAt = (closedSince: number, lifeBegan: number, decided: Decision<number> | undefined): number =>
  decided && decided.value >= lifeBegan ? decided.value : closedSince

/**
 * Why a person may not set these times, as a sentence; undefined when they may. What senders say may contradict itself,
 * what people say may not.
 *
 * @param held as it is before
 */
export function timesProblem(
  changes: TimeChanges,
  held: { readonly times: DefectTimes; readonly decided: DecidedTimes; readonly open: boolean },
): string | undefined {
  if (changes.resolved != null && held.open) return 'It is not resolved yet: set its status first.'
  const occurred = changes.occurred ?? held.times.occurred
  for (const name of TIME_NAMES) {
    const other = changes.occurred == null ? undefined : held.decided[name]?.value
    const at = changes[name] === undefined ? other : changes[name]
    if (name !== 'occurred' && at != null && at < occurred) return `It cannot have been ${name} before it occurred.`
  }
  return undefined
}
