import type { Problem } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { readJson } from '../reading/json.ts'

/**
 * Sentry's envelopes: a line of JSON about the whole, then items, each a line of JSON about it and a payload. The payload
 * has the `length` that its line says, in bytes, or ends with the line it stands on.
 */

type Header = Readonly<Record<string, unknown>>

export interface EnvelopeItem {
  /** `event`, `session`, `attachment`… */
  readonly type: string
  /** Where it stands, as in `items.2`. */
  readonly path: string
  readonly payload: Uint8Array
}

export interface Envelope {
  readonly header: Header
  readonly items: readonly EnvelopeItem[]
  /** Why reading stopped before the end; what came before is whole. */
  readonly problem?: Problem
}

/** An SDK sends a handful, of sessions a hundred. */
const MOST_ITEMS = 1_000
const LINE_FEED = 10

/** Never throws, whatever the bytes; a body that does not even begin as one is a problem and no items. */
export function readEnvelope(body: Uint8Array): Envelope {
  const first = lineAt(body, 0)
  const header = readHeader(first.bytes)
  if (typeof header === 'string') return { header: {}, items: [], problem: { path: 'header', message: header } }
  const items: EnvelopeItem[] = []
  for (let at = first.next; at < body.length; ) {
    const line = lineAt(body, at)
    // The last line may stand without an end, and then its payload is empty.
    at = Math.min(line.next, body.length)
    if (isBlank(line.bytes)) continue
    const path = `items.${items.length}`
    const stopped = (message: string): Envelope => ({ header, items, problem: { path, message } })
    if (items.length === MOST_ITEMS) return stopped(`more than ${MOST_ITEMS} items are not read`)
    const about = readHeader(line.bytes)
    if (typeof about === 'string') return stopped(about)
    if (typeof about.type !== 'string') return stopped('has no type')
    const end = about.length === undefined || about.length === null ? lineAt(body, at).end : at + Number(about.length)
    if (!(Number.isSafeInteger(end) && end >= at && end <= body.length)) return stopped('is not as long as it says')
    if (end < body.length && body[end] !== LINE_FEED) return stopped('is longer than it says')
    items.push({ type: cleanLine(about.type, 60), path, payload: body.subarray(at, end) })
    at = end + 1
  }
  return { header, items }
}

function lineAt(body: Uint8Array, start: number): { bytes: Uint8Array; end: number; next: number } {
  const found = body.indexOf(LINE_FEED, start)
  const end = found === -1 ? body.length : found
  return { bytes: body.subarray(start, end), end, next: end + 1 }
}

const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09)

/** The words for what is wrong with it when it is no object. */
function readHeader(bytes: Uint8Array): Header | string {
  const json = readJson(bytes)
  if (!json.ok) return json.problem.message.replace(/^the body /, '')
  const isObject = typeof json.value === 'object' && json.value !== null && !Array.isArray(json.value)
  return isObject ? (json.value as Header) : 'must be an object'
}
