import type { Interpretation } from '../core/event.ts'
import { readNativeItems, withNotes } from './native-items.ts'
import { hasStandardSignature } from './proof/signature.ts'
import { readJson } from './reading/json.ts'
import { repeatedKeyNotes } from './reading/payload.ts'
import type { RawDelivery, Source } from './source.ts'

/**
 * Our own JSON, signed as Standard Webhooks 1.0 says, for whoever sends with a library of theirs: bare, or as the `data`
 * of the envelope that they recommend. Mapping: docs/sources/standard-webhooks.md.
 */
export const standardWebhooks: Source = {
  kind: 'standard-webhooks',
  label: 'Standard Webhooks',
  secret: 'standard-key',
  contentTypes: ['application/json'],
  verify: hasStandardSignature,
  // Signed with the rest, and the same when it is sent again.
  deliveryId: ({ headers }) => /^[\x21-\x7e]{1,200}$/.exec(headers['webhook-id'] ?? '')?.[0],
  eventName: ({ body }) => typeIn(body),
  interpret,
}

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const made = isEnvelope(json.value)
    ? readNativeItems(json.value.data, receivedAt, ['data'])
    : readNativeItems(json.value, receivedAt)
  return withNotes(made, repeatedKeyNotes(json.repeatedKeys))
}

/** Neither a deployment nor a defect has a type and data. */
const isEnvelope = (value: unknown): value is { type: string; data: unknown } =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { type?: unknown }).type === 'string' &&
  typeof (value as { data?: unknown }).data === 'object'

function typeIn(body: Uint8Array): string | undefined {
  const json = readJson(body)
  return json.ok && isEnvelope(json.value) ? /^[\w.-]{1,80}$/.exec(json.value.type)?.[0] : undefined
}
