import { createHmac } from 'node:crypto'
import { sign } from '@octokit/webhooks-methods'
import { describe, expect, it } from 'vitest'
import {
  hasBasicPassword,
  hasBearerToken,
  hasHexHmac,
  hasStandardSignature,
  hasToken,
} from '../../../src/sources/proof/signature.ts'
import type { RawDelivery } from '../../../src/sources/source.ts'

const receivedAt = Date.UTC(2026, 2, 2, 10, 5)
const delivery = (headers: Record<string, string>, body = '{"test": 2432232314}'): RawDelivery => ({
  headers,
  body: Buffer.from(body),
  receivedAt,
})

describe('a hex HMAC', () => {
  it('is the one GitHub documents for its secret and body', () => {
    const header = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    expect(hasHexHmac(header, Buffer.from('Hello, World!'), ["It's a Secret to Everybody"])).toBe(true)
    expect(hasHexHmac(header, Buffer.from('Hello, World?'), ["It's a Secret to Everybody"])).toBe(false)
  })

  it("is what Octokit's own signing makes", async () => {
    const body = '{"zen":"Design for failure. ✓"}'
    expect(hasHexHmac(await sign('key', body), Buffer.from(body), ['key'])).toBe(true)
  })

  it('is taken over the bytes as they came, not over what they mean', () => {
    const header = `sha256=${createHmac('sha256', 'key').update('{"a": 1}').digest('hex')}`
    expect(hasHexHmac(header, Buffer.from('{"a": 1}'), ['key'])).toBe(true)
    expect(hasHexHmac(header, Buffer.from('{"a":1}'), ['key'])).toBe(false)
  })

  it('is not the SHA-1 one', () => {
    const sha1 = createHmac('sha1', 'key').update('{}').digest('hex')
    expect(hasHexHmac(`sha1=${sha1}`, Buffer.from('{}'), ['key'])).toBe(false)
    expect(hasHexHmac(`sha256=${sha1}`, Buffer.from('{}'), ['key'])).toBe(false)
  })
})

describe('a bearer token', () => {
  it('may be announced in any case, as HTTP has it', () => {
    expect(hasBearerToken(delivery({ authorization: 'bearer token-1' }), ['token-1'])).toBe(true)
  })

  it('is not a password of another scheme', () => {
    expect(hasBearerToken(delivery({ authorization: 'Basic token-1' }), ['token-1'])).toBe(false)
  })
})

