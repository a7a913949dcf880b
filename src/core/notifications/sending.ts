/**
 * A message, from the transaction that wrote it down to what came of it.
 * - `ready`: to be sent when it is due
 * - `sending`: an instance is sending it; if that instance is gone it becomes `ready` again, so that it may come twice
 *   and is never lost
 * - `sent`: the other side took it
 * - `failed`: it was refused for good, or a day went by
 */
export type NotificationState = 'ready' | 'sending' | 'sent' | 'failed'

/** What came of handing it over. */
export type SendOutcome =
  | { readonly kind: 'sent'; readonly detail: string }
  | {
      readonly kind: 'failed'
      /** Sentences for people; nothing secret is in them. */
      readonly reason: string
      /** The same may go through later. */
      readonly again: boolean
      /** So long the other side wants to be left alone. */
      readonly retryAfterMs?: number | undefined
    }

export type AfterSend =
  | { readonly state: 'sent' }
  | { readonly state: 'failed'; readonly reason: string }
  | { readonly state: 'ready'; readonly dueAt: number; readonly reason: string }

/** Then nobody needs it any more. */
export const TRY_FOR_MS = 24 * 3_600_000
const PAUSES_MS = [5_000, 30_000, 2 * 60_000, 10 * 60_000, 30 * 60_000, 3_600_000, 2 * 3_600_000] as const

/**
 * What follows from handing a message over.
 * @param facts.attempt how many were made, this one included; from 1
 * @param spread in [0, 1); pauses vary by a quarter, so that what failed together does not return together
 */
export function afterSend(
  outcome: SendOutcome,
  facts: { readonly attempt: number; readonly createdAt: number; readonly now: number },
  spread: number,
): AfterSend {
  if (outcome.kind === 'sent') return { state: 'sent' }
  const { reason, again, retryAfterMs = 0 } = outcome
  if (!again) return { state: 'failed', reason }
  const pause = PAUSES_MS[Math.min(facts.attempt, PAUSES_MS.length) - 1] as number
  const dueAt = facts.now + Math.max(Math.round(pause * (0.75 + spread * 0.5)), retryAfterMs)
  return dueAt - facts.createdAt > TRY_FOR_MS
    ? { state: 'failed', reason: `${reason} Tried ${facts.attempt} times in a day.` }
    : { state: 'ready', dueAt, reason }
}

/** How a channel is doing. */
export interface Health {
  /** Failures in a row. */
  readonly failures: number
  /** Nothing is sent before. */
  readonly heldUntil: number | undefined
}

const FAILURES_UNTIL_HELD = 5
const FIRST_HOLD_MS = 30_000
const LONGEST_HOLD_MS = 10 * 60_000
/** A receiver that asks for more is asked again all the same. */
const LONGEST_PAUSE_MS = 3_600_000

/**
 * How a channel is doing after a message: after five failures in a row it is left alone for half a minute, then twice as
 * long after each failure, ten minutes at most; one message tries whether it is back. A pause that the other side asked
 * for holds all of its messages.
 */
export function healthAfter(health: Health, outcome: SendOutcome, now: number): Health {
  if (outcome.kind === 'sent') return { failures: 0, heldUntil: undefined }
  const failures = health.failures + 1
  const hold =
    failures < FAILURES_UNTIL_HELD
      ? 0
      : Math.min(LONGEST_HOLD_MS, FIRST_HOLD_MS * 2 ** Math.min(20, failures - FAILURES_UNTIL_HELD))
  const pause = Math.max(hold, Math.min(LONGEST_PAUSE_MS, outcome.retryAfterMs ?? 0))
  return { failures, heldUntil: pause > 0 ? now + pause : undefined }
}

/** How long an instance may be sending before it counts as gone; a call ends after 15 s. */
export const SENDING_MOST_MS = 45_000
/** So long after taking it an instance must have begun to send, or leave it. */
export const BEGIN_WITHIN_MS = 10_000
