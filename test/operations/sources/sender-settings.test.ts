import { expect, test } from 'vitest'
import { senderSettings } from '../../../src/operations/sources/sender-settings.ts'
import { hasBasicPassword } from '../../../src/sources/proof/signature.ts'

const place = { publicUrl: 'https://postflight.example', slug: 'shop', id: 7 }

const settings = (kind: Parameters<typeof senderSettings>[0]) =>
  Object.fromEntries(senderSettings(kind, place, 's3cret').map(({ label, value }) => [label, value]))

test.each(['signing-key', 'standard-key', 'bearer-token'] as const)('a sender with a %s needs the secret', (kind) => {
  expect(settings(kind)).toEqual({ URL: 'https://postflight.example/hooks/shop', Secret: 's3cret' })
})

test('a sender with Basic authentication needs the user that is believed', () => {
  const { URL: address, User, Password } = settings('basic')
  expect(address).toBe('https://postflight.example/hooks/shop')
  const authorization = `Basic ${Buffer.from(`${User}:${Password}`).toString('base64')}`
  expect(hasBasicPassword({ headers: { authorization }, body: new Uint8Array(), receivedAt: 0 }, ['s3cret'])).toBe(true)
})

test('a sender that has nothing but an address gets one with the secret in it', () => {
  expect(settings('path-token')).toEqual({ URL: 'https://postflight.example/hooks/shop/s3cret' })
})

test('an SDK of Sentry gets a DSN, from which it makes the address and the key', () => {
  expect(settings('dsn-key')).toEqual({ DSN: 'https://s3cret@postflight.example/7' })
})
