import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { readJsonText } from '../reading/json.ts'
import type { RawDelivery } from '../source.ts'

/**
 * The ways in which senders prove who they are. Every check looks at all secrets whatever it finds, compares in
 * constant time, and fails closed: no secret, an empty secret and a header that came twice are all a no.
 */

/** Senders that rotate keys send two or three; more is somebody making us work. */
const MAX_SIGNATURES = 8
const TIMESTAMP_TOLERANCE_MS = 300_000

/**
 * True when `header` is the HMAC-SHA256 of the body, in lower-case hex, under one of the secrets.
 * @param before what the sender writes in front of it
 */
export function hasHexHmac(
  header: string | undefined,
  body: Uint8Array,
  secrets: readonly string[],
  before = 'sha256=',
): boolean {
  return matchesAny(hexDigests(header, before), secrets, (secret) => createHmac('sha256', secret).update(body).digest())
}

/** The same of a header that lists several, with commas and nothing else between, as while its sender changes keys. */
export function hasListedHexHmac(
  header: string | undefined,
  body: Uint8Array,
  secrets: readonly string[],
  before: string,
): boolean {
  // `a, b` is what Node makes of a header that came twice.
  const listed = header?.includes(', ') ? [] : (header ?? '').split(',').slice(0, MAX_SIGNATURES)
  const given = listed.flatMap((one) => hexDigests(one, before))
  return matchesAny(given, secrets, (secret) => createHmac('sha256', secret).update(body).digest())
}

/** The digest in a header that holds nothing else. */
function hexDigests(header: string | undefined, before: string): Buffer[] {
  const hex = header?.startsWith(before) ? /^[0-9a-f]{64}$/.exec(header.slice(before.length))?.[0] : undefined
  return hex === undefined ? [] : [Buffer.from(hex, 'hex')]
}

/** The same as `hasHexHmac`, without words before it, over the header's `timestamp`, a colon and the body; it is recent. */
export function hasTimedHexHmac(
  header: string | undefined,
  timestamp: string,
  { body, receivedAt }: RawDelivery,
  secrets: readonly string[],
): boolean {
  const matches = matchesAny(hexDigests(header, ''), secrets, (secret) =>
    createHmac('sha256', secret).update(`${timestamp}:`).update(body).digest(),
  )
  return matches && isRecent(timestamp, receivedAt)
}

/** True when `Authorization` is `Bearer` and one of the secrets. */
export function hasBearerToken({ headers }: RawDelivery, secrets: readonly string[]): boolean {
  const token = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return matchesAny(token === undefined ? [] : [sha256(token)], secrets, sha256)
}

/**
 * True when `Authorization` is `Bearer` and a JSON Web Token (RFC 7519) under HS256 and one of the secrets that has not
 * run out; of one that says nothing of when, that it was issued within five minutes of `receivedAt`.
 */
export function hasSignedToken({ headers, receivedAt }: RawDelivery, secrets: readonly string[]): boolean {
  const token = /^bearer +([\w-]{1,2000})\.([\w-]{1,8000})\.([\w-]{43})$/i.exec(headers.authorization ?? '')
  const [, head = '', claims = '', signature] = token ?? []
  const written = (secret: string) =>
    sha256(createHmac('sha256', secret).update(`${head}.${claims}`).digest('base64url'))
  const matches = matchesAny(signature === undefined ? [] : [sha256(signature)], secrets, written)
  const { alg } = jsonPart(head)
  const { exp, iat } = jsonPart(claims)
  const isInTime =
    typeof exp === 'number' ? exp * 1000 > receivedAt : typeof iat === 'number' && isRecent(String(iat), receivedAt)
  return matches && alg === 'HS256' && isInTime
}

/** One part of a token; empty when it is no JSON object. */
function jsonPart(part: string): Record<string, unknown> {
  const read = readJsonText(Buffer.from(part, 'base64url').toString('utf8'))
  return read.ok && typeof read.value === 'object' && read.value !== null ? (read.value as Record<string, unknown>) : {}
}

/** The user name that goes with every secret that is sent as a password. */
export const BASIC_USER = 'postflight'

