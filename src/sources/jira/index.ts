import type { Interpretation } from '../../core/event.ts'
import { hasHexHmac, hasSentSecret, hasSignedToken } from '../proof/signature.ts'
import { readJson } from '../reading/json.ts'
import { repeatedKeyNotes } from '../reading/payload.ts'
import type { RawDelivery, Source } from '../source.ts'
import { readIssueEvent } from './issues.ts'

/** Webhooks of Jira Cloud and Data Center, and of Jira's automation. Mapping: docs/sources/jira.md. */
export const jira: Source = {
  kind: 'jira',
  label: 'Jira',
  secret: 'signing-key',
  contentTypes: ['application/json'],
  verify,
  // The same when it tries again.
  deliveryId: ({ headers }) => /^[\w.:-]{1,200}$/.exec(headers['x-atlassian-webhook-identifier'] ?? '')?.[0],
  eventName: ({ body }) => webhookEvent(body),
  interpret,
}

/** What is signed is judged by the signature alone; apps send a signed token, Data Center and automation the secret. */
function verify(delivery: RawDelivery, secrets: readonly string[]): boolean {
  const signature = delivery.headers['x-hub-signature']
  if (signature !== undefined) return hasHexHmac(signature, delivery.body, secrets)
  return hasSentSecret(delivery, secrets) || hasSignedToken(delivery, secrets)
}

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const made = readIssueEvent(json.value, receivedAt)
  if (made.kind !== 'events') return made
  return { ...made, notes: [...(made.notes ?? []), ...repeatedKeyNotes(json.repeatedKeys)] }
}

/** `jira:issue_updated` and the like. */
function webhookEvent(body: Uint8Array): string | undefined {
  const json = readJson(body)
  const name = json.ok ? (json.value as { webhookEvent?: unknown } | null)?.webhookEvent : undefined
  return typeof name === 'string' && /^[a-z:_]{1,60}$/i.test(name) ? name : undefined
}
