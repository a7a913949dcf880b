/** How long what came in is kept, in days since it was received. */
export interface Retention {
  /** Bodies of deliveries that were processed or ignored. */
  readonly bodiesDays: number
  /** Bodies of those that failed, while nobody handles them. */
  readonly failedDays: number
  /** What was concluded from a delivery, and by which id it is known when it comes again. */
  readonly deliveriesDays: number
  /** Messages that were sent or failed, and what rules held back. */
  readonly notificationsDays: number
}

const DAY_MS = 86_400_000
/** Longer than this nobody asks which names no rule matched, or who was refused. */
export const NAMES_KEPT_DAYS = 90
export const REFUSALS_KEPT_DAYS = 90

/** What is older than these instants is let go of. */
export interface Horizons {
  readonly bodies: number
  readonly failedBodies: number
  readonly deliveries: number
  /** Sessions that began before are no longer told apart: a delivery that could repeat them is gone. */
  readonly sessions: number
  readonly names: number
  readonly refusals: number
  readonly notifications: number
}

export const horizonsAt = (
  now: number,
  { bodiesDays, failedDays, deliveriesDays, notificationsDays }: Retention,
): Horizons => ({
  bodies: now - bodiesDays * DAY_MS,
  failedBodies: now - failedDays * DAY_MS,
  deliveries: now - deliveriesDays * DAY_MS,
  sessions: now - bodiesDays * DAY_MS,
  names: now - NAMES_KEPT_DAYS * DAY_MS,
  refusals: now - REFUSALS_KEPT_DAYS * DAY_MS,
  notifications: now - notificationsDays * DAY_MS,
})