/** True when `Authorization` is `Basic` with the user `postflight` and one of the secrets. */
export function hasBasicPassword({ headers }: RawDelivery, secrets: readonly string[]): boolean {
  const given = /^basic +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  // Compared as it is written: base64 that only decodes to the same is not what a sender makes of it.
  const written = (secret: string) => sha256(Buffer.from(`${BASIC_USER}:${secret}`).toString('base64'))
  return matchesAny(given === undefined ? [] : [sha256(given)], secrets, written)
}

/** True when one of the secrets came as it is, in a header of the sender's own or in the address. */
export const hasToken = (given: string | undefined, secrets: readonly string[]): boolean =>
  matchesAny(given === undefined ? [] : [sha256(given)], secrets, sha256)

/**
 * True when one of the secrets came along, in whichever way the sender can: as a bearer token, as the password of
 * `postflight`, or behind the source's name in the address.
 */
export const hasSentSecret = (delivery: RawDelivery, secrets: readonly string[]): boolean =>
  hasBearerToken(delivery, secrets) || hasBasicPassword(delivery, secrets) || hasToken(delivery.pathToken, secrets)

/** Whether the delivery claims a Standard Webhooks signature, right or wrong. */
export const claimsStandardSignature = ({ headers }: RawDelivery): boolean => headers['webhook-signature'] !== undefined

/**
 * Standard Webhooks 1.0: `webhook-signature` holds, among others, `v1,` and the base64 HMAC-SHA256 of
 * `id.timestamp.body`; `webhook-timestamp`, in Unix seconds, is within five minutes of `receivedAt`.
 * (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md)
 */
export function hasStandardSignature({ headers, body, receivedAt }: RawDelivery, secrets: readonly string[]): boolean {
  const id = headers['webhook-id'] ?? ''
  const timestamp = headers['webhook-timestamp'] ?? ''
  const expected = (secret: string) =>
    createHmac('sha256', standardKey(secret)).update(`${id}.${timestamp}.`).update(body).digest()
  const matches = matchesAny(standardSignatures(headers['webhook-signature'] ?? ''), secrets, expected)
  return matches && isRecent(timestamp, receivedAt) && id !== ''
}

/** In Unix seconds, as the sender's clock had them. */
const isRecent = (timestamp: string, receivedAt: number): boolean =>
  /^\d{1,12}$/.test(timestamp) && Math.abs(Number(timestamp) * 1000 - receivedAt) <= TIMESTAMP_TOLERANCE_MS

/** The `v1` signatures of a space-separated list; others (`v1a` is asymmetric) are passed over. */
function standardSignatures(header: string): Buffer[] {
  // `a, b` is what Node makes of a header that came twice; the list itself has spaces only.
  if (header.includes(', ')) return []
  return (
    header
      .split(' ')
      .slice(0, MAX_SIGNATURES)
      .flatMap((one) => /^v1,([A-Za-z0-9+/]{43}=)$/.exec(one)?.[1] ?? [])
      .map((base64) => ({ base64, signature: Buffer.from(base64, 'base64') }))
      // The last character has two bits to spare; only one way of writing them is the signature.
      .filter(({ base64, signature }) => signature.toString('base64') === base64)
      .map(({ signature }) => signature)
  )
}

/** `whsec_` and base64, as the specification writes keys; anything else is taken as it stands. */
export function standardKey(secret: string): Buffer | string {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : undefined
  // Nothing decoded would be an empty key, with which anybody can sign.
  return key && key.length > 0 ? key : secret
}

function matchesAny(
  given: readonly Buffer[],
  secrets: readonly string[],
  expected: (secret: string) => Buffer,
): boolean {
  // A sender that gives nothing costs as much as one that gives the wrong thing; no digest is all zeros.
  const candidates = given.length > 0 ? given : [Buffer.alloc(32)]
  let found = false
  for (const secret of secrets) {
    const digest = expected(secret)
    for (const candidate of candidates) {
      const same = candidate.length === digest.length && timingSafeEqual(candidate, digest)
      if (same && secret !== '') found = true
    }
  }
  return found
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()
