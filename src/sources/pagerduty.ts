import { z } from 'zod'
import type { DefectEvent, DefectStatus, Interpretation } from '../core/event.ts'
import { cleanLine } from '../core/text/text.ts'
import { ignored, told } from './interpretation.ts'
import { hasListedHexHmac } from './proof/signature.ts'
import { readJson } from './reading/json.ts'
import { severityOfCallPriority } from './reading/labels.ts'
import { originOf } from './reading/origin.ts'
import { lineOf, listOf, parseWith, readTime, repeatedKeyNotes, webUrl } from './reading/payload.ts'
import { labelled, placeIn, type Tags, tagsInPairs } from './reading/tags.ts'
import type { RawDelivery, Source } from './source.ts'

/** PagerDuty's webhooks, version 3: one event of one incident each. Mapping: docs/sources/pagerduty.md. */
export const pagerduty: Source = {
  kind: 'pagerduty',
  label: 'PagerDuty',
  secret: 'signing-key',
  contentTypes: ['application/json'],
  verify: ({ headers, body }, secrets) => hasListedHexHmac(headers['x-pagerduty-signature'], body, secrets, 'v1='),
  deliveryId: ({ headers }) => /^[\w-]{1,100}$/.exec(headers['x-webhook-id'] ?? '')?.[0],
  eventName: ({ body }) => eventType(body),
  interpret,
}

const text = z.string().nullish()
const reference = z.object({ id: text, summary: text, type: text }).nullish()

const envelopeSchema = z.object({
  event: z.object({
    event_type: z.string(),
    occurred_at: text,
    agent: reference,
    data: z.unknown().optional(),
  }),
})
type Envelope = z.infer<typeof envelopeSchema>['event']

const incidentSchema = z.object({
  id: z.string().min(1),
  title: text,
  html_url: text,
  created_at: text,
  service: reference,
  priority: reference,
  urgency: text,
  teams: listOf(reference).nullish(),
  escalation_policy: reference,
  incident_type: z.object({ name: text }).nullish(),
  resolve_reason: z.unknown().optional(),
})
type Incident = z.infer<typeof incidentSchema>

const fieldsSchema = z.object({
  incident: z.object({ id: z.string().min(1) }),
  custom_fields: listOf(z.object({ name: text, value: z.unknown().optional() })).nullish(),
})

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const parsed = parseWith(envelopeSchema, json.value)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const notes = repeatedKeyNotes(json.repeatedKeys)
  const { event } = parsed.value
  const at = readTime(event.occurred_at, 'event.occurred_at', receivedAt, notes) ?? receivedAt
  if (event.event_type === 'incident.custom_field_values.updated') return readFields(event, at, notes)
  if (!READ.has(event.event_type)) return ignored(reasonToIgnore(event.event_type))
  const incident = parseWith(incidentSchema, event.data, ['event', 'data'])
  if (!incident.ok) return { kind: 'unreadable', problems: incident.problems }
  return readIncident(event, incident.value, { at, receivedAt, notes })
}

/** What the events of an incident say of its state; undefined: nothing. */
const READ: ReadonlyMap<string, DefectStatus | undefined> = new Map<string, DefectStatus | undefined>([
  ['incident.triggered', 'open'],
  ['incident.acknowledged', 'in-progress'],
  ['incident.unacknowledged', 'open'],
  ['incident.reopened', 'open'],
  ['incident.resolved', 'fixed'],
  ['incident.priority_updated', undefined],
  ['incident.service_updated', undefined],
])

function reasonToIgnore(type: string): string {
  if (type === 'pagey.ping') return 'A ping: PagerDuty reaches this address and the secret is right.'
  const name = cleanLine(type, 80)
  return type.startsWith('incident.')
    ? `Nothing is read from ${name}: it changes neither the state nor the priority of the incident.`
    : `Nothing is read from ${name} events; those of incidents are.`
}

interface Reading {
  readonly at: number
  readonly receivedAt: number
  readonly notes: string[]
}

function readIncident(event: Envelope, incident: Incident, { at, receivedAt, notes }: Reading): Interpretation {
  const title = lineOf(incident.title, 300)
  const said: DefectEvent = {
    type: 'defect',
    origin: originOfIncident(incident),
    key: cleanLine(incident.id, 200),
    title,
    service: lineOf(incident.service?.summary, 200),
    ...rankOf(incident),
    status: statusOf(event.event_type, incident),
    url: webUrl(incident.html_url),
    at,
    count: 0,
  }
  if (event.event_type !== 'incident.triggered') return told([said], notes)
  const seenAt = readTime(incident.created_at, 'event.data.created_at', receivedAt, notes) ?? at
  const seen: DefectEvent = {
    ...said,
    title: title ?? `Incident ${cleanLine(incident.id, 200)}`,
    detection: event.agent?.type === 'user_reference' ? 'issue' : 'alert',
    at: seenAt,
    occurredAt: seenAt,
    detectedAt: seenAt,
    count: 1,
    sighting: 'triggered',
  }
  return told([seen], notes)
}

function statusOf(type: string, { resolve_reason: reason }: Incident): DefectStatus | undefined {
  const status = READ.get(type)
  const merged = (reason as { type?: unknown } | null | undefined)?.type === 'merge_resolve_reason'
  // What was merged into another incident goes on there.
  return status === 'fixed' && merged ? 'wont-fix' : status
}

/** Without a priority there is still the urgency, high or low. */
function rankOf({ priority, urgency }: Incident) {
  const severityWord = lineOf(priority?.summary ?? urgency, 100)
  return { severity: severityOfCallPriority(severityWord ?? ''), severityWord }
}

const originOfIncident = ({ service, teams, escalation_policy: policy, incident_type: type }: Incident) =>
  originOf({
    service: service?.summary,
    'service.id': service?.id,
    team: teams?.[0]?.summary,
    escalation_policy: policy?.summary,
    incident_type: type?.name,
  })

/** Fields of the team's own may say where it was seen. */
function readFields({ data }: Envelope, at: number, notes: string[]): Interpretation {
  const parsed = parseWith(fieldsSchema, data, ['event', 'data'])
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const fields = namedFields(parsed.value.custom_fields ?? [])
  // The service is the incident's own.
  const { service: _, ...place } = placeIn(fields)
  if (Object.values(place).every((value) => value === undefined))
    return ignored('None of the custom fields says in which environment or version the incident was seen.')
  const { id } = parsed.value.incident
  const origin = originOf(labelled(fields))
  return told([{ type: 'defect', origin, key: cleanLine(id, 200), ...place, at, count: 0 }], notes)
}

/** A field with several values is known by the first. */
const namedFields = (fields: readonly { name?: string | null | undefined; value?: unknown }[]): Tags =>
  tagsInPairs(
    fields.flatMap(({ name, value }): [string, unknown][] =>
      name ? [[name, Array.isArray(value) ? value[0] : value]] : [],
    ),
  )

function eventType(body: Uint8Array): string | undefined {
  const json = readJson(body)
  const type = json.ok
    ? (json.value as { event?: { event_type?: unknown } | null } | null)?.event?.event_type
    : undefined
  return typeof type === 'string' && /^[a-z_.]{1,60}$/.test(type) ? type : undefined
}