describe('a password', () => {
  const sent = (user: string, password: string) =>
    delivery({ authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` })

  it('is believed with its user, under either of two secrets', () => {
    expect(hasBasicPassword(sent('postflight', 'pass:word'), ['pass:word'])).toBe(true)
    expect(hasBasicPassword(sent('postflight', 'second'), ['first', 'second'])).toBe(true)
  })

  it('is not believed with another user, none, or when it is empty', () => {
    expect(hasBasicPassword(sent('admin', 'pass'), ['pass'])).toBe(false)
    expect(hasBasicPassword(sent('', 'pass'), ['pass'])).toBe(false)
    expect(hasBasicPassword(sent('postflight', ''), [''])).toBe(false)
    expect(hasBasicPassword(delivery({}), ['pass'])).toBe(false)
  })

  it('is not a bearer token, nor written in other base64', () => {
    const { authorization = '' } = sent('postflight', 'pass').headers
    expect(hasBasicPassword(delivery({ authorization: authorization.replace('Basic', 'Bearer') }), ['pass'])).toBe(
      false,
    )
    expect(hasBasicPassword(delivery({ authorization: `${authorization}=` }), ['pass'])).toBe(false)
  })
})

describe('a token sent as it is', () => {
  it.each([
    ['token-1', true],
    ['token-2', true],
    ['token-3', false],
    ['token-1, token-1', false],
    ['', false],
    [undefined, false],
  ])('%j is believed: %s', (given, believed) => {
    expect(hasToken(given, ['token-1', 'token-2'])).toBe(believed)
  })

  it('is not believed when it is empty, whatever the secrets', () => {
    expect(hasToken('', [''])).toBe(false)
    expect(hasToken(undefined, [])).toBe(false)
  })
})

describe('a Standard Webhooks signature', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const seconds = (ms: number) => String(Math.floor(ms / 1000))
  const signatureOf = (id: string, timestamp: string, body: string, by = secret) =>
    createHmac('sha256', Buffer.from(by.slice('whsec_'.length), 'base64'))
      .update(`${id}.${timestamp}.${body}`)
      .digest('base64')
  const signed = (timestamp = seconds(receivedAt), id = 'msg_1') => {
    const unsigned = delivery({})
    const signature = signatureOf(id, timestamp, Buffer.from(unsigned.body).toString())
    return delivery({ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` })
  }

  it('is the one the specification gives as its example', () => {
    const example = delivery({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
    expect(hasStandardSignature({ ...example, receivedAt: 1614265330_000 }, [secret])).toBe(true)
  })

  it.each([
    [-300_000, true],
    [300_000, true],
    [-301_000, false],
    [301_000, false],
  ])('made %d ms from now is believed: %s', (offset, believed) => {
    expect(hasStandardSignature(signed(seconds(receivedAt + offset)), [secret])).toBe(believed)
  })

  it.each(['', '1.7e9', '0x6', ' 1772445900', '-1'])('with the timestamp "%s" is not believed', (timestamp) => {
    expect(hasStandardSignature(signed(timestamp), [secret])).toBe(false)
  })

  it('without an id is not believed', () => {
    expect(hasStandardSignature(signed(undefined, ''), [secret])).toBe(false)
  })

  it('covers the id and the timestamp too', () => {
    const { headers } = signed()
    expect(hasStandardSignature(delivery({ ...headers, 'webhook-id': 'msg_2' }), [secret])).toBe(false)
    const later = seconds(receivedAt + 1000)
    expect(hasStandardSignature(delivery({ ...headers, 'webhook-timestamp': later }), [secret])).toBe(false)
  })

  it('may stand among others while keys are rotated, but not behind more than eight', () => {
    const { headers } = signed()
    const other = `v1,${Buffer.alloc(32).toString('base64')}`
    const among = (others: string[]) =>
      hasStandardSignature(
        delivery({ ...headers, 'webhook-signature': [...others, headers['webhook-signature']].join(' ') }),
        [secret],
      )
    expect(among(['v1a,asymmetric', other])).toBe(true)
    expect(among(Array(8).fill(other))).toBe(false)
  })

  it('has one way of being written', () => {
    const { headers } = signed()
    const header = headers['webhook-signature'] as string
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
    const last = alphabet.indexOf(header.at(-2) as string)
    const sameBytes = `${header.slice(0, -2)}${alphabet[last ^ 1]}=`
    expect(Buffer.from(sameBytes.slice(3), 'base64')).toEqual(Buffer.from(header.slice(3), 'base64'))
    expect(hasStandardSignature(delivery({ ...headers, 'webhook-signature': sameBytes }), [secret])).toBe(false)
  })

  it.each(['whsec_', 'whsec_!'])('is not believed with the empty key of the secret "%s"', (empty) => {
    const { headers, body } = signed()
    const signature = createHmac('sha256', '')
      .update(`msg_1.${headers['webhook-timestamp']}.`)
      .update(body)
      .digest('base64')
    const forged = delivery({ ...headers, 'webhook-signature': `v1,${signature}` })
    expect(hasStandardSignature(forged, [empty])).toBe(false)
  })

  it('may be made with a key that is plain text', () => {
    const { headers, body } = signed()
    const signature = createHmac('sha256', 'plain key')
      .update(`msg_1.${headers['webhook-timestamp']}.`)
      .update(body)
      .digest('base64')
    const plain = delivery({ ...headers, 'webhook-signature': `v1,${signature}` })
    expect(hasStandardSignature(plain, ['plain key'])).toBe(true)
  })
})
