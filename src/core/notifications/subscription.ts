import type { Severity } from '../event.ts'
import { type Announcement, type AnnouncementEvent, type SubscribedEvent, severityOf } from './announcement.ts'

/** What a channel wants to hear. An empty list of services or environments is all of them. */
export interface Subscription {
  readonly events: readonly SubscribedEvent[]
  readonly services: readonly string[]
  readonly environments: readonly string[]
  /** Of defects; what has no severity is heard whatever this says. */
  readonly leastSeverity: Severity
}

/** What is older is no news: it comes from a replay, an import, or a sender that was cut off for long. */
export const NEWS_FOR_MS = 24 * 3_600_000

/** Whether the fact is recent enough for anybody to be told. */
export const isNews = ({ at }: Announcement, now: number): boolean => now - at <= NEWS_FOR_MS

/**
 * Whether a channel is told of a fact. What is of no service or environment by its nature (a source, a lock of every
 * service) concerns everybody; a defect of which the service is not known is not one of the services that were chosen.
 *
 * @param channel.since when it was set up; it is told of nothing from before
 */
export function wants(
  announcement: Announcement,
  { subscription, since }: { readonly subscription: Subscription; readonly since: number },
): boolean {
  const { events, services, environments, leastSeverity } = subscription
  const { event, service, environment, at } = announcement
  const severity = severityOf(announcement)
  return (
    at >= since &&
    events.some((chosen) => chosen === event) &&
    // `S1` is graver than `S2`.
    (severity === undefined || severity <= leastSeverity) &&
    isAmong(service, services, CONCERNS_EVERY_SERVICE.has(event)) &&
    isAmong(environment, environments, CONCERNS_EVERY_ENVIRONMENT.has(event))
  )
}

const CONCERNS_EVERY_SERVICE: ReadonlySet<AnnouncementEvent> = new Set([
  'source-silent',
  'delivery-failed',
  'lock-set',
  'report-made',
])
const CONCERNS_EVERY_ENVIRONMENT: ReadonlySet<AnnouncementEvent> = new Set(['source-silent', 'delivery-failed'])

const isAmong = (name: string | undefined, chosen: readonly string[], withoutName: boolean): boolean =>
  chosen.length === 0 || (name === undefined ? withoutName : chosen.includes(name))
