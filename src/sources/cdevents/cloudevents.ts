import { type JsonRead, readJson, readJsonText } from '../reading/json.ts'
import type { RawDelivery } from '../source.ts'

/**
 * CloudEvents 1.0 over HTTP: binary (attributes in `ce-*` headers, the body is the data), structured (one JSON object
 * with attributes and data) and batch (a list of those). Data sent bare, as plain JSON without either, is let through
 * with no attributes.
 */
export interface CloudEvent {
  readonly type: string | undefined
  readonly source: string | undefined
  readonly id: string | undefined
  readonly time: string | undefined
  readonly data: unknown
  /** Why there is no data, when what stands for it cannot be read. */
  readonly dataProblem?: string | undefined
}

export type CloudEventsRead =
  | {
      readonly ok: true
      readonly isBatch: boolean
      readonly events: readonly CloudEvent[]
      readonly repeatedKeys: readonly string[]
    }
  | { readonly ok: false; readonly message: string }

/** Never throws; each of the events may still be nonsense. */
export function readCloudEvents(delivery: RawDelivery): CloudEventsRead {
  const json = readJson(delivery.body)
  if (!json.ok) return { ok: false, message: json.problem.message }
  const { value, repeatedKeys } = json
  if (delivery.headers['ce-type'] !== undefined)
    return { ok: true, isBatch: false, events: [{ ...headerAttributes(delivery), data: value }], repeatedKeys }
  if (Array.isArray(value)) return { ok: true, isBatch: true, events: value.map(structured), repeatedKeys }
  return { ok: true, isBatch: false, events: [structured(value)], repeatedKeys }
}

/** In binary mode, without a look at the body. */
export const headerAttributes = ({ headers }: RawDelivery): Omit<CloudEvent, 'data'> => ({
  type: headers['ce-type'],
  source: headers['ce-source'],
  id: headers['ce-id'],
  time: headers['ce-time'],
})

function structured(value: unknown): CloudEvent {
  const object = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  const isEnvelope = typeof object.specversion === 'string' && typeof object.type === 'string'
  if (!isEnvelope) return { type: undefined, source: undefined, id: undefined, time: undefined, data: value }
  const attribute = (name: string) => (typeof object[name] === 'string' ? (object[name] as string) : undefined)
  const attributes = {
    type: attribute('type'),
    source: attribute('source'),
    id: attribute('id'),
    time: attribute('time'),
  }
  const inText = textOfData(object)
  if (inText === undefined) return { ...attributes, data: object.data }
  const json: JsonRead = readJsonText(inText)
  return json.ok
    ? { ...attributes, data: json.value }
    : { ...attributes, data: undefined, dataProblem: json.problem.message.replace('the body', 'the data') }
}

/** Data that is JSON within text, or binary data, which JSON carries as base64. */
function textOfData(object: Record<string, unknown>): string | undefined {
  if (typeof object.data === 'string') return object.data
  return typeof object.data_base64 === 'string' ? Buffer.from(object.data_base64, 'base64').toString('utf8') : undefined
}
