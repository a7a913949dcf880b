import { z } from 'zod'
import type { DefectEvent, DefectStatus, Interpretation } from '../core/event.ts'
import { cleanLine, cleanText } from '../core/text/text.ts'
import { ignored, told } from './interpretation.ts'
import { hasSentSecret } from './proof/signature.ts'
import { readJson } from './reading/json.ts'
import { severityOfCallPriority } from './reading/labels.ts'
import { originOf } from './reading/origin.ts'
import { lineOf, listOf, parseWith, readEpoch, repeatedKeyNotes } from './reading/payload.ts'
import { labelled, placeIn, tagsInList, tagsOf } from './reading/tags.ts'
import type { RawDelivery, Source } from './source.ts'

/** Opsgenie's webhook integration: what is done with an alert. Mapping: docs/sources/opsgenie.md. */
export const opsgenie: Source = {
  kind: 'opsgenie',
  label: 'Opsgenie',
  secret: 'bearer-token',
  contentTypes: ['application/json'],
  verify: hasSentSecret,
  deliveryId,
  eventName: ({ body }) => actionIn(body),
  interpret,
}

const text = z.string().nullish()
/** Nanoseconds have more digits than a number keeps; the reader of JSON leaves them as text. */
const instant = z.union([z.string(), z.number()]).nullish()

const bodySchema = z.object({
  action: z.string(),
  alert: z.object({
    alertId: z.string().min(1),
    message: text,
    description: text,
    priority: z.union([z.string(), z.number()]).nullish(),
    entity: text,
    tags: listOf(z.string()).nullish(),
    details: z.record(z.string(), z.unknown()).nullish(),
    createdAt: instant,
    updatedAt: instant,
  }),
  source: z.object({ type: text }).nullish(),
  integrationName: text,
})
type Body = z.infer<typeof bodySchema>

/** What is done, and what it makes of the state; undefined: nothing. */
const STATUS_OF_ACTION: ReadonlyMap<string, DefectStatus | undefined> = new Map<string, DefectStatus | undefined>([
  ['Create', 'open'],
  ['Acknowledge', 'in-progress'],
  ['UnAcknowledge', 'open'],
  ['Close', 'fixed'],
  ['Delete', 'wont-fix'],
  ['UpdatePriority', undefined],
  ['UpdateMessage', undefined],
  ['UpdateDescription', undefined],
  ['AddTags', undefined],
  ['AddDetails', undefined],
])

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const action = z.object({ action: z.string() }).safeParse(json.value)
  if (action.success && !STATUS_OF_ACTION.has(action.data.action))
    return ignored(`The action "${cleanLine(action.data.action, 40)}" changes nothing that is kept here.`)
  const parsed = parseWith(bodySchema, json.value)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const notes = repeatedKeyNotes(json.repeatedKeys)
  return told([readAlert(parsed.value, receivedAt, notes)], notes)
}

function readAlert(body: Body, receivedAt: number, notes: string[]): DefectEvent {
  const { action, alert, source } = body
  const time = (field: 'createdAt' | 'updatedAt') => readEpoch(alert[field], `alert.${field}`, receivedAt, notes)
  const said = described(body)
  const status = STATUS_OF_ACTION.get(action)
  if (action !== 'Create') return { ...said, status, at: time('updatedAt') ?? receivedAt, count: 0 }
  const seenAt = time('createdAt') ?? time('updatedAt') ?? receivedAt
  return {
    ...said,
    title: said.title ?? `Alert ${said.key}`,
    // Made by hand on its pages, or by a monitor through its API.
    detection: source?.type?.toLowerCase() === 'web' ? 'issue' : 'alert',
    status,
    at: seenAt,
    occurredAt: seenAt,
    detectedAt: seenAt,
    count: 1,
    sighting: 'created',
  }
}

function described({ action, alert, integrationName }: Body) {
  const details = tagsOf(alert.details)
  const tags = tagsInList(alert.tags)
  const place = placeIn(details, tags)
  const priority = typeof alert.priority === 'number' ? `P${alert.priority}` : alert.priority
  const severityWord = lineOf(priority, 100)
  return {
    type: 'defect' as const,
    origin: originOf({
      entity: alert.entity,
      integrationName,
      tags: alert.tags?.join(', '),
      ...labelled(tags),
      ...labelled(details),
    }),
    key: cleanLine(alert.alertId, 200),
    title: lineOf(alert.message, 300),
    description: alert.description ? cleanText(alert.description, 20_000) : undefined,
    ...place,
    // What is done later comes without the details, and must not say otherwise than they did.
    service: place.service ?? (action === 'Create' ? lineOf(alert.entity, 200) : undefined),
    severity: severityOfCallPriority(severityWord ?? ''),
    severityWord,
  }
}

/** Finding it means reading the body before it is answered; beyond this the shell goes by the body's hash. */
const MAX_BYTES_READ_FOR_ID = 256 * 1024

const idSchema = z.object({ action: z.string(), alert: z.object({ alertId: z.string(), updatedAt: instant }) })

/** It names no delivery, but nothing is done twice with an alert in the same nanosecond. */
function deliveryId({ body }: RawDelivery): string | undefined {
  if (body.byteLength > MAX_BYTES_READ_FOR_ID) return undefined
  const json = readJson(body)
  const parsed = idSchema.safeParse(json.ok ? json.value : undefined)
  if (!parsed.success || !parsed.data.alert.updatedAt) return undefined
  const { action, alert } = parsed.data
  const id = JSON.stringify([alert.alertId, action, String(alert.updatedAt)])
  return id.length <= 300 ? id : undefined
}

function actionIn(body: Uint8Array): string | undefined {
  const json = readJson(body)
  const action = json.ok ? (json.value as { action?: unknown } | null)?.action : undefined
  return typeof action === 'string' && /^[A-Za-z]{1,40}$/.test(action) ? action : undefined
}
