import { z } from 'zod'
import type { DefectEvent, DefectStatus, DeploymentAction, Interpretation, SourceEvent } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, unreadable } from '../interpretation.ts'
import { claimsStandardSignature, hasBearerToken, hasStandardSignature } from '../proof/signature.ts'
import { artifactVersion } from '../reading/artifact-version.ts'
import { together } from '../reading/batch.ts'
import {
  hasDefectLabel,
  labelValue,
  labelValues,
  severityLabel,
  severityOfLabels,
  severityOfWord,
} from '../reading/labels.ts'
import { labelNames, originOf } from '../reading/origin.ts'
import { fullSha, lineOf, listOf, parseWith, readTime, repeatedKeyNotes, webUrl } from '../reading/payload.ts'
import type { RawDelivery, Source } from '../source.ts'
import { type CloudEvent, headerAttributes, readCloudEvents } from './cloudevents.ts'

/**
 * CDEvents over CloudEvents. What an event means is in `dev.cdevents.<subject>.<predicate>.<version>`; the version is
 * not looked at, because what we read has the same place in all of them (0.3 to 0.6). `context.version` became
 * `context.specversion` and `subject.type` went away in 0.5; neither is needed. Mapping: docs/sources/cdevents.md.
 */
export const cdevents: Source = {
  kind: 'cdevents',
  label: 'CDEvents',
  secret: 'bearer-token',
  contentTypes: ['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json'],
  verify: (delivery, secrets) =>
    claimsStandardSignature(delivery) ? hasStandardSignature(delivery, secrets) : hasBearerToken(delivery, secrets),
  // Only in binary mode is it in the headers; a structured event says it in what is concluded from it.
  eventName: ({ headers }) => /^dev\.cdevents\.[a-z0-9.-]{1,80}$/.exec(headers['ce-type'] ?? '')?.[0],
  deliveryId,
  interpret,
}

const MAX_BATCH = 1000
/** Finding the id in the body means reading it before it is answered; beyond this the shell goes by the body's hash. */
const MAX_BYTES_READ_FOR_ID = 256 * 1024

/**
 * CloudEvents promises that source and id name an event. The type is put with them, because the specification's own
 * examples share one id among detected, reported and resolved, and so do senders that copied them.
 */
function deliveryId(delivery: RawDelivery): string | undefined {
  if (delivery.headers['ce-type'] !== undefined) return eventId(headerAttributes(delivery))
  if (delivery.body.byteLength > MAX_BYTES_READ_FOR_ID) return undefined
  const read = readCloudEvents(delivery)
  if (!read.ok || read.isBatch) return undefined
  const [event] = read.events
  if (!event) return undefined
  if (event.type !== undefined) return eventId(event)
  const context = contextSchema.safeParse((event.data as { context?: unknown } | null)?.context)
  return context.success ? eventId(context.data) : undefined
}

const eventId = ({ type, source, id }: { type?: unknown; source?: unknown; id?: unknown }): string | undefined => {
  if (typeof type !== 'string' || typeof source !== 'string' || typeof id !== 'string' || id === '') return undefined
  const key = JSON.stringify([source, id, type])
  return key.length <= 500 ? key : undefined
}

function interpret(delivery: RawDelivery): Interpretation {
  const read = readCloudEvents(delivery)
  if (!read.ok) return unreadable('', read.message)
  if (read.events.length > MAX_BATCH)
    return unreadable('', `the batch has ${read.events.length} events; at most ${MAX_BATCH} are taken at once`)
  if (!read.isBatch) {
    const [event] = read.events
    const made = event ? interpretEvent(event, delivery.receivedAt) : ignored('There is no event in it.')
    if (made.kind !== 'events' || read.repeatedKeys.length === 0) return made
    return { ...made, notes: [...(made.notes ?? []), ...repeatedKeyNotes(read.repeatedKeys)] }
  }
  if (read.events.length === 0) return ignored('The batch is empty.')
  return together(
    read.events.map((event) => interpretEvent(event, delivery.receivedAt)),
    '',
    'Event',
  )
}

const text = z.string().nullish()
const reference = z.object({ id: text }).nullish()

const contextSchema = z.object({ id: text, source: text, type: text, timestamp: text })

const eventSchema = z.object({
  context: contextSchema,
  subject: z.object({
    id: z.string().min(1),
    source: text,
    content: z
      .object({
        environment: reference,
        artifactId: text,
        service: reference,
        description: text,
        ticketURI: text,
        summary: text,
        ticketType: text,
        priority: text,
        labels: listOf(z.string(), 100).nullish(),
        resolution: text,
        uri: text,
      })
      .nullish()
      .transform((content) => content ?? {}),
  }),
  customData: z.unknown().optional(),
})
type CdEvent = z.infer<typeof eventSchema>

