import type { Severity } from '../event.ts'

/**
 * A fact that people may want to be told of, as it was when it became known. Plain data: it is stored with each message
 * and put into words when that is sent.
 */
export type Announcement =
  | DefectAttributed
  | DefectRegressed
  | ReleaseSuspect
  | EmergencyAnnounced
  | SourceSilent
  | DeliveryFailed
  | LockSet
  | RuleFired
  | ReportMade
  | ChannelTest

interface Fact {
  /** Names the fact: who was told of it is not told again. Starts with the event. */
  readonly key: string
  /** When it happened, not when we heard. What is older than a day is no news. */
  readonly at: number
  /** Undefined: it is of no service, or nobody knows which. */
  readonly service: string | undefined
  readonly environment: string | undefined
}

export interface ToldDefect {
  /** `PF-<id>` */
  readonly id: number
  readonly title: string
  readonly severity: Severity
}

export interface DefectAttributed extends Fact {
  readonly event: 'defect-attributed'
  readonly defect: ToldDefect
  /** Which is suspected; the machine only ever suspects. */
  readonly release: { readonly service: string; readonly version: string }
  /** 0 to 1. */
  readonly probability: number
  readonly reason: string
}

export interface DefectRegressed extends Fact {
  readonly event: 'defect-regressed'
  readonly defect: ToldDefect
  /** How it came back, in a sentence. */
  readonly sentence: string
}

export interface ReleaseSuspect extends Fact {
  readonly event: 'release-suspect'
  readonly service: string
  readonly environment: string
  readonly version: string
  /** Sentences, the weightiest first. */
  readonly reasons: readonly string[]
}

export interface EmergencyAnnounced extends Fact {
  readonly event: EmergencyEvent
  readonly emergencyId: number
  readonly strategy: 'rollback' | 'hotfix'
  readonly service: string
  readonly environment: string
  readonly version: string
  /** What happened and by whom, as in its timeline. */
  readonly sentence: string
}

export interface SourceSilent extends Fact {
  readonly event: 'source-silent'
  readonly source: { readonly slug: string; readonly name: string }
  readonly lastAt: number
}

export interface DeliveryFailed extends Fact {
  readonly event: 'delivery-failed'
  readonly source: { readonly slug: string; readonly name: string }
  readonly deliveryId: number
  readonly reason: string
}

export interface LockSet extends Fact {
  readonly event: 'lock-set'
  /** Undefined: of every service. */
  readonly service: string | undefined
  readonly environment: string
  readonly reason: string
  readonly by: string
}

/** A rule of the operator's fired; its words are the rule's. */
export interface RuleFired extends Fact {
  readonly event: 'rule-fired'
  readonly title: string
  readonly lines: readonly { readonly label?: string | undefined; readonly text: string }[]
  /** Where it leads here: `/defects/PF-7`. */
  readonly path: string
  readonly severity: Severity | undefined
  /** It is never held back to be put together with others. */
  readonly urgent: boolean
}

/** A report that was planned was made. */
export interface ReportMade extends Fact {
  readonly event: 'report-made'
  readonly reportId: number
  readonly title: string
  readonly sentence: string
  readonly numbers: readonly { readonly name: string; readonly text: string }[]
}

/** Somebody wants to see that a channel works; nothing happened. */
export interface ChannelTest extends Fact {
  readonly event: 'channel-test'
  readonly channel: string
  readonly by: string
}

export type EmergencyEvent =
  | 'emergency-requested'
  | 'emergency-approved'
  | 'emergency-deploying'
  | 'emergency-deployed'
  | 'emergency-red'
  | 'emergency-verified'
  | 'emergency-closed'
  | 'emergency-failed'
  | 'emergency-needs-person'

export type AnnouncementEvent = Announcement['event']

/** What a channel may ask for. */
export type SubscribedEvent = Exclude<AnnouncementEvent, 'channel-test'>

/** Every event with its words for the form, in the order of the form. */
export const EVENT_WORDS: Readonly<Record<SubscribedEvent, string>> = {
  'defect-attributed': 'A release is suspected of a defect',
  'defect-regressed': 'A defect came back',
  'release-suspect': 'The verdict on a release turned to suspect',
  'emergency-requested': 'Requested',
  'emergency-approved': 'Approved',
  'emergency-deploying': 'Deploying',
  'emergency-deployed': 'Deployed',
  'emergency-red': 'A check turned red',
  'emergency-verified': 'Verified',
  'emergency-closed': 'Closed',
  'emergency-failed': 'Failed, given up or cancelled',
  'emergency-needs-person': 'Needs a person',
  'source-silent': 'A source went silent',
  'delivery-failed': 'Deliveries of a source cannot be processed',
  'lock-set': 'A place was locked',
  'rule-fired': 'A rule fired',
  'report-made': 'A planned report was made',
}

export const EVENTS = Object.keys(EVENT_WORDS) as SubscribedEvent[]

/** Events of the course of an emergency release. */
export const isEmergencyEvent = (event: AnnouncementEvent): event is EmergencyEvent => event.startsWith('emergency-')

/** What never waits to be put together with others. */
export const isUrgent = (announcement: Announcement): boolean =>
  isEmergencyEvent(announcement.event) || (announcement.event === 'rule-fired' && announcement.urgent)

/** How grave it is; undefined: it has no severity. */
export function severityOf(announcement: Announcement): Severity | undefined {
  if ('defect' in announcement) return announcement.defect.severity
  return announcement.event === 'rule-fired' ? announcement.severity : undefined
}
