import { randomBytes } from 'node:crypto'
import { webhookMessage } from '../../core/notifications/render/webhook.ts'
import { safeRequest } from '../safe-request.ts'
import { standardSignature } from '../standard-signature.ts'
import { outcomeOf } from './answer.ts'
import { readAddress } from './channel-address.ts'
import type { ChannelKind } from './channel-kind.ts'

interface WebhookSecret {
  readonly url: string
  readonly key: string
}

/** Any program, by a webhook signed as Standard Webhooks 1.0 says. */
export const webhook: ChannelKind = {
  kind: 'webhook',
  label: 'Signed webhook',
  fields: [
    {
      name: 'url',
      label: 'Address',
      hint: 'Gets a POST with JSON, signed as Standard Webhooks says.',
      secret: true,
      required: true,
    },
    {
      name: 'key',
      label: 'Signing key',
      hint: 'whsec_ and base64, as the receiver has it. Left empty, one is made and shown once.',
      secret: true,
      required: false,
    },
  ],
  read(given, held) {
    const before = held === undefined ? undefined : (JSON.parse(held) as WebhookSecret)
    const address = readAddress(given.url ?? '', before?.url)
    if (!address.ok) return address
    const entered = (given.key ?? '').trim()
    if (entered !== '' && !isKey(entered))
      return { ok: false, problems: [{ path: 'key', message: 'must be whsec_ and 24 to 64 bytes as base64' }] }
    const made = entered === '' && !before ? `whsec_${randomBytes(32).toString('base64')}` : undefined
    const key = entered || before?.key || made || ''
    const secret: WebhookSecret = { url: address.url, key }
    return {
      ok: true,
      settings: {},
      secret: JSON.stringify(secret),
      shown: address.host,
      addresses: [address.url],
      made,
    }
  },
  async send({ secret }, { id, announcements }, { rules, publicUrl, clock, signal }) {
    const { url, key } = JSON.parse(secret) as WebhookSecret
    const now = clock()
    const body = JSON.stringify(webhookMessage(announcements, publicUrl, now))
    const answer = await safeRequest(
      {
        method: 'POST',
        url,
        headers: { 'Content-Type': 'application/json', ...standardSignature(key, id, body, now) },
        body,
        signal,
      },
      rules,
    )
    return outcomeOf(answer, clock())
  },
}

function isKey(text: string): boolean {
  if (!/^(whsec_)?[A-Za-z0-9+/]+={0,2}$/.test(text)) return false
  const { byteLength } = Buffer.from(text.replace(/^whsec_/, ''), 'base64')
  return byteLength >= 24 && byteLength <= 64
}
