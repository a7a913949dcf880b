import { hash } from 'node:crypto'
import { z } from 'zod'
import type { DefectEvent, Interpretation } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { together } from './batch.ts'
import { readJson } from './json.ts'
import { severityOfWord } from './labels.ts'
import { originOf } from './origin.ts'
import { lineOf, parseWith, readTime, webUrl } from './payload.ts'
import { labelled, placeIn, type Tags, tagNamed, tagsOf } from './tags.ts'

/**
 * Groups of alerts as Alertmanager sends them, and Grafana after it. An alert is one defect by its fingerprint; each
 * time it starts firing is an occurrence.
 */

const MAX_ALERTS = 1000

const text = z.string().nullish()
const named = z.record(z.string(), z.unknown()).nullish()

const groupSchema = z.object({
  receiver: text,
  alerts: z.array(z.unknown()),
  truncatedAlerts: z.union([z.number(), z.string()]).nullish(),
})

const alertSchema = z.object({
  status: z.string(),
  labels: named.transform(tagsOf),
  annotations: named.transform((annotations) => annotations ?? {}),
  startsAt: text,
  endsAt: text,
  generatorURL: text,
  panelURL: text,
  dashboardURL: text,
  fingerprint: text,
})
type Alert = z.infer<typeof alertSchema>

/** What the senders differ in. */
export interface AlertSender {
  readonly label: string
  /** Why an alert is none of ours; undefined: it is. */
  readonly reasonToIgnore?: (labels: Tags) => string | undefined
}

/** Reads the body of one notification; its state as a whole is not looked at, because firing and resolved mix. */
export function readAlerts(payload: unknown, receivedAt: number, sender: AlertSender): Interpretation {
  const parsed = parseWith(groupSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { alerts, receiver, truncatedAlerts } = parsed.value
  if (alerts.length > MAX_ALERTS)
    return unreadable('alerts', `has ${alerts.length} entries; at most ${MAX_ALERTS} are taken at once`)
  const made = together(
    alerts.map((alert, i) => readAlert(alert, `alerts.${i}`, { receivedAt, receiver, sender })),
    'alerts',
    'Alert',
  )
  const left = Number(truncatedAlerts ?? 0)
  if (made.kind !== 'events' || !(left > 0)) return made
  const note = `${sender.label} left ${left} ${left === 1 ? 'alert' : 'alerts'} of this group out, not counted here.`
  return { ...made, notes: [note, ...(made.notes ?? [])] }
}

interface Reading {
  readonly receivedAt: number
  readonly receiver: string | null | undefined
  readonly sender: AlertSender
}

function readAlert(value: unknown, path: string, { receivedAt, receiver, sender }: Reading): Interpretation {
  const parsed = parseWith(alertSchema, value)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const alert = parsed.value
  const { status, labels } = alert
  const annotations = tagsOf(alert.annotations)
  if (status !== 'firing' && status !== 'resolved')
    return unreadable('status', `is "${cleanLine(status, 40)}", which is neither firing nor resolved`)
  const reason = reasonToIgnore(labels) ?? sender.reasonToIgnore?.(labels)
  if (reason !== undefined) return ignored(reason)
  const title = lineOf(annotations.get('summary') ?? labels.get('alertname'), 300)
  if (title === undefined) return unreadable('labels.alertname', 'is required when there is no annotation summary')

  const notes: string[] = []
  const startedAt = readTime(alert.startsAt, `${path}.startsAt`, receivedAt, notes)
  const seenAt = startedAt ?? receivedAt
  const severityWord = tagNamed([labels], ['severity', 'priority', 'level'])
  const said: DefectEvent = {
    type: 'defect',
    origin: originOf({ receiver, ...labelled(labels) }),
    key: keyOf(alert),
    title,
    description: descriptionOf(alert),
    ...placeIn(labels, annotations),
    detection: 'alert',
    severity: severityOfWord(severityWord ?? ''),
    severityWord: lineOf(severityWord, 100),
    status: 'open',
    url: webUrl(alert.generatorURL) ?? webUrl(alert.panelURL) ?? webUrl(alert.dashboardURL),
    at: seenAt,
    occurredAt: seenAt,
    detectedAt: seenAt,
    count: 1,
    sighting: startedAt === undefined ? undefined : `at ${startedAt}`,
  }
  if (status === 'firing') return told([said], notes)
  const endedAt = readTime(alert.endsAt, `${path}.endsAt`, receivedAt, notes) ?? receivedAt
  const over: DefectEvent = { type: 'defect', key: said.key, status: 'fixed', at: endedAt, count: 0 }
  // Of an alert whose firing was never heard of, this is the first that is known; of any other it is nothing new.
  return told(startedAt === undefined ? [over] : [said, over], notes)
}

/** Alerts that fire to show that alerting works, or to hold others back, have the severity none by convention. */
function reasonToIgnore(labels: Tags): string | undefined {
  if (labels.get('severity')?.toLowerCase() !== 'none') return undefined
  return `${cleanLine(labels.get('alertname') ?? 'The alert', 100)} has the severity none: it tells of alerting itself and is no defect.`
}

/** The sender's fingerprint of the labels, or, from an old sender, one of our own. */
function keyOf({ fingerprint, labels }: Alert): string {
  const given = lineOf(fingerprint, 200)
  if (given !== undefined) return given
  const sorted = [...labels].sort(([a], [b]) => (a < b ? -1 : 1))
  return `labels ${hash('sha256', JSON.stringify(sorted))}`
}

function descriptionOf({ annotations }: Alert): string | undefined {
  const description = annotations.description ?? annotations.message
  return typeof description === 'string' ? cleanText(description, 20_000) || undefined : undefined
}

/** `firing` or `resolved`, of the group as a whole. */
export function groupState(body: Uint8Array): string | undefined {
  const json = readJson(body)
  const status = json.ok ? (json.value as { status?: unknown } | null)?.status : undefined
  return status === 'firing' || status === 'resolved' ? status : undefined
}
