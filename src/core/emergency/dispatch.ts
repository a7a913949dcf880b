/**
 * A request to CI, from the transaction that decided it to what came of it.
 * - `ready`: to be sent when it is due
 * - `sending`: an instance is sending it; if that instance is gone it becomes `unknown`, never `ready`
 * - `sent`: a run started
 * - `failed`: surely none did
 * - `unknown`: looked for by its key; when that cannot tell, a person decides
 * - `withdrawn`: taken back before anything was sent
 */
export type DispatchState = 'ready' | 'sending' | 'sent' | 'failed' | 'unknown' | 'withdrawn'

/** What came of a call. */
export type FireOutcome =
  | { readonly kind: 'started'; readonly run: Run; readonly detail: string }
  /** Surely nothing started. `again`: the same may go through later. */
  | { readonly kind: 'refused'; readonly reason: string; readonly again: boolean }
  /** Something may have started. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** A run in CI, as far as it told us. */
export interface Run {
  readonly id: string | undefined
  readonly url: string | undefined
}

/** How far a run is. */
export type RunState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'

/** What looking for a run with our key gave. */
export type LookOutcome =
  | { readonly kind: 'found'; readonly run: Run }
  /** There is none, and none can come any more from what was sent before. */
  | { readonly kind: 'surely-none' }
  | { readonly kind: 'cannot-tell'; readonly reason: string }

export type Outcome =
  | { readonly state: 'sent'; readonly run: Run }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'ready'; readonly dueAt: number; readonly reason: string }
  /** `lookAt` undefined: nobody looks any more; a person decides. */
  | { readonly state: 'unknown'; readonly lookAt: number | undefined; readonly reason: string }

/** It is an emergency: in five minutes it went out, or a person must know that it did not. */
export const TRY_FOR_MS = 5 * 60_000
const PAUSES_MS = [2_000, 5_000, 15_000, 30_000, 60_000] as const
/** After an answer that tells nothing; a run may take some seconds to be listed. */
const LOOKS_AFTER_MS = [2_000, 6_000, 12_000] as const
/** Looks that never came to an end count: one that brings the server down each time must not be made for ever. */
export const MOST_LOOKS = LOOKS_AFTER_MS.length
/** Requests under one key that each ended in doubt. */
const MOST_DOUBTFUL = 3

/** Nobody was there to send it in time. Much may have happened since, and that no run is listed is taken for a proof by then. */
export const isTooLate = ({ decidedAt, now }: { readonly decidedAt: number; readonly now: number }): boolean =>
  now - decidedAt > TRY_FOR_MS

/**
 * What follows from a call.
 * @param facts.attempt how many were made, this one included; from 1
 * @param spread in [0, 1)
 */
export function afterFire(
  outcome: FireOutcome,
  facts: { readonly attempt: number; readonly decidedAt: number; readonly now: number },
  spread: number,
): Outcome {
  if (outcome.kind === 'started') return { state: 'sent', run: outcome.run }
  if (outcome.kind === 'unknown')
    return { state: 'unknown', lookAt: facts.now + LOOKS_AFTER_MS[0], reason: outcome.reason }
  if (!outcome.again) return { state: 'failed', reason: outcome.reason }
  const pause = PAUSES_MS[Math.min(facts.attempt, PAUSES_MS.length) - 1] as number
  const dueAt = facts.now + Math.round(pause * (0.5 + spread))
  return dueAt - facts.decidedAt > TRY_FOR_MS
    ? { state: 'failed', reason: `${outcome.reason} Tried ${facts.attempt} times.` }
    : { state: 'ready', dueAt, reason: outcome.reason }
}

/**
 * What follows from looking for a run.
 * @param facts.looks how many were made, this one included
 * @param facts.answered we got the end of the call ourselves. After a crash we did not: it might still be on its way, and
 *   that there is no run yet says nothing.
 * @param facts.doubtful calls under this key that ended in doubt
 */
export function afterLook(
  outcome: LookOutcome,
  facts: {
    readonly looks: number
    readonly answered: boolean
    readonly doubtful: number
    readonly decidedAt: number
    readonly now: number
  },
): Outcome {
  const { looks, answered, doubtful, decidedAt, now } = facts
  if (outcome.kind === 'found') return { state: 'sent', run: outcome.run }
  if (outcome.kind === 'surely-none' && answered)
    return doubtful < MOST_DOUBTFUL && now - decidedAt <= TRY_FOR_MS
      ? { state: 'ready', dueAt: now, reason: 'No run carries the key.' }
      : { state: 'failed', reason: 'No run carries the key.' }
  const reason = outcome.kind === 'surely-none' ? 'No run carries the key so far.' : outcome.reason
  const pause = LOOKS_AFTER_MS[looks]
  return { state: 'unknown', lookAt: pause === undefined ? undefined : now + pause, reason }
}

/** How long an instance may be sending before it counts as gone; a call ends after 15 s. */
export const SENDING_MOST_MS = 45_000
/** So long after taking it over an instance must have begun to send, or not do it at all. */
export const BEGIN_WITHIN_MS = 10_000

/** Nothing is put off for longer, so that what is due later than that was written before the clock was set back. */
export const PUT_OFF_MOST_MS = 5 * 60_000

/** What a run carries: `ER-27-1`. */
export const dispatchKey = (emergencyId: number, generation: number): string => `ER-${emergencyId}-${generation}`

/** The emergency release and the generation in a key; undefined for a text that is none. */
export function readDispatchKey(text: string): { emergencyId: number; generation: number } | undefined {
  const [, id, generation] = /^ER-([1-9]\d{0,14})-([1-9]\d{0,8})$/.exec(text) ?? []
  return id === undefined ? undefined : { emergencyId: Number(id), generation: Number(generation) }
}
