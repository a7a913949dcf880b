/** One webhook of Sentry, as its readers get it. */
export interface SentryHook {
  readonly payload: unknown
  readonly receivedAt: number
  /** When Sentry sent it, which is all that it says of when a state changed. */
  readonly sentAt: number
}
