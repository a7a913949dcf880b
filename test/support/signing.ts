import { createHmac } from 'node:crypto'
import type { RawDelivery } from '../../src/sources/source.ts'

/** The headers by which a sender of this kind proves that the delivery is its own. */
export function proofOf(kind: string, delivery: RawDelivery, secret: string): Record<string, string> {
  const { body, headers, receivedAt } = delivery
  const hex = () => createHmac('sha256', secret).update(body).digest('hex')
  switch (kind) {
    case 'github':
      return { 'x-hub-signature-256': `sha256=${hex()}` }
    case 'bitbucket':
    case 'jira':
      return { 'x-hub-signature': `sha256=${hex()}` }
    case 'gitlab':
      return { 'x-gitlab-token': secret }
    case 'sentry':
      return { 'sentry-hook-signature': hex() }
    case 'sentry-sdk':
      return { 'x-sentry-auth': `Sentry sentry_version=7, sentry_key=${secret}` }
    case 'pagerduty':
      return { 'x-pagerduty-signature': `v1=${hex()}` }
    case 'standard-webhooks': {
      const id = headers['webhook-id'] || `msg_${hex().slice(0, 20)}`
      const timestamp = String(Math.floor(receivedAt / 1000))
      const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
      // By hand: the reference library takes text, and these bodies are bytes.
      const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')
      return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
    }
    default:
      return { authorization: `Bearer ${secret}` }
  }
}
