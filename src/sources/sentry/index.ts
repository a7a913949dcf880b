import type { Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { parseInstant } from '../../core/time/instant.ts'
import { ignored } from '../interpretation.ts'
import { hasHexHmac, hasToken } from '../proof/signature.ts'
import { readJson } from '../reading/json.ts'
import { repeatedKeyNotes } from '../reading/payload.ts'
import type { RawDelivery, Source } from '../source.ts'
import { readEvent, readPluginEvent } from './events.ts'
import type { SentryHook } from './hook.ts'
import { readIssue } from './issues.ts'
import { readMetricAlert } from './metric-alerts.ts'

/** Webhooks of a Sentry integration, and of the older WebHooks plugin. Mapping: docs/sources/sentry.md. */
export const sentry: Source = {
  kind: 'sentry',
  label: 'Sentry',
  secret: 'signing-key',
  contentTypes: ['application/json'],
  // It hangs up after a second.
  answerWithinMs: 800,
  verify,
  deliveryId: ({ headers }) => /^[\w-]{1,100}$/.exec(headers['request-id'] ?? '')?.[0],
  eventName,
  interpret,
}

/** The plugin signs nothing, so its address has to be the secret. */
function verify({ headers, body, pathToken }: RawDelivery, secrets: readonly string[]): boolean {
  const signature = headers['sentry-hook-signature']
  const isSigned = signature !== undefined || headers['sentry-hook-resource'] !== undefined
  return isSigned ? hasHexHmac(signature, body, secrets, '') : hasToken(pathToken, secrets)
}

const READERS: ReadonlyMap<string, (hook: SentryHook) => Interpretation> = new Map([
  ['issue', readIssue],
  ['event_alert', readEvent],
  ['error', readEvent],
  ['metric_alert', readMetricAlert],
])

const REASONS: ReadonlyMap<string, string> = new Map([
  ['installation', 'The integration was installed or removed: Sentry reaches this address and the secret is right.'],
  ['comment', 'Comments on issues are not kept here.'],
  ['seer', 'What Seer thinks of an issue is not kept here.'],
])

function interpret(delivery: RawDelivery): Interpretation {
  const { headers, receivedAt, body } = delivery
  const resource = headers['sentry-hook-resource']
  const reason = REASONS.get(resource ?? '')
  if (reason !== undefined) return ignored(reason)
  const read = resource === undefined ? readPluginEvent : READERS.get(resource)
  if (!read)
    return ignored(
      `Nothing is read from Sentry's "${cleanLine(resource ?? '', 60)}" webhooks; they can be unticked at the integration.`,
    )
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const made = read({ payload: json.value, receivedAt, sentAt: sentAt(delivery) })
  if (made.kind !== 'events') return made
  return { ...made, notes: [...(made.notes ?? []), ...repeatedKeyNotes(json.repeatedKeys)] }
}

/** By its header, unless that is of another hour than ours. */
function sentAt({ headers, receivedAt }: RawDelivery): number {
  const stamp = headers['sentry-hook-timestamp'] ?? ''
  const at = /^\d{9,11}$/.test(stamp) ? Number(stamp) * 1000 : parseInstant(stamp)
  return at !== undefined && Math.abs(at - receivedAt) <= 3_600_000 ? at : receivedAt
}

/** `issue.resolved`; the resource alone when the body names no action. */
function eventName({ headers, body }: RawDelivery): string | undefined {
  const resource = /^[a-z_]{1,40}$/.exec(headers['sentry-hook-resource'] ?? '')?.[0]
  if (resource === undefined) return undefined
  const json = readJson(body)
  const action = json.ok ? (json.value as { action?: unknown } | null)?.action : undefined
  return typeof action === 'string' && /^[a-z_]{1,40}$/.test(action) ? `${resource}.${action}` : resource
}
