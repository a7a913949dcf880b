import { createHmac } from 'node:crypto'
import type { RawDelivery } from '../source.ts'
import { standardKey } from './signature.ts'

/** The headers by which a sender of this kind proves with a secret that a delivery is its own. */
export function proofFor(
  kind: string,
  { headers, body, receivedAt }: Pick<RawDelivery, 'headers' | 'body' | 'receivedAt'>,
  secret: string,
): Record<string, string> {
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
      const timestamp = String(Math.floor(receivedAt / 1000))
      const signed = createHmac('sha256', standardKey(secret)).update(`${headers['webhook-id']}.${timestamp}.`)
      return { 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signed.update(body).digest('base64')}` }
    }
    default:
      return { authorization: `Bearer ${secret}` }
  }
}
