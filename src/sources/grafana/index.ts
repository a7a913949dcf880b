import { hash } from 'node:crypto'
import type { Interpretation } from '../../core/event.ts'
import { hasHexHmac, hasSentSecret, hasTimedHexHmac } from '../proof/signature.ts'
import { type AlertSender, groupState, readAlerts } from '../reading/alerts.ts'
import { readJson } from '../reading/json.ts'
import { repeatedKeyNotes } from '../reading/payload.ts'
import type { Tags } from '../reading/tags.ts'
import type { RawDelivery, Source } from '../source.ts'
import { legacyState, readLegacyAlert } from './legacy.ts'

/**
 * Grafana's webhook contact point, whose groups of alerts are Alertmanager's, and the webhook channel of the dashboard
 * alerts before Grafana 9. Mapping: docs/sources/grafana.md.
 */
export const grafana: Source = {
  kind: 'grafana',
  label: 'Grafana',
  secret: 'bearer-token',
  contentTypes: ['application/json'],
  verify,
  deliveryId,
  // A dashboard alert has no time in it: the second time that it fires looks like the first.
  sameBody: 'new',
  eventName: ({ body }) => groupState(body) ?? legacyState(body),
  interpret,
}

/** Since Grafana 12 it can sign; what it then sends is judged by the signature alone. */
function verify(delivery: RawDelivery, secrets: readonly string[]): boolean {
  const signature = delivery.headers['x-grafana-alerting-signature']
  if (signature === undefined) return hasSentSecret(delivery, secrets)
  const timestamp = delivery.headers['x-grafana-alerting-timestamp']
  return timestamp === undefined
    ? hasHexHmac(signature, delivery.body, secrets, '')
    : hasTimedHexHmac(signature, timestamp, delivery, secrets)
}

/** Alerts of a group say when they fired, so the same bytes are the same notification. */
function deliveryId({ body }: RawDelivery): string | undefined {
  const isGroup = Buffer.from(body.buffer, body.byteOffset, body.byteLength).includes('"fingerprint"')
  return isGroup ? `body ${hash('sha256', body)}` : undefined
}

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const { value } = json
  const isLegacy = typeof value === 'object' && value !== null && 'ruleName' in value && !('alerts' in value)
  const made = isLegacy ? readLegacyAlert(value, receivedAt) : readAlerts(value, receivedAt, SENDER)
  if (made.kind !== 'events') return made
  return { ...made, notes: [...(made.notes ?? []), ...repeatedKeyNotes(json.repeatedKeys)] }
}

const SENDER: AlertSender = { label: 'Grafana', reasonToIgnore }

function reasonToIgnore(labels: Tags): string | undefined {
  const name = labels.get('alertname')
  if (name === 'TestAlert' && labels.get('instance') === 'Grafana')
    return 'A test alert: Grafana reaches this address and the secret is right.'
  if (name === 'DatasourceNoData' || name === 'DatasourceError')
    return `${name} tells that a rule had nothing to judge, and is no defect.`
  return undefined
}
