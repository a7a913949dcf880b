/** How long what came in, or was made of it for others, is kept, in days since then. */
export interface Retention {
  /** Bodies of deliveries that were processed or ignored. */
  readonly bodiesDays: number
  /** Bodies of those that failed, while nobody handles them. */
  readonly failedDays: number
  /** What was concluded from a delivery, and by which id it is known when it comes again. */
  readonly deliveriesDays: number
  /** Messages that were sent or failed, and what rules held back. */
  readonly notificationsDays: number
  /** Reports, with the links to them. */
  readonly reportsDays: number
}

export type Limit = keyof Retention
export const LIMITS = [
  'bodiesDays',
  'failedDays',
  'deliveriesDays',
  'notificationsDays',
  'reportsDays',
] as const satisfies Limit[]

/** A fact is news for a day: so long it must be known that it was told. */
export const LEAST_DAYS: Retention = {
  bodiesDays: 1,
  failedDays: 1,
  deliveriesDays: 1,
  notificationsDays: 2,
  reportsDays: 1,
}
/** A hundred years: for good. */
export const MOST_DAYS = 36_500

/** What a delivery said must be recognised for as long as it may be processed again. */
export const isKnownAsLongAsItsBody = ({ bodiesDays, failedDays, deliveriesDays }: Retention): boolean =>
  deliveriesDays >= Math.max(bodiesDays, failedDays)

/**
 * What holds where people set some of the limits. What was configured may have changed since: deliveries are kept as long
 * as their bodies whatever each of them says.
 */
export function retentionOf(configured: Retention, set: Partial<Retention>): Retention {
  const limits = { ...configured, ...set }
  return isKnownAsLongAsItsBody(limits)
    ? limits
    : { ...limits, deliveriesDays: Math.max(limits.bodiesDays, limits.failedDays) }
}

/** The limits that people set; those that are missing are as configured. */
export interface RetentionSetting {
  readonly set: Partial<Retention>
  /** Who set them last, and when; undefined: nobody ever did. */
  readonly by?: string
  readonly at?: number
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
  readonly reports: number
}

export const horizonsAt = (
  now: number,
  { bodiesDays, failedDays, deliveriesDays, notificationsDays, reportsDays }: Retention,
): Horizons => ({
  bodies: now - bodiesDays * DAY_MS,
  failedBodies: now - failedDays * DAY_MS,
  deliveries: now - deliveriesDays * DAY_MS,
  sessions: now - bodiesDays * DAY_MS,
  names: now - NAMES_KEPT_DAYS * DAY_MS,
  refusals: now - REFUSALS_KEPT_DAYS * DAY_MS,
  notifications: now - notificationsDays * DAY_MS,
  reports: now - reportsDays * DAY_MS,
})
