import { query } from 'jsonpath-rfc9535'
import type { DefectEvent, Interpretation, Problem, SourceEvent } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { readNativeDefect, readNativeDeployment } from '../native-items.ts'
import { hasSentSecret } from '../proof/signature.ts'
import { readJson, readJsonText } from '../reading/json.ts'
import { severityOfWord } from '../reading/labels.ts'
import { originOf } from '../reading/origin.ts'
import { lineOf } from '../reading/payload.ts'
import type { RawDelivery, Source } from '../source.ts'
import { isPick, type Mapping, readMapping } from './mapping.ts'

/** Any JSON at all, read as the operator's mapping says: docs/sources/generic.md. */
export const generic: Source = {
  kind: 'generic',
  label: 'Any JSON',
  secret: 'bearer-token',
  contentTypes: ['application/json', 'application/cloudevents+json'],
  verify: hasSentSecret,
  deliveryId: ({ headers }) => lineOf(headers['idempotency-key'], 200),
  interpret(delivery) {
    if (delivery.mapping === undefined)
      return unreadable('', 'There is no mapping yet: say under Set up what its fields mean, and it is read again.')
    const stored = readJsonText(delivery.mapping)
    const read = readMapping(stored.ok ? stored.value : undefined)
    if (!read.ok) return unreadable('', 'The mapping of this source cannot be read; save it anew under Set up.')
    return interpretWith(read.mapping, delivery)
  },
}

const MAX_EVENTS = 1_000

type Json = Parameters<typeof query>[0]

/** What a mapping makes of a delivery. Never throws, whatever the bytes. */
export function interpretWith(
  mapping: Mapping,
  { body, receivedAt }: Pick<RawDelivery, 'body' | 'receivedAt'>,
): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const payload = json.value as Json
  const { when, each } = mapping
  if (when) {
    const found = textOf(query(payload, when.pick)[0])
    if (found !== when.equals)
      return ignored(
        `The mapping is for payloads in which ${when.pick} is "${cleanLine(when.equals, 100)}"; here it is ${found === undefined ? 'not there' : `"${cleanLine(found, 100)}"`}.`,
      )
  }
  const things = each === undefined ? [payload] : query(payload, each)
  if (things.length === 0) return ignored(`There is nothing at ${each}.`)
  if (things.length > MAX_EVENTS)
    return unreadable('', `${each} finds ${things.length} things; at most ${MAX_EVENTS} are taken at once`)
  const events: SourceEvent[] = []
  const problems: Problem[] = []
  for (const [i, thing] of things.entries()) {
    const read = readThing(mapping, thing, receivedAt)
    if (read.ok) events.push(read.event)
    else problems.push(...read.problems.map((one) => withPick(mapping, one, each === undefined ? '' : `${i}.`)))
  }
  return problems.length > 0 ? { kind: 'unreadable', problems: problems.slice(0, 20) } : told(events, [])
}

function readThing(mapping: Mapping, thing: Json, receivedAt: number) {
  const item: Record<string, string> = {}
  for (const [name, written] of Object.entries(mapping.fields)) {
    const value = isPick(written) ? textOf(query(thing, written)[0]) : written
    if (value !== undefined) item[name] = name.endsWith('At') ? instantText(value) : value
  }
  const origin = originOf(Object.fromEntries(Object.entries(item).filter(([name]) => NAMING.includes(name))))
  const status = wordIn(mapping.statuses, item.status)
  const word = lineOf(item.severity, 200)
  if (status !== undefined) item.status = status
  if (mapping.makes === 'deployment') {
    const read = readNativeDeployment(item, receivedAt)
    return read.ok ? { ok: true as const, event: { ...read.event, origin } } : read
  }
  const severity = wordIn(mapping.severities, word) ?? severityOfWord(word ?? '')
  delete item.severity
  const read = readNativeDefect(severity === undefined ? item : { ...item, severity }, receivedAt)
  if (!read.ok) return read
  const event: DefectEvent = { ...read.event, origin, severityWord: word }
  return { ok: true as const, event }
}

/** Fields that rules for services can go by; the others differ from event to event. */
const NAMING = ['service', 'environment', 'artifact', 'actor', 'title', 'severity', 'status']

/** Words are the same whatever their capital letters. */
function wordIn(words: Readonly<Record<string, string>>, word: string | undefined): string | undefined {
  const key = word?.trim().toLowerCase() ?? ''
  return Object.hasOwn(words, key) ? words[key] : undefined
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined

/** Seconds or milliseconds since 1970 as RFC 3339; anything else as it is, for the reader to judge. */
function instantText(value: string): string {
  if (!/^\d{10}(\d{3})?(\.\d+)?$/.test(value)) return value
  const at = Number(value) * (/^\d{13}/.test(value) ? 1 : 1_000)
  return new Date(Math.round(at)).toISOString()
}

/** Says beside our field's name where the mapping looked for it. */
function withPick({ fields }: Mapping, { path, message }: Problem, under: string): Problem {
  const written = Object.hasOwn(fields, path) ? fields[path] : undefined
  const from = written !== undefined && isPick(written) ? `${message} (from ${written})` : message
  return { path: `${under}${path}`, message: from }
}
