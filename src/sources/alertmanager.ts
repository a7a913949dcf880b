import type { Interpretation } from '../core/event.ts'
import { hasSentSecret } from './proof/signature.ts'
import { groupState, readAlerts } from './reading/alerts.ts'
import { readJson } from './reading/json.ts'
import { repeatedKeyNotes } from './reading/payload.ts'
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
