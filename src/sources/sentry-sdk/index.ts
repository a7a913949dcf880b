import { createHash } from 'node:crypto'
import type { Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { hasToken } from '../proof/signature.ts'
import { readJson } from '../reading/json.ts'
import type { RawDelivery, Source } from '../source.ts'
import { readEnvelope } from './envelope.ts'
import { readItems } from './items.ts'
import { keyOf } from './key.ts'

/**
 * What applications with a Sentry SDK report themselves. Mapping: docs/sources/sentry-sdk.md. The media type is not the
 * SDK's, which sends any or none: the address says what it takes (web/routes/intake/sentry-sdk.ts).
 */
export const sentrySdk: Source = {
  kind: 'sentry-sdk',
  label: 'Sentry SDK',
  secret: 'dsn-key',
  contentTypes: ['application/x-sentry-envelope', 'application/json'],
  verify: (delivery, secrets) => hasToken(keyOf(delivery), secrets),
  deliveryId,
  eventName,
  // Two processes of a service may well count the same sessions in the same minute.
  sameBody: 'new',
  interpret,
}

/** The id that the SDK gave the error it sends: 32 hexadecimal digits, with or without dashes. */
export function eventIdOf(delivery: RawDelivery): string | undefined {
  const json = isBareEvent(delivery) ? readJson(delivery.body) : undefined
  const holder = json === undefined ? readEnvelope(delivery.body).header : json.ok ? json.value : undefined
  const id = (holder as { event_id?: unknown } | null | undefined)?.event_id
  return typeof id === 'string' && /^[0-9a-f-]{32,36}$/i.test(id) ? id.replaceAll('-', '').toLowerCase() : undefined
}

/**
 * What is sent beside an error (an attachment, a user's words) names that error too, and is another delivery. Envelopes
 * without an error have no id; one that says when it was sent is the same again when it says so again.
 */
function deliveryId(delivery: RawDelivery): string | undefined {
  if (isBareEvent(delivery)) return eventKey(delivery)
  const { header, items } = readEnvelope(delivery.body)
  if (items.some(({ type }) => type === 'event')) return eventKey(delivery)
  if (typeof header.sent_at !== 'string') return undefined
  return `sent ${createHash('sha256').update(delivery.body).digest('hex')}`
}

function eventKey(delivery: RawDelivery): string | undefined {
  const id = eventIdOf(delivery)
  return id === undefined ? undefined : `event ${id}`
}

const isBareEvent = ({ headers }: RawDelivery): boolean => headers['content-type'] === 'application/json'

/** `event+attachment`: the kinds of its items. */
function eventName(delivery: RawDelivery): string | undefined {
  if (isBareEvent(delivery)) return 'event'
  const types = new Set(readEnvelope(delivery.body).items.map(({ type }) => cleanLine(type, 30)))
  return [...types].slice(0, 3).join('+') || undefined
}

function interpret(delivery: RawDelivery): Interpretation {
  if (isBareEvent(delivery)) return readItems([{ type: 'event', path: '', payload: delivery.body }], delivery)
  const { items, problem } = readEnvelope(delivery.body)
  return readItems(items, delivery, problem)
}
