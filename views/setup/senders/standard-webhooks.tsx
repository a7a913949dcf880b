import { CopyCode } from '../../components/page-parts.tsx'
import type { SenderSteps } from '../senders.ts'

export const standardWebhooks: SenderSteps = {
  proof:
    'Each message is signed with the secret as Standard Webhooks says; there are libraries for it in most languages.',
  title: 'Sign and send',
  Body: ({ address, secret }) => (
    <>
      <p>
        The address is <code>{address}</code>. What is sent is Postflight’s own JSON, bare or as the <code>data</code>{' '}
        of an envelope. By hand:
      </p>
      <CopyCode code={`export POSTFLIGHT_WEBHOOK_SECRET=${secret}`} label="Secret variable" />
      <CopyCode code={signedCurl(address)} label="Signed request" />
    </>
  ),
}

/** OpenSSL takes the key in hexadecimal digits. */
export const signedCurl = (
  address: string,
): string => `body='{"service":"checkout-api","version":"1.0.0","environment":"production"}'
id="msg_$(uuidgen)"
timestamp="$(date +%s)"
key="$(printf %s "\${POSTFLIGHT_WEBHOOK_SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')"
signature="$(printf %s "$id.$timestamp.$body" |
  openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)"
curl -fsS ${address} \\
  -H "webhook-id: $id" -H "webhook-timestamp: $timestamp" -H "webhook-signature: v1,$signature" \\
  -H 'Content-Type: application/json' -d "$body"`
