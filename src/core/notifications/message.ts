import { counted } from '../text/wording.ts'
import type { Announcement, AnnouncementEvent, EmergencyAnnounced, EmergencyEvent } from './announcement.ts'

/** What is told, in words and without any mark-up. Text from outside stands in it as it came. */
export interface Message {
  readonly event: AnnouncementEvent | 'digest'
  readonly tone: Tone
  readonly title: string
  readonly lines: readonly Line[]
  /** The page it leads to, from the root of this server. A page only shows; nothing happens by opening it. */
  readonly path: string
}

export interface Line {
  readonly label?: string | undefined
  readonly text: string
  /** Where this line by itself leads. */
  readonly path?: string | undefined
}

export type Tone = 'bad' | 'warning' | 'good' | 'neutral'

/** The words for a fact. */
export function messageOf(announcement: Announcement): Message {
  const { event, service, environment } = announcement
  const where = { label: 'Where', text: [service, environment].filter(Boolean).join(' in ') }
  switch (announcement.event) {
    case 'defect-attributed': {
      const { defect, release, probability, reason } = announcement
      return {
        event,
        tone: defect.severity === 'S1' ? 'bad' : 'warning',
        title: `${defect.severity} PF-${defect.id}: ${defect.title}`,
        lines: withText([
          { label: 'Suspected', text: `${release.service} ${release.version} (${Math.round(probability * 100)} %)` },
          { label: 'Because', text: reason },
          where,
        ]),
        path: `/defects/PF-${defect.id}`,
      }
    }
    case 'defect-regressed': {
      const { defect, sentence } = announcement
      return {
        event,
        tone: defect.severity === 'S1' ? 'bad' : 'warning',
        title: `${defect.severity} PF-${defect.id} came back: ${defect.title}`,
        lines: withText([{ label: 'How', text: sentence }, where]),
        path: `/defects/PF-${defect.id}`,
      }
    }
    case 'release-suspect': {
      const { version, reasons } = announcement
      return {
        event,
        tone: 'bad',
        title: `${service} ${version} is suspect in ${environment}`,
        lines: withText(reasons.slice(0, 3).map((text) => ({ text }))),
        path: releasePath(announcement.service, version),
      }
    }
    case 'source-silent': {
      const { source, lastAt } = announcement
      return {
        event,
        tone: 'warning',
        title: `${source.name} has gone silent`,
        lines: [{ label: 'Last delivery', text: utc(lastAt) }],
        path: `/setup/sources/${encodeURIComponent(source.slug)}/receiving`,
      }
    }
    case 'delivery-failed': {
      const { source, deliveryId, reason } = announcement
      return {
        event,
        tone: 'warning',
        title: `A delivery of ${source.name} cannot be processed`,
        lines: withText([{ label: 'Delivery', text: String(deliveryId) }, { text: reason }]),
        path: `/deliveries/${deliveryId}`,
      }
    }
    case 'lock-set': {
      const { reason, by } = announcement
      return {
        event,
        tone: 'warning',
        title: `Deployments of ${service ?? 'every service'} to ${environment} are locked`,
        lines: withText([
          { label: 'By', text: by },
          { label: 'Why', text: reason },
        ]),
        path: '/emergency/settings',
      }
    }
    case 'rule-fired': {
      const { title, lines, path, severity } = announcement
      return { event, tone: severity === 'S1' ? 'bad' : 'warning', title, lines: withText(lines), path: pathOf(path) }
    }
    case 'report-made': {
      const { reportId, title, sentence, numbers } = announcement
      return {
        event,
        tone: 'neutral',
        title: `Report: ${title}`,
        lines: withText([{ text: sentence }, ...numbers.map(({ name, text }) => ({ label: name, text }))]),
        path: `/reports/${reportId}`,
      }
    }
    case 'channel-test': {
      const { channel, by } = announcement
      return {
        event,
        tone: 'neutral',
        title: 'A test from Postflight',
        lines: [{ text: `${by} tries whether ${channel} works. Nothing has happened.` }],
        path: '/admin/channels',
      }
    }
    default:
      return emergencyMessage(announcement)
  }
}

function emergencyMessage(announcement: EmergencyAnnounced): Message {
  const { event, emergencyId, strategy, service, environment, version, sentence } = announcement
  const what = strategy === 'rollback' ? `roll ${service} back to ${version}` : `hotfix ${service} ${version}`
  return {
    event,
    tone: EMERGENCY_TONES[event],
    title: `ER-${emergencyId} ${EMERGENCY_WORDS[event]}: ${what} in ${environment}`,
    lines: withText([{ text: sentence }]),
    path: `/emergency/ER-${emergencyId}`,
  }
}

const EMERGENCY_WORDS: Readonly<Record<EmergencyEvent, string>> = {
  'emergency-requested': 'waits for approval',
  'emergency-approved': 'was approved',
  'emergency-deploying': 'is deploying',
  'emergency-deployed': 'is live and being verified',
  'emergency-red': 'has a check in red',
  'emergency-verified': 'is verified',
  'emergency-closed': 'is closed',
  'emergency-failed': 'came to nothing',
  'emergency-needs-person': 'needs a person',
}

const EMERGENCY_TONES: Readonly<Record<EmergencyEvent, Tone>> = {
  'emergency-requested': 'warning',
  'emergency-approved': 'neutral',
  'emergency-deploying': 'neutral',
  'emergency-deployed': 'neutral',
  'emergency-red': 'bad',
  'emergency-verified': 'good',
  'emergency-closed': 'good',
  'emergency-failed': 'bad',
  'emergency-needs-person': 'bad',
}

const MOST_IN_DIGEST = 20

/** Several in one, the oldest first; one stays as it is. */
export function digestOf(messages: readonly [Message, ...Message[]]): Message {
  if (messages.length === 1) return messages[0]
  const rest = messages.length - MOST_IN_DIGEST
  return {
    event: 'digest',
    tone: messages.some(({ tone }) => tone === 'bad') ? 'bad' : 'warning',
    title: `${counted(messages.length, 'message')} from Postflight`,
    lines: [
      ...messages.slice(0, MOST_IN_DIGEST).map(({ title, path }) => ({ text: title, path })),
      ...(rest > 0 ? [{ text: `and ${rest} more` }] : []),
    ],
    path: '/',
  }
}

const withText = (lines: readonly Line[]): Line[] => lines.filter(({ text }) => text.trim() !== '')

const releasePath = (service: string, version: string): string =>
  `/releases/${encodeURIComponent(service)}/${encodeURIComponent(version)}`

/** `2026-11-26 06:40 UTC`: who reads it may be anywhere. */
const utc = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** It stays on this server, whatever was stored. */
const pathOf = (path: string): string => (/^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/')
