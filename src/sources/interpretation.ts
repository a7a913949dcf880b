import type { DefectEvent, DefectStatus, Interpretation, SourceEvent } from '../core/event.ts'

/** The few ways in which reading a delivery ends. */

export const ignored = (reason: string): Interpretation => ({ kind: 'ignored', reason })

export const unreadable = (path: string, message: string): Interpretation => ({
  kind: 'unreadable',
  problems: [{ path, message }],
})

export const told = (events: readonly SourceEvent[], notes: readonly string[]): Interpretation => ({
  kind: 'events',
  events,
  notes,
})

/**
 * What a tracker said of a defect, and the state it is in. A state that was reached before the last edit is a statement
 * of its own, of its own instant: an edit of a closed issue does not close it again.
 * @param reachedAt undefined: with this edit
 */
export function inState(said: DefectEvent, status: DefectStatus | undefined, reachedAt?: number): DefectEvent[] {
  if (status === undefined) return [said]
  if (reachedAt === undefined || reachedAt >= said.at) return [{ ...said, at: reachedAt ?? said.at, status }]
  return [said, { type: 'defect', key: said.key, status, at: reachedAt, count: 0 }]
}
