import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** 256 random bits in 43 characters that need no escaping in URLs, headers and shells. */
export const makeSecretToken = (): string => randomBytes(32).toString('base64url')

/** As many random bits, as Standard Webhooks write signing keys. */
export const makeStandardKey = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** 128 random bits as Sentry's SDKs take keys: letters and digits only. */
export const makeDsnKey = (): string => randomBytes(16).toString('hex')

/** SHA-256, hex: enough for a secret nobody can guess, and found again by equality. */
export const hashSecretToken = (token: string): string => createHash('sha256').update(token, 'utf8').digest('hex')

/** Whether two secrets are equal, in a time that tells nothing about where they differ. */
export function sameSecret(a: string, b: string): boolean {
  // Hashed first: timingSafeEqual wants equal lengths, and the length is part of the secret.
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest()
  return timingSafeEqual(digest(a), digest(b))
}