/** What every reader needs besides the event. */
interface Reading {
  readonly event: CdEvent
  readonly at: number
  readonly notes: string[]
}

function interpretEvent(cloudEvent: CloudEvent, receivedAt: number): Interpretation {
  if (cloudEvent.dataProblem !== undefined) return unreadable('data', cloudEvent.dataProblem)
  const type = typeOf(cloudEvent)
  const name = /^dev\.cdevents\.([a-z]+\.[a-z]+)\./.exec(type ?? '')?.[1]
  if (type !== undefined && name === undefined)
    return ignored(`"${cleanLine(type, 100)}" is not a CDEvents type (dev.cdevents.<subject>.<predicate>.<version>).`)
  if (name === undefined) return unreadable('context.type', 'is required')
  const read = READERS[name]
  if (!read) return ignored(reasonToIgnore(name))

  const parsed = parseWith(eventSchema, cloudEvent.data)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const event = parsed.value
  const notes: string[] = []
  const at =
    readTime(event.context.timestamp, 'context.timestamp', receivedAt, notes) ??
    readTime(cloudEvent.time, 'time', receivedAt, notes) ??
    receivedAt
  return read({ event, at, notes })
}

/** The CloudEvents type, or the one inside when the envelope has another or there is none. */
function typeOf({ type, data }: CloudEvent): string | undefined {
  if (type?.startsWith('dev.cdevents.')) return type
  const inside = contextSchema.safeParse((data as { context?: unknown } | null | undefined)?.context)
  return (inside.success ? inside.data.type : undefined) ?? type
}

const READERS: Readonly<Record<string, (reading: Reading) => Interpretation>> = {
  'service.deployed': (reading) => readService(reading, 'deploy'),
  'service.upgraded': (reading) => readService(reading, 'deploy'),
  'service.rolledback': (reading) => readService(reading, 'rollback'),
  'service.removed': (reading) => readService(reading, 'remove'),
  'incident.detected': (reading) => readIncident(reading, 'detected'),
  'incident.reported': (reading) => readIncident(reading, 'reported'),
  'incident.resolved': readIncidentResolved,
  'ticket.created': (reading) => readTicket(reading, 'open'),
  'ticket.updated': (reading) => readTicket(reading, undefined),
  'ticket.closed': (reading) => readTicket(reading, statusWhenClosed(reading.event.subject.content.resolution)),
}

function reasonToIgnore(name: string): string {
  const [subject] = name.split('.')
  if (name === 'service.published')
    return 'service.published says that a service can be reached; which version runs where was said when it was deployed.'
  if (subject === 'artifact')
    return `${name} says that an artifact exists, not where it runs; its release is known from the first service event that names it.`
  if (subject === 'environment')
    return `${name} is not needed: an environment is known from the first deployment into it.`
  return `Nothing is read from ${name} events; service, incident and ticket events are.`
}

/** A service event tells of something done, so each is a deployment of its own, over and done. */
function readService({ event, at, notes }: Reading, action: DeploymentAction): Interpretation {
  const { context, subject } = event
  const { environment: where, artifactId } = subject.content
  const environment = lineOf(where?.id, 200)
  if (!environment) return unreadable('subject.content.environment.id', 'is required, to know where this was deployed')
  const custom = customOf(event)
  const version = lineOf(custom.version, 200) ?? artifactVersion(artifactId ?? '')
  // A removal needs none: whatever ran there no longer does.
  if (version === undefined && action !== 'remove')
    return unreadable(
      'subject.content.artifactId',
      artifactId ? 'has no version, tag or digest' : 'is required, to know what was deployed',
    )
  return {
    kind: 'events',
    notes,
    events: [
      {
        type: 'deployment',
        origin: originIn(event),
        key: lineOf(context.id ? `${context.source ?? ''} ${context.id} ${context.type ?? ''}` : undefined, 400),
        service: cleanLine(subject.id, 200),
        environment,
        version,
        commit: fullSha(version),
        status: 'succeeded',
        action,
        at,
        finishedAt: at,
        artifact: lineOf(artifactId, 500),
      },
    ],
  }
}

