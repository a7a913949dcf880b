import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { readFixtures } from '../sources/conformance.ts'
import { type Door, useReceiver } from '../support/receiver.ts'

/** Deliveries signed by the reference library of Standard Webhooks. */

const receiver = useReceiver()

interface Signing {
  readonly kind: string
  readonly fixture: string
  /** The key as the operator gave it, when it is not the one that was made for the source. */
  readonly secret?: string
  /** `raw`: the key is the text as it stands, without a prefix and base64. */
  readonly format?: 'raw'
}

const OWN_KEY = `whsec_${Buffer.from('twenty-four bytes of key').toString('base64')}`
const SIGNINGS: readonly Signing[] = [
  { kind: 'standard-webhooks', fixture: 'deployment' },
  { kind: 'standard-webhooks', fixture: 'envelope' },
  { kind: 'gitlab', fixture: 'deployment.success' },
  { kind: 'gitlab', fixture: 'deployment.success', secret: 'the signing token of a project', format: 'raw' },
  { kind: 'cdevents', fixture: 'service.rolledback.v0.5.structured', secret: OWN_KEY },
  { kind: 'cdevents', fixture: 'service.rolledback.v0.5.structured', format: 'raw' },
]

const named = ({ kind, fixture, format }: Signing) => `${kind}: ${fixture}, ${format ?? 'base64'} key`

test.each(SIGNINGS.map((signing) => [named(signing), signing] as const))('%s', async (_, signing) => {
  const door = await receiver.open(signing.kind, signing.secret)
  const { delivery } = readFixtures(signing.kind).find(({ name }) => name === signing.fixture) ?? {}
  const body = Buffer.from(delivery?.body ?? []).toString('utf8')
  const send = sender(door, delivery?.headers ?? {}, signing.format)
  expect(await send(body)).toBe(202)
  expect(await send(body, { at: Date.now() - 240_000 })).toBe(200)
  expect(await send(body, { at: Date.now() - 360_000, id: 'msg_old' })).toBe(401)
  expect(await send(body, { at: Date.now() + 360_000, id: 'msg_early' })).toBe(401)
  expect(await send(`${body} `, { signed: body, id: 'msg_changed' })).toBe(401)
  expect(await send(body, { signedAs: 'msg_one', id: 'msg_other' })).toBe(401)
  const stranger = sender({ ...door, secret: 'whsec_c29tZWJvZHkgZWxzZXMga2V5' }, delivery?.headers ?? {})
  expect(await stranger(body, { id: 'msg_strange' })).toBe(401)
  expect(await door.deliveries()).toMatchObject([{ state: 'processed' }])
  expect((await door.deployments()).length + (await door.defects()).length).toBeGreaterThan(0)
})

interface Sending {
  readonly id?: string
  readonly signedAs?: string
  readonly at?: number
  readonly signed?: string
}

/** Signs and sends; what it was answered. */
function sender({ address, secret }: Door, headers: Readonly<Record<string, string>>, format?: 'raw') {
  const webhook = new Webhook(secret, format && { format })
  return async (body: string, { id = 'msg_1', signedAs = id, at = Date.now(), signed = body }: Sending = {}) => {
    const time = new Date(at)
    const answer = await fetch(address, {
      method: 'POST',
      headers: {
        ...headers,
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at / 1000)),
        'webhook-signature': webhook.sign(signedAs, time, signed),
      },
      body,
    })
    return answer.status
  }
}
