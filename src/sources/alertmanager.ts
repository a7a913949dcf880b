import type { Interpretation } from '../core/event.ts'
import { readAlerts } from './alerts.ts'
import { readJson } from './json.ts'
import { repeatedKeyNotes } from './payload.ts'
import { hasSentSecret } from './signature.ts'
import type { RawDelivery, Source } from './source.ts'

/**
 * Notifications of Prometheus Alertmanager's webhook receiver. It gives them no id: the same body again, after a
 * failure or at the repeat interval, says the same again. Mapping: docs/sources/alertmanager.md.
 */
export const alertmanager: Source = {
  kind: 'alertmanager',
  label: 'Prometheus Alertmanager',
  secret: 'bearer-token',
  contentTypes: ['application/json'],
  verify: hasSentSecret,
  deliveryId: () => undefined,
  eventName: ({ body }) => groupState(body),
  interpret,
}

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const made = readAlerts(json.value, receivedAt, { label: 'Alertmanager' })
  if (made.kind !== 'events') return made
  return { ...made, notes: [...(made.notes ?? []), ...repeatedKeyNotes(json.repeatedKeys)] }
}

/** `firing` or `resolved`, of the group as a whole. */
export function groupState(body: Uint8Array): string | undefined {
  const json = readJson(body)
  const status = json.ok ? (json.value as { status?: unknown } | null)?.status : undefined
  return status === 'firing' || status === 'resolved' ? status : undefined
}