function readIncident({ event, at, notes }: Reading, how: 'detected' | 'reported'): Interpretation {
  const { context, subject } = event
  const { description, environment, service, artifactId, ticketURI } = subject.content
  const custom = customOf(event)
  const severityWord = lineOf(custom.severity ?? custom.priority, 200)
  return one(
    {
      ...identified(event),
      title: lineOf(description?.split('\n')[0], 300) ?? `Incident ${cleanLine(subject.id, 200)}`,
      description: description ? cleanText(description, 20_000) : undefined,
      service: lineOf(service?.id, 200),
      environment: lineOf(environment?.id, 200),
      version: lineOf(custom.version, 200) ?? artifactVersion(artifactId ?? ''),
      artifact: lineOf(artifactId, 500),
      severity: severityOfWord(custom.severity ?? '') ?? severityOfWord(custom.priority ?? ''),
      severityWord,
      status: 'open',
      url: webUrl(ticketURI),
      at,
      occurredAt: at,
      detectedAt: at,
      detection: 'alert',
      count: 1,
      sighting: context.id ? lineOf(`${how} ${context.id}`, 300) : undefined,
    },
    notes,
  )
}

/**
 * The description and the artifact of this one are of the state after the repair, so neither is taken: they would name
 * the defect "Response time restored" and blame the release that fixed it.
 */
function readIncidentResolved({ event, at, notes }: Reading): Interpretation {
  return one({ ...identified(event), status: 'fixed', at, count: 0 }, notes)
}

function readTicket({ event, at, notes }: Reading, status: DefectStatus | undefined): Interpretation {
  const { summary, ticketType, priority, labels: given, uri } = event.subject.content
  const labels = given ?? []
  if (!/^(bug|defect|incident)$/i.test(ticketType ?? '') && !hasDefectLabel(labels))
    return ignored(
      `Ticket ${cleanLine(event.subject.id, 100)} is not marked as a defect. To be counted, each of its events needs the ticketType bug or incident, or a label such as bug, incident or regression.`,
    )
  const isNew = status === 'open'
  return one(
    {
      ...identified(event),
      title: lineOf(summary, 300),
      service: lineOf(labelValue(labels, ['service', 'component']), 200),
      environment: lineOf(labelValue(labels, ['env', 'environment']), 200),
      version: lineOf(labelValue(labels, ['version', 'affects', 'found-in']), 200),
      severity: severityOfLabels(labels) ?? severityOfWord(priority ?? ''),
      severityWord: lineOf(severityLabel(labels) ?? priority, 200),
      status,
      url: webUrl(uri),
      at,
      occurredAt: isNew ? at : undefined,
      detection: 'issue',
      components: componentsIn(labels),
      count: isNew ? 1 : 0,
      sighting: isNew && event.context.id ? lineOf(`created ${event.context.id}`, 300) : undefined,
    },
    notes,
  )
}

/** Not `component:`, which names the service. */
function componentsIn(labels: readonly string[]): readonly string[] | undefined {
  const names = labelValues(labels, ['area', 'module']).flatMap((name) => lineOf(name, 200) ?? [])
  return names.length > 0 ? [...new Set(names)] : undefined
}

const statusWhenClosed = (resolution: string | null | undefined): DefectStatus =>
  /^(withdrawn|duplicate|wont-?fix|not[-_ ]?planned|invalid|rejected)$/i.test(resolution ?? '') ? 'wont-fix' : 'fixed'

const identified = (event: CdEvent) => ({
  type: 'defect' as const,
  origin: originIn(event),
  key: cleanLine(`${event.subject.source ?? event.context.source ?? ''} ${event.subject.id}`, 400),
})

const originIn = ({ context, subject }: CdEvent) =>
  originOf({
    source: context.source,
    'subject.source': subject.source,
    subject: subject.id,
    service: subject.content.service?.id,
    environment: subject.content.environment?.id,
    artifact: subject.content.artifactId,
    ticketType: subject.content.ticketType,
    ...(subject.content.labels && labelNames(subject.content.labels)),
  })

const customSchema = z.object({ version: text, severity: text, priority: text })

/** The sender's own additions that we understand; each absent unless it is text. */
function customOf({ customData }: CdEvent): { version?: string; severity?: string; priority?: string } {
  const found: { version?: string; severity?: string; priority?: string } = {}
  for (const name of ['version', 'severity', 'priority'] as const) {
    const parsed = customSchema.shape[name].safeParse(
      (customData as Record<string, unknown> | null | undefined)?.[name],
    )
    if (parsed.success && parsed.data) found[name] = parsed.data
  }
  return found
}

const one = (event: DefectEvent | SourceEvent, notes: readonly string[]): Interpretation => ({
  kind: 'events',
  events: [event],
  notes,
})
